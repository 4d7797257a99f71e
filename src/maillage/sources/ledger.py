"""`Ledger`: what an assembly finds wrong, how its tables fitted, and what it had to estimate, in one place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from maillage.errors import Fault
from maillage.territory import Estimate, Match

FEW_PUPILS = 5
"""Smaller counts are never told."""


@dataclass(frozen=True)
class Ledger:
    """The account of one load: nothing is joined or estimated without an entry here.

    Attributes
    ----------
    faults : list of Fault
        Raised together, once every join has been tried.
    matches : list of Match
    estimates : list of Estimate
    """

    faults: list[Fault] = field(default_factory=list)
    matches: list[Match] = field(default_factory=list)
    estimates: list[Estimate] = field(default_factory=list)

    def fault(self, file: str, message: str, rows: Iterable[str] = (), *, column: str = "", remedy: str = "") -> None:
        """Note a fault; `rows` are identifiers, kept sorted and once each."""
        self.faults.append(Fault(file, message, column, _once(rows), remedy))

    def match(self, what: str, total: int, unmatched: Iterable[str] = (), consequence: str = "") -> None:
        """Note how two inputs fitted: of `total`, those in `unmatched` did not, and `consequence` was drawn."""
        missing = _once(unmatched)
        self.matches.append(Match(what, total - len(missing), total, missing, consequence if missing else ""))

    def estimate(self, quantity: str, count: int, total: int, method: str) -> None:
        """Note that `count` of `total` values of `quantity` were obtained by `method`; none is no entry."""
        if count:
            self.estimates.append(Estimate(quantity, int(count), int(total), method))

    def withdraw(self, *quantities: str) -> None:
        """Strike out the estimates of these quantities, which are about to be made again from better data."""
        self.estimates[:] = [entry for entry in self.estimates if entry.quantity not in quantities]


def told_pupils(count: float) -> str:
    """A number of pupils as an account may name it: not if it is small enough to point at somebody.

    >>> told_pupils(497.0), told_pupils(2.0), told_pupils(float("nan"))
    ('497 pupils', 'fewer than 5 pupils', 'pupils unknown')
    """
    if count != count:
        return "pupils unknown"
    return f"{count:.0f} pupils" if count >= FEW_PUPILS else f"fewer than {FEW_PUPILS} pupils"


def _once(ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({str(i) for i in ids}))
