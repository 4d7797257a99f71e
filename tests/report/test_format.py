"""Numbers, by hand."""

from __future__ import annotations

import math

import pytest

from maillage.report.format import ABSENT, NOTHING, Cell, Numbers

FR, EN = Numbers("fr"), Numbers("en")


@pytest.mark.parametrize(
    ("value", "digits", "french", "english"),
    [
        (60519, 0, "60\u202f519", "60,519"),
        (1234567.891, 2, "1\u202f234\u202f567,89", "1,234,567.89"),
        (-0.04, 1, "0,0", "0.0"),
        (-7.25, 1, "\u22127,2", "\u22127.2"),
        (None, 0, ABSENT, ABSENT),
        (math.nan, 0, ABSENT, ABSENT),
        (math.inf, 0, ABSENT, ABSENT),
    ],
)
def test_number(value: float | None, digits: int, french: str, english: str) -> None:
    assert FR.number(value, digits) == french
    assert EN.number(value, digits) == english


def test_signs_and_percentages() -> None:
    assert FR.percent(-0.081, 1, signed=True) == "\u22128,1\u202f%"
    assert EN.percent(0.125, 1, signed=True) == "+12.5%"
    assert EN.percent(0.0, 0, signed=True) == "0%"
    assert FR.percent(None) == ABSENT


@pytest.mark.parametrize(
    ("value", "shown"), [(0, "0"), (8e-14, "0"), (0.3, "<5"), (4, "<5"), (4.99, "<5"), (5, "5"), (1200, "1,200")]
)
def test_small_counts_are_masked(value: float, shown: str) -> None:
    assert EN.count(value) == shown
    assert EN.measure(value, "pupils") == shown
    assert EN.measure(value, "meals") == shown


def test_a_measure_follows_its_unit() -> None:
    assert EN.measure(12.34, "min") == "12.3"
    assert EN.measure(0.0956, "share") == "9.6%"
    assert EN.measure(0.1234567, "index") == "0.123"
    assert EN.measure(3.0, "collèges") == "3"


def test_what_is_shown_decides_ties() -> None:
    assert Cell(12.34, "min").shown == Cell(12.31, "min").shown
    assert Cell(0.0956, "share").shown == 0.096
    assert NOTHING.shown is None
