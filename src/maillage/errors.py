"""Every error a planner can meet, in one place.

An input file is judged as a whole: its faults are collected and raised together, so that a planner mends them
in one go rather than one run at a time.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


class MaillageError(Exception):
    """Root of every error the library raises on purpose."""


@dataclass(frozen=True)
class Fault:
    """One thing wrong with an input.

    Attributes
    ----------
    file : str
        File (or table) at fault, as the planner named it.
    message : str
        What is wrong, in words.
    column : str
        Column at fault; empty where the fault is not in one column.
    rows : tuple of str
        Rows or identifiers at fault, line numbers as ``"line 12"``; empty where the whole file is at fault.
    remedy : str
        What the planner can do.
    """

    file: str
    message: str
    column: str = ""
    rows: tuple[str, ...] = ()
    remedy: str = ""

    def __str__(self) -> str:
        where = self.file + (f", column {self.column!r}" if self.column else "")
        shown = ", ".join(self.rows[:10]) + (f" and {len(self.rows) - 10} more" if len(self.rows) > 10 else "")
        text = f"{where}: {self.message}" + (f" ({shown})" if shown else "")
        return f"{text}. {self.remedy}" if self.remedy else f"{text}."


class InputError(MaillageError):
    """Input that cannot be used; carries every fault found.

    Parameters
    ----------
    faults : iterable of Fault
        All faults found, at least one.
    """

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        head = "1 fault" if len(self.faults) == 1 else f"{len(self.faults)} faults"
        super().__init__("\n".join([f"{head} in the input:", *(f"  - {fault}" for fault in self.faults)]))


class ScenarioError(InputError):
    """A study or scenario file that cannot be understood."""


class InfeasibleError(MaillageError):
    """No plan can satisfy a scenario's rules; says which rule and which collèges.

    Parameters
    ----------
    scenario : str
        Name of the scenario.
    reasons : iterable of str
        One sentence a rule: its name, the collèges or units concerned, by how much it falls short.
    """

    def __init__(self, scenario: str, reasons: Iterable[str]) -> None:
        self.scenario = scenario
        self.reasons = tuple(reasons)
        super().__init__("\n".join([f"scenario {scenario!r} has no possible plan:", *(f"  - {r}" for r in self.reasons)]))


class SolverError(MaillageError):
    """A solver that is missing, crashed, or stopped without an answer."""


class UnsolvedError(SolverError):
    """No plan was found in the time given, though there may be one."""


class PlanError(MaillageError):
    """A plan that fails the independent check of its own scenario's rules."""


def nearest(name: str, known: Iterable[str]) -> str:
    """What to tell somebody who wrote `name`: the nearest right name, or all of them; empty where `name` is right.

    >>> nearest("acess", ["access", "mix"])
    "Did you mean 'access'?"
    """
    names = sorted(known)
    if name in names:
        return ""
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    return f"Did you mean {close[0]!r}?" if close else f"Known: {', '.join(names)}"
