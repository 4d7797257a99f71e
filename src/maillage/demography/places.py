"""Where hypotheses take place: INSEE codes, identifiers of units and UAI of a planner, as shares of units."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from maillage.arrays import Floats, Strings
from maillage.errors import Fault
from maillage.territory import Territory

HYPOTHESES = "hypotheses"
"""What the input is called in faults."""


@dataclass(frozen=True, eq=False)
class Places:
    """Names of a territory, and how many pupils live under each.

    Attributes
    ----------
    unit, commune, name : (U,) str
    pupils : (U,) float
        Public écoliers and collégiens at the base rentrée.
    """

    unit: Strings
    commune: Strings
    name: Strings
    pupils: Floats

    @classmethod
    def of(cls, territory: Territory) -> Places:
        """Those of a territory."""
        units = territory.units
        return cls(units.unit, units.commune, units.name, units.pupils + units.ecole_pupils.sum(axis=1))

    def shares(self, communes: Mapping[str, float], units: Mapping[str, float]) -> Floats:
        """(U,) shares that add up to 1: weights of the places named, those of a commune shared by pupils.

        A commune without any pupil is shared equally over its units. Names must be known (`faults`).
        """
        shared = np.zeros(len(self.unit))
        for given, names, weight in ((communes, self.commune, self.pupils), (units, self.unit, np.ones(len(self.unit)))):
            for name, asked in given.items():
                here = names == name
                held = np.where(here, weight, 0.0)
                shared += asked * (held / held.sum() if held.sum() > 0 else here / here.sum())
        return np.asarray(shared / shared.sum())

    def faults(self, of: str, communes: Collection[str], units: Collection[str] = ()) -> list[Fault]:
        """One fault for each name that is not known, with the nearest one that is."""
        return [
            *unknown(of, "commune", communes, self.commune, self.name),
            *unknown(of, "unit", units, self.unit, self.name),
        ]


def unknown(of: str, kind: str, asked: Collection[str], codes: Strings, names: Strings) -> list[Fault]:
    """A fault for each of the codes asked for that is none of `codes`, with the nearest: a planner may have written a name.

    Parameters
    ----------
    of : str
        Whose they are, in words.
    kind : str
        What they name.
    asked : collection of str
    codes, names : (N,) str
    """
    strangers = [name for name in asked if not (codes == name).any()]
    if not strangers:
        return []
    told = {str(code): f"{code} ({name})" for code, name in zip(codes, names, strict=True)}
    by_name = {str(name).lower(): told[str(code)] for code, name in zip(codes, names, strict=True)}
    meant = by_name | {code.lower(): text for code, text in told.items()}
    some = f"Known: {', '.join(sorted(told)[:5])}, ... ({len(told)})"
    faults = []
    for name in strangers:
        near = difflib.get_close_matches(name.lower(), sorted(meant), n=1, cutoff=0.6)
        hint = f"Did you mean {meant[near[0]]}?" if near else some
        faults.append(Fault(HYPOTHESES, f"{of}: unknown {kind} {name!r}", remedy=hint))
    return faults
