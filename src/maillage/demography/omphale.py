"""Beyond the births: INSEE's Omphale projection of the territory, as children aged 10 in each rentrée."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from maillage.demography.births import YEARS_TO_6E, born
from maillage.territory import Territory

CENTRAL = "central"


@dataclass(frozen=True)
class Omphale:
    """Children of the age of entry into 6e.

    Attributes
    ----------
    children : mapping of int to float
        Rentrée to people aged 10 on 1 January of its year, who enter 6e at it. Empty where there is no projection.
    central : mapping of int to float
        The same in the central scenario.
    variant : str
        Scenario of `children`: the one asked for, or "central" where the projection has no such scenario.
    method : tuple of str
        Why there is none though a projection was given.
    """

    children: Mapping[int, float] = field(default_factory=dict)
    central: Mapping[int, float] = field(default_factory=dict)
    variant: str = CENTRAL
    method: tuple[str, ...] = ()


def omphale_of(territory: Territory, variant: str) -> Omphale:
    """The projection in one scenario; the central one where it has no other, nothing where there is none."""
    table = territory.cohorts.omphale
    if table.empty:
        return Omphale()
    central = _aged_ten(table[table["variant"] == CENTRAL])
    asked = _aged_ten(table[table["variant"] == variant])
    if asked:
        return Omphale(asked, central or asked, variant)
    if not central:
        told = f"The Omphale projection was left out: no children aged 10 in its {variant} or central scenario."
        return Omphale(method=(told,))
    return Omphale(central, central, CENTRAL)


def _aged_ten(table: pd.DataFrame) -> dict[int, float]:
    found = {}
    for year, rows in table.groupby("year"):
        rentree = int(str(year))
        _, by_birth = born(rows)
        children = by_birth.get(rentree - YEARS_TO_6E)
        if children is not None:
            found[rentree] = children
    return found
