"""What was read, how it fitted together, and what is not observed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Source:
    """One file that was read: what it is, of when, its rows (None where they are not counted) and its SHA-256."""

    file: str
    dataset: str
    vintage: str
    rows: int | None
    sha256: str


@dataclass(frozen=True)
class Match:
    """How well two inputs fitted together, for `maillage check`.

    `unmatched` names what did not match; `consequence` says what was done about it.
    """

    what: str
    matched: int
    total: int
    unmatched: tuple[str, ...] = ()
    consequence: str = ""


@dataclass(frozen=True)
class Estimate:
    """One quantity that is not observed: which, for how many rows, and how it was obtained."""

    quantity: str
    count: int
    total: int
    method: str
