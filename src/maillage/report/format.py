"""Numbers as people read them, in French and in English, and the mask over small counts."""

from __future__ import annotations

import math
from dataclasses import dataclass

from maillage.demography.rounding import LEAST_CELL

NARROW = "\u202f"
"""Narrow no-break space: between thousands and before ``;:!?%`` in French."""

MINUS = "\u2212"
ABSENT = "–"
"""Shown where there is no value."""


@dataclass(frozen=True)
class Numbers:
    """Writes numbers in one language.

    A missing value (None, NaN, infinite) is shown as a dash.

    Attributes
    ----------
    language : str
        "fr" or "en".

    Examples
    --------
    >>> Numbers("en").number(60519)
    '60,519'
    >>> Numbers("fr").percent(0.0956, 1).replace(NARROW, "_")
    '9,6_%'
    >>> Numbers("en").count(3.2)
    '<5'
    """

    language: str

    def number(self, value: float | None, digits: int = 0, signed: bool = False) -> str:
        """`value` with `digits` decimals and a thousands separator; with its sign where `signed`."""
        if missing(value):
            return ABSENT
        assert value is not None
        rounded = round(float(value), digits) + 0.0
        text = f"{abs(rounded):,.{digits}f}"
        if self.language == "fr":
            text = text.replace(",", NARROW).replace(".", ",")
        sign = MINUS if rounded < 0 else "+" if signed and rounded > 0 else ""
        return sign + text

    def percent(self, share: float | None, digits: int = 0, signed: bool = False) -> str:
        """A share (1 = 100 %) as a percentage."""
        if missing(share):
            return ABSENT
        assert share is not None
        return self.number(100 * float(share), digits, signed) + (f"{NARROW}%" if self.language == "fr" else "%")

    def count(self, value: float | None) -> str:
        """A number of people: never told where it is above 0 and under `LEAST_CELL`."""
        if masked(value):
            return f"<{NARROW}{LEAST_CELL}" if self.language == "fr" else f"<{LEAST_CELL}"
        return self.number(value)

    def measure(self, value: float | None, unit: str) -> str:
        """A value written as its unit asks (see `DIGITS`); shares as percentages, people masked under `LEAST_CELL`."""
        if unit == "share":
            return self.percent(value, SHARE_DIGITS)
        return self.count(value) if unit in PEOPLE else self.number(value, DIGITS.get(unit, 2))


DIGITS = {"min": 1, "km": 1, "IPS": 1, "collèges": 0, "kitchens": 0, "pupil-km": 0, "index": 3}
"""Decimals shown, by unit."""

SHARE_DIGITS = 1
"""Decimals of a percentage."""

NOBODY = 1e-6
"""Fewer people than this are none: what rounding leaves of a sum that is 0."""

PEOPLE = ("pupils", "meals")
"""Units that count people: small values are masked."""


@dataclass(frozen=True)
class Cell:
    """One figure: its value (None: nothing to show), its unit, and whether it is estimated or projected."""

    value: float | None
    unit: str
    estimated: bool = False

    @property
    def shown(self) -> float | None:
        """The value as precisely as it is shown: what ties are judged on."""
        if missing(self.value):
            return None
        assert self.value is not None
        digits = SHARE_DIGITS + 2 if self.unit == "share" else DIGITS.get(self.unit, 2)
        return round(self.value, digits) + 0.0


NOTHING = Cell(None, "")
"""A figure that does not exist."""


def missing(value: float | None) -> bool:
    """There is nothing to show."""
    return value is None or not math.isfinite(value)


def masked(value: float | None) -> bool:
    """A count of people that is above 0 and under `LEAST_CELL`."""
    return not missing(value) and value is not None and NOBODY <= value < LEAST_CELL
