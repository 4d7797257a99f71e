"""Who changes collège in the toy."""

from __future__ import annotations

import numpy as np
import pytest

from toy import toy_territory
from toy_plans import ALL_TO_A, SWAPPED


def test_moved_pupils_count_from_the_start_of_the_plan(measure) -> None:
    found = measure(SWAPPED, start=2026)
    assert found["moved_pupils"].tolist() == [0, 0, 60 + 40]
    assert found["moved_share"] == pytest.approx([0, 0, 100 / 260])


def test_today_moves_nobody(measure) -> None:
    found = measure()
    assert found["moved_share"].tolist() == [0, 0, 0]
    assert found["open_colleges"].tolist() == [2, 2, 2]
    assert found["closed_colleges"].tolist() == [0, 0, 0]


def test_closing_moves_the_pupils_of_the_college(measure) -> None:
    found = measure(ALL_TO_A)
    assert found["moved_pupils"].tolist() == [0, 40 + 90, 40 + 80]
    assert found["open_colleges"].tolist() == [2, 1, 1]
    assert found["closed_colleges"].tolist() == [0, 1, 1]


def test_pupils_of_units_outside_for_good_are_no_part_of_the_share(measure) -> None:
    territory = toy_territory(units={"present": np.array([0, 0, 1, -1], np.int32)})
    assert measure((0, 1, 1, -1), territory=territory)["moved_share"][1] == pytest.approx(60 / 190)
    # Brought in from outside, they are moved like anybody else.
    assert measure((0, 0, 1, 1), territory=territory)["moved_share"][1] == pytest.approx(90 / 280)
