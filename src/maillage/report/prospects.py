"""How sure the projection is: what the simulated futures say of the territory, its bassins and its collèges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from maillage.arrays import Floats
from maillage.demography.enrolment import Enrolment
from maillage.demography.fan import Fan, fan_of
from maillage.report.format import NOTHING, Cell

if TYPE_CHECKING:
    from maillage.studies import Study

LEVEL = 0.8
"""Share of the simulated futures inside an interval that the report tells."""

CHARTS = 12
"""Places that get a chart, the largest first: more would not be read."""

Band = tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]
"""Rentrées, low and high bound."""


@dataclass(frozen=True)
class Prospect:
    """One place: its pupils at the base rentrée, the projection at the horizon and its interval (nothing without futures)."""

    name: str
    base: Cell
    projected: Cell
    low: Cell
    high: Cell


@dataclass(frozen=True, eq=False)
class Prospects:
    """How sure the projection is, under today's sectors.

    Attributes
    ----------
    futures : int
        How many were simulated; 0 = none, and then nothing has an interval.
    whole : Prospect
        All collèges together.
    band : Band or None
        The interval of all collèges together by rentrée.
    bassins : tuple of Prospect
        Empty where the territory has none.
    approximate : bool
        The bassins are groups of neighbouring sectors made here, no official areas.
    charts : tuple of Fan
        Of the largest bassins, or of the whole territory where there are none.
    colleges : mapping of position to Prospect
    """

    futures: int
    whole: Prospect
    band: Band | None
    bassins: tuple[Prospect, ...]
    approximate: bool
    charts: tuple[Fan, ...]
    colleges: dict[int, Prospect]


def prospects_of(study: Study) -> Prospects:
    """Facts of the projection's certainty; the study is not changed."""
    demand, territory = study.demand, study.territory
    last = int(np.searchsorted(demand.rentrees, study.until))
    everywhere, colleges = demand.everywhere(territory), study.enrolment()
    bassins = None if territory.bassins is None else demand.by_bassin(territory)
    shown = everywhere if bassins is None else bassins
    largest = np.argsort(-shown.total()[:, 0], kind="stable")[:CHARTS]
    return Prospects(
        futures=0 if demand.draws is None else len(demand.draws),
        whole=_prospects(everywhere, last)[0],
        band=_band(everywhere, last),
        bassins=() if bassins is None else _prospects(bassins, last),
        approximate=territory.bassins is not None and territory.bassins.approximate,
        charts=tuple(fan_of(shown, str(shown.code[place])) for place in sorted(largest)),
        colleges=dict(enumerate(_prospects(colleges, last))),
    )


def _prospects(places: Enrolment, last: int) -> tuple[Prospect, ...]:
    total = places.total()
    low, high = _bounds(places)
    return tuple(
        Prospect(
            name=str(name),
            base=Cell(float(total[at, 0]), "pupils"),
            projected=Cell(float(total[at, last]), "pupils", estimated=True),
            low=_bound(low, at, last),
            high=_bound(high, at, last),
        )
        for at, name in enumerate(places.name)
    )


def _bounds(places: Enrolment) -> tuple[Floats, Floats] | tuple[None, None]:
    if places.draws is None:
        return None, None
    low, high = places.quantile(((1 - LEVEL) / 2, (1 + LEVEL) / 2))
    return low, high


def _bound(values: Floats | None, at: int, last: int) -> Cell:
    return NOTHING if values is None else Cell(float(values[at, last]), "pupils", estimated=True)


def _band(whole: Enrolment, last: int) -> Band | None:
    low, high = _bounds(whole)
    if low is None or high is None:
        return None
    years = tuple(float(year) for year in whole.rentrees[: last + 1])
    return years, tuple(low[0, : last + 1].tolist()), tuple(high[0, : last + 1].tolist())
