"""Families' answers to a new sector, and changes of the public share: by hand, and pupils conserved."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from maillage.demography.avoidance import apply_response, response_points
from maillage.demography.public_share import by_cohort, shares_of
from maillage.demography.supposed import avoidance_told, public_share_told
from maillage.errors import InputError
from maillage.hypotheses import AvoidanceResponse, PublicShare
from maillage.report.words import Words
from official_files import faults_of
from toy import A, B, toy_territory

RENTREES = np.arange(2024, 2030)
FRENCH = Words("fr")
SHARE = np.full(4, 0.8)


def test_points_by_hand() -> None:
    response = AvoidanceResponse(points_if_moved=-2, points_per_10_ips=3, max_points=5)
    moved = np.array([True, True, True, True, False, True])
    gap = np.array([0.0, 10.0, 40.0, -20.0, 40.0, np.nan])
    # -2; -2 + 3; -2 + 12, held at 5; -2 - 6, held at -5; not moved; no gap known.
    assert response_points(moved, gap, response).tolist() == [-2, 1, 5, -5, 0, -2]
    assert response_points(np.array([0.5]), np.array([40.0]), response).tolist() == [2.5]


def test_nobody_answers_by_default() -> None:
    assert response_points(np.ones(2, bool), np.array([30.0, -30.0]), AvoidanceResponse()).tolist() == [0, 0]


def test_only_new_6e_answer_and_their_cohort_keeps_it() -> None:
    pupils = np.full((1, 4, 6), 80.0)
    after = apply_response(pupils, RENTREES, 2026, np.array([0.8]), np.array([-10.0]))
    # Of 100 children 80 were in a public collège, 70 remain: from 2026 in 6e, from 2027 in 5e, ...
    assert after.pupils[0].tolist() == [
        [80, 80, 70, 70, 70, 70],
        [80, 80, 80, 70, 70, 70],
        [80, 80, 80, 80, 70, 70],
        [80, 80, 80, 80, 80, 70],
    ]
    assert after.leavers[0, :, 5].tolist() == [10, 10, 10, 10]
    assert after.capped == 0


def test_a_public_share_stays_between_0_and_1() -> None:
    pupils = np.full((3, 4, 6), 95.0)
    after = apply_response(pupils, RENTREES, 2025, np.array([0.95, 0.05, 0.0]), np.array([10.0, -10.0, 10.0]))
    assert after.pupils[0, 0, 1] == pytest.approx(100)
    assert after.leavers[0, 0, 1] == pytest.approx(-5)
    assert after.pupils[1, 0, 1] == 0
    # Where nobody is known to be public, or private, nobody comes back.
    assert (after.pupils[2] == 95).all()
    assert after.capped == 2


def test_shares_by_rentree_of_entry() -> None:
    pupils = np.full((1, 4, 6), 60.0)
    share = np.array([[0.6, 0.6, 0.6, 0.5, 0.5, 0.5]])
    after = apply_response(pupils, RENTREES, 2025, share, np.array([6.0]))
    assert after.pupils[0, 0].tolist() == pytest.approx([60, 66, 66, 67.2, 67.2, 67.2])
    assert after.pupils[0, 1, 3] == pytest.approx(66)


def test_an_unknown_share_changes_nothing() -> None:
    pupils = np.full((1, 4, 6), 60.0)
    assert (apply_response(pupils, RENTREES, 2025, np.array([np.nan]), np.array([6.0])).pupils == pupils).all()


pupils_of = arrays(np.float64, (2, 3, 4, 6), elements=st.floats(0, 500))
shares = arrays(np.float64, 3, elements=st.floats(0.05, 1))
points = arrays(np.float64, 3, elements=st.floats(-60, 60))


@given(pupils_of, shares, points, st.integers(2025, 2031))
def test_pupils_are_conserved_on_draws_too(pupils, share, points, start) -> None:
    after = apply_response(pupils, RENTREES, start, share, points)
    np.testing.assert_allclose(after.pupils + after.leavers, pupils, rtol=1e-12, atol=1e-9)
    assert (after.pupils >= 0).all()
    assert (after.pupils <= pupils / share[:, None, None] * (1 + 1e-12)).all()
    untouched = (RENTREES - start) < 0
    assert (after.pupils[..., untouched] == pupils[..., untouched]).all()
    for u in range(3):
        drawn = apply_response(pupils[1, u : u + 1], RENTREES, start, share[u : u + 1], points[u : u + 1])
        np.testing.assert_array_equal(drawn.pupils[0], after.pupils[1, u])


@given(pupils_of, shares, points)
def test_who_answers_at_3e_answered_at_6e(pupils, share, points) -> None:
    """The ratio of a cohort to what it would have been is the same in every grade."""
    after = apply_response(pupils + 1, RENTREES, 2025, share, points).pupils / (pupils + 1)
    for grade in range(1, 4):
        np.testing.assert_allclose(after[:, :, grade, grade:], after[:, :, 0, : 6 - grade])


def test_draws_keep_their_type() -> None:
    drawn = np.full((2, 1, 4, 6), 80, np.float32)
    after = apply_response(drawn, RENTREES, 2025, np.array([0.8]), np.array([-10.0]))
    assert after.pupils.dtype == after.leavers.dtype == np.float32


def test_an_answer_before_the_base_or_a_share_in_percent_is_refused() -> None:
    pupils = np.ones((1, 4, 6))
    faults = faults_of(lambda: apply_response(pupils, RENTREES, 2024, np.array([80.0]), np.array([1.0])))
    assert [fault.message for fault in faults] == [
        "start = 2024, but the pupils of 2024 are known",
        "a public share outside 0 to 1",
    ]


def test_the_public_share_stays_where_nothing_is_supposed() -> None:
    assert (shares_of(toy_territory(), (), SHARE, RENTREES) == 0.8).all()


def test_changes_of_the_public_share_add_up() -> None:
    changes = (
        PublicShare(change_points=-7, start=2026),
        PublicShare(change_points=10, start=2027, communes=("99002",)),
        PublicShare(change_points=5, start=2028, colleges=(B,)),
    )
    shares = shares_of(toy_territory(), changes, SHARE, RENTREES)
    # B is the present collège of the last two units.
    assert shares[0].tolist() == pytest.approx([0.8, 0.8, 0.73, 0.73, 0.73, 0.73])
    assert shares[1].tolist() == pytest.approx([0.8, 0.8, 0.73, 0.83, 0.83, 0.83])
    assert shares[3].tolist() == pytest.approx([0.8, 0.8, 0.73, 0.73, 0.78, 0.78])


def test_a_change_for_a_commune_and_a_college_counts_once_where_both_meet() -> None:
    both = PublicShare(change_points=-10, start=2026, communes=("99001",), colleges=(A,))
    assert shares_of(toy_territory(), (both,), SHARE, RENTREES)[:, 2].tolist() == pytest.approx([0.7, 0.7, 0.8, 0.8])


def test_an_unknown_public_share_stays_unknown() -> None:
    share = np.array([0.8, np.nan, 0.8, 0.8])
    changed = shares_of(toy_territory(), (PublicShare(change_points=-10, start=2026),), share, RENTREES)
    assert np.isnan(changed[1]).all()
    assert changed[0, 2] == pytest.approx(0.7)


def test_a_share_of_one_is_no_fault() -> None:
    changed = shares_of(toy_territory(), (PublicShare(change_points=20, start=2026),), SHARE, RENTREES)
    assert changed[0, 2] == 1


def test_every_fault_of_the_public_share_at_once() -> None:
    changes = (
        PublicShare(change_points=-7, start=2024),
        PublicShare(change_points=30, start=2027, communes=("99002", "99012")),
        PublicShare(change_points=-7, start=2026, colleges=("0990001M",)),
    )
    with pytest.raises(InputError) as caught:
        shares_of(toy_territory(), changes, SHARE, RENTREES)
    told = [str(fault) for fault in caught.value.faults]
    assert len(told) == 4
    assert "start = 2024, but the 6e of 2024 are known" in told[0]
    assert "unknown commune '99012'" in told[1]
    assert "unknown UAI '0990001M'. Did you mean 0990001N (Collège des Aulnes)?" in told[2]
    assert "leave 0 to 1 (99002 from 2027)" in told[3]


def test_what_belongs_to_a_cohort_moves_up_with_it() -> None:
    carried = by_cohort(np.array([[1.0, 2.0, 3.0]]))
    assert carried[0].tolist() == [[1, 2, 3], [1, 1, 2], [1, 1, 1], [1, 1, 1]]


def test_what_is_supposed_is_told_in_french_too() -> None:
    changes = (
        PublicShare(change_points=-7, start=2026),
        PublicShare(change_points=2.5, start=2027, communes=tuple(f"9900{n}" for n in range(5))),
    )
    response = AvoidanceResponse(points_if_moved=-3, points_per_10_ips=2)
    sentences = (
        *public_share_told(changes, 2100),
        *public_share_told(changes, 2000),
        *avoidance_told(response),
        *avoidance_told(response, 3),
    )
    assert [sentence for sentence in sentences if FRENCH.recorded(sentence) is None] == []
    assert avoidance_told(AvoidanceResponse()) == ()
    assert "2,5" in str(FRENCH.recorded(sentences[1]))
    assert "et 2 autres" in str(FRENCH.recorded(sentences[1]))
