"""Scaled scores, the Pareto front, and how stable the first places are."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import beta

from maillage.errors import InputError
from maillage.ranking import WEIGHT_PROFILES, flips, pareto, rank, stability

CRITERIA = ("travel", "mix", "pupils")
BETTER = {"travel": "lower", "mix": "lower", "pupils": "higher"}
TABLE = pd.DataFrame(
    {"travel": [10.0, 14.0, 12.0, 15.0], "mix": [0.30, 0.20, 0.28, 0.29], "pupils": [400.0, 500.0, 450.0, 400.0]},
    index=["today", "mix_first", "between", "worse"],
)
EVEN = {"travel": 1.0, "mix": 1.0, "pupils": 2.0}

values = arrays(float, (5, 3), elements=st.integers(-50, 50).map(float))
some_weights = arrays(float, 3, elements=st.integers(1, 9).map(float))


def as_table(array: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(array, index=[f"s{i}" for i in range(len(array))], columns=list(CRITERIA))


def named(weights: np.ndarray) -> dict[str, float]:
    return dict(zip(CRITERIA, weights.tolist(), strict=True))


def test_range_scaling_by_hand() -> None:
    ranking = rank(TABLE, BETTER, EVEN, reference="today")
    scaled = ranking.scores.loc["between", ["scaled_travel", "scaled_mix", "scaled_pupils"]]
    assert scaled.tolist() == pytest.approx([0.6, 0.2, 0.5])
    assert dict(ranking.weights) == {"travel": 0.25, "mix": 0.25, "pupils": 0.5}
    scores = {"today": 0.25, "mix_first": 0.2 / 4 + 0.75, "between": 0.15 + 0.05 + 0.25, "worse": 0.025}
    assert ranking.scores["score"].to_dict() == pytest.approx(scores)
    assert ranking.scores["gain"].to_dict() == pytest.approx({name: score - 0.25 for name, score in scores.items()})
    assert ranking.scores["rank"].to_dict() == {"today": 3, "mix_first": 1, "between": 2, "worse": 4}
    assert ranking.first == ("mix_first",)
    table = ranking.to_pandas()
    assert table["scenario"].tolist() == ["mix_first", "between", "today", "worse"]
    assert list(table.columns[:3]) == ["rank", "scenario", "score"]


def test_reference_scaling_by_hand() -> None:
    ranking = rank(TABLE, BETTER, EVEN, reference="today", scaling="reference")
    scaled = ranking.scores.loc["between", ["scaled_travel", "scaled_mix", "scaled_pupils"]]
    assert scaled.tolist() == pytest.approx([-2 / 5, 0.02 / 0.10, 0.5])
    assert ranking.scores.loc["today", "score"] == 0
    assert ranking.scores["score"].between(-1, 1).all()


def test_a_criterion_that_does_not_differ_does_not_count() -> None:
    flat = TABLE.assign(pupils=400.0)
    assert (rank(flat, BETTER, EVEN).scores["scaled_pupils"] == 1).all()
    assert (rank(flat, BETTER, EVEN, "today", "reference").scores["scaled_pupils"] == 0).all()


def test_ties_share_the_better_rank() -> None:
    table = pd.concat([TABLE, TABLE.loc[["mix_first"]].set_axis(["twin"])])
    ranking = rank(table, BETTER, EVEN)
    assert ranking.scores["rank"].to_dict() == {"today": 4, "mix_first": 1, "between": 3, "worse": 5, "twin": 1}
    assert ranking.first == ("mix_first", "twin")


def test_rounding_makes_no_winner() -> None:
    table = as_table(np.array([[0.1 + 0.2, 1, 0], [0.3, 1, 0], [1, 1, 0]], float))
    assert rank(table, BETTER, {"travel": 1}).scores["rank"].tolist() == [1, 1, 3]


@pytest.mark.parametrize("scaling", ["range", "reference"])
@given(array=values, weights=some_weights, shift=st.integers(-30, 30), factor=st.sampled_from([0.5, 2.0, 60.0]))
def test_another_unit_changes_no_score(scaling: str, array: np.ndarray, weights: np.ndarray, shift: int, factor: float) -> None:
    other = array.copy()
    other[:, 1] = shift + factor * other[:, 1]
    first, second = (rank(as_table(a), BETTER, named(weights), "s0", scaling) for a in (array, other))  # type: ignore[arg-type]
    assert np.allclose(first.scores["score"], second.scores["score"])
    assert first.scores["rank"].equals(second.scores["rank"])


@pytest.mark.parametrize("scaling", ["range", "reference"])
@given(array=values, weights=some_weights)
def test_a_dominated_scenario_is_never_first(scaling: str, array: np.ndarray, weights: np.ndarray) -> None:
    table = as_table(array)
    dominated = set(table.index[~pareto(table, BETTER)["on_front"]])
    assert not dominated & set(rank(table, BETTER, named(weights), "s0", scaling).first)  # type: ignore[arg-type]


def test_pareto_front_by_hand() -> None:
    front = pareto(TABLE, BETTER)
    assert front["on_front"].to_dict() == {"today": True, "mix_first": True, "between": True, "worse": False}
    assert front.loc["worse", "dominated_by"] == ("mix_first", "between")
    assert front.loc["between", "dominates"] == ("worse",)


def test_within_the_tolerance_nobody_is_dominated() -> None:
    near = TABLE.drop(index=["mix_first"])
    assert not pareto(near, BETTER, {"travel": 2.0})["on_front"]["worse"]
    assert pareto(near, BETTER, {"travel": 3.0, "mix": 0.01, "pupils": 50.0})["on_front"].all()


def test_equal_scenarios_do_not_dominate_each_other() -> None:
    assert pareto(as_table(np.ones((3, 3))), BETTER)["on_front"].all()


@given(array=values, tolerance=st.integers(0, 20))
def test_the_front_is_never_empty_and_grows_with_the_tolerance(array: np.ndarray, tolerance: int) -> None:
    table = as_table(array)
    strict = pareto(table, BETTER)["on_front"]
    wide = pareto(table, BETTER, dict.fromkeys(CRITERIA, float(tolerance)))["on_front"]
    assert strict.any()
    assert (wide | ~strict).all()


@given(array=values)
def test_whoever_is_dominated_is_so_by_a_scenario_at_least_as_good_everywhere(array: np.ndarray) -> None:
    table = as_table(array)
    worth = table * [-1, -1, 1]
    for name, row in pareto(table, BETTER).iterrows():
        for other in row["dominated_by"]:
            assert (worth.loc[other] >= worth.loc[name]).all()
            assert (worth.loc[other] > worth.loc[name]).any()
        assert row["on_front"] == (not row["dominated_by"])


def test_stability_is_repeatable_and_its_shares_add_up() -> None:
    found = stability(TABLE, BETTER, EVEN, draws=500, seed=3, reference="today")
    pd.testing.assert_frame_equal(found, stability(TABLE, BETTER, EVEN, draws=500, seed=3, reference="today"))
    assert not found.equals(stability(TABLE, BETTER, EVEN, draws=500, seed=4, reference="today"))
    for prefix in ("", "uniform_"):
        ranks = found[[f"{prefix}rank_{place}" for place in range(1, 5)]]
        assert ranks.sum(axis=1).tolist() == pytest.approx([1] * 4)
        assert ranks.sum(axis=0).tolist() == pytest.approx([1] * 4)
        assert found[f"{prefix}first"].equals(found[f"{prefix}rank_1"].rename(f"{prefix}first"))
        assert found[f"{prefix}first_two"].to_numpy() == pytest.approx(ranks.iloc[:, :2].sum(axis=1).to_numpy())
        assert found.loc["today", f"{prefix}beats_reference"] == 0
    assert found.loc["worse", ["first", "uniform_first"]].tolist() == [0, 0]


def test_acceptability_of_two_scenarios_and_two_criteria_is_exact() -> None:
    """All weights of two criteria are one segment: the share of it that each place takes is known."""
    table = pd.DataFrame({"x": [0.0, 4.0, 3.0], "y": [4.0, 0.0, 3.0]}, index=["a", "b", "c"])
    # Scaled: a (1, 0), b (0, 1), c (0.25, 0.25). a beats b where w > 0.5, and c wherever it beats b.
    found = stability(table, {"x": "lower", "y": "lower"}, {"x": 1, "y": 1}, draws=20_000)
    assert found["uniform_first"].to_dict() == pytest.approx({"a": 0.5, "b": 0.5, "c": 0}, abs=0.015)
    # c is second where the other one scores under 0.25: w > 0.75 or w < 0.25.
    assert found["uniform_rank_2"]["c"] == pytest.approx(0.5, abs=0.015)


def test_spread_is_the_standard_deviation_it_says() -> None:
    table = pd.DataFrame({"x": [0.0, 1.0], "y": [1.0, 0.0]}, index=["a", "b"])
    better = {"x": "lower", "y": "lower"}
    # a wins where w > 0.5; a Dirichlet of two weights is a Beta(21, 9) for w = 0.7 and a spread of 1 / sqrt(31).
    expected = beta(21, 9).sf(0.5)
    found = stability(table, better, {"x": 0.7, "y": 0.3}, draws=40_000, spread=31**-0.5)
    assert found.loc["a", "first"] == pytest.approx(expected, abs=0.005)


def test_a_criterion_without_weight_stays_without_around_the_weights() -> None:
    found = stability(TABLE, BETTER, {"travel": 1.0}, draws=50)
    assert found.loc["today", "first"] == 1
    assert found.loc["today", "uniform_first"] < 1


def test_flips_by_hand() -> None:
    table = pd.DataFrame({"travel": [10.0, 14.0], "mix": [0.3, 0.2]}, index=["today", "redrawn"])
    found = flips(table, {"travel": "lower", "mix": "lower"}, {"travel": 6, "mix": 4})
    assert list(found.index) == ["mix", "travel"]
    assert found.loc["mix", ["weight", "flips_at", "rise"]].tolist() == pytest.approx([0.4, 0.5, 0.1])
    assert found.loc["mix", "first_then"] == "redrawn"
    assert np.isnan(found.loc["travel", "flips_at"])
    assert found.loc["travel", "first_then"] == ""


@given(array=values, weights=some_weights)
def test_flips_are_where_the_first_place_changes(array: np.ndarray, weights: np.ndarray) -> None:
    table = as_table(array)
    before = rank(table, BETTER, named(weights))
    for name, row in flips(table, BETTER, named(weights)).iterrows():
        rest = {k: w for k, w in before.weights.items() if k != name}

        def first_at(weight: float, name: str = str(name), rest: dict[str, float] = rest) -> tuple[str, ...]:
            others = {k: w / sum(rest.values()) * (1 - weight) for k, w in rest.items()}
            return rank(table, BETTER, {name: weight, **others}).first

        if np.isnan(row["flips_at"]):
            assert set(first_at(1.0)) & set(before.first)
            continue
        assume(row["flips_at"] < 0.999)
        step = 1e-4
        assert not set(first_at(min(row["flips_at"] + step, 1.0))) & set(before.first)
        if row["rise"] > step:
            assert set(first_at(row["flips_at"] - step)) <= set(before.first)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"weights": {"travl": 1.0}}, "Did you mean 'travel'"),
        ({"weights": {"travel": -1.0, "mix": 2.0}}, "travel is -1.0"),
        ({"weights": {"travel": float("nan"), "mix": 2.0}}, "travel is nan"),
        ({"weights": {"travel": 0.0}}, "no criterion has a positive weight"),
        ({"weights": {}}, "no criterion has a positive weight"),
        ({"better": {"travel": "lower", "mix": "less", "pupils": "higher"}}, "Use 'lower' or 'higher'"),
        ({"better": {"travel": "lower", "mix": "lower"}}, "pupils"),
        ({"table": TABLE.assign(mix=[0.3, np.nan, 0.2, np.inf])}, r"missing value \(mix_first, worse\)"),
        ({"table": TABLE.iloc[:0]}, "no scenario"),
        ({"table": TABLE.set_axis(["a", "b", "a", "c"])}, r"listed twice \(a\)"),
        ({"reference": "tody"}, "Did you mean 'today'"),
        ({"scaling": "reference"}, "needs a reference"),
        ({"scaling": "ranges"}, "Did you mean 'range'"),
    ],
)
def test_bad_questions_are_refused(change: dict, said: str) -> None:
    asked = {"table": TABLE, "better": BETTER, "weights": EVEN, **change}
    for method in (rank, stability, flips):
        with pytest.raises(InputError, match=said):
            method(**asked)


def test_all_faults_come_together() -> None:
    with pytest.raises(InputError) as caught:
        rank(TABLE.assign(mix=np.nan), BETTER, {"travl": -1.0}, reference="nobody")
    assert len(caught.value.faults) >= 4


@pytest.mark.parametrize("change", [{"draws": 0}, {"spread": 0.0}, {"spread": 1.0}])
def test_draws_and_spread_out_of_bounds_are_refused(change: dict) -> None:
    with pytest.raises(InputError, match=next(iter(change))):
        stability(TABLE, BETTER, EVEN, **change)


@pytest.mark.parametrize("tolerance", [{"travel": -1.0}, {"trvel": 1.0}])
def test_bad_tolerances_are_refused(tolerance: dict[str, float]) -> None:
    with pytest.raises(InputError, match="tolerance"):
        pareto(TABLE, BETTER, tolerance)


def test_inputs_are_left_as_they_were() -> None:
    table, weights = TABLE.copy(), dict(EVEN)
    rank(table, BETTER, weights)
    stability(table, BETTER, weights, draws=5)
    pd.testing.assert_frame_equal(table, TABLE)
    assert weights == EVEN
    with pytest.raises(TypeError):
        WEIGHT_PROFILES["mine"] = {}  # type: ignore[index]
