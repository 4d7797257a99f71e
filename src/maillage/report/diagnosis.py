"""The territory today, and where today's sectors lead by the horizon."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from maillage.report.format import NOTHING, Cell
from maillage.report.roster import CollegeFacts

if TYPE_CHECKING:
    from maillage.studies import Study
    from maillage.territory import Territory

BANDS = ("under_60", "60_to_75", "75_to_95", "95_to_100", "over_100")
"""Occupancy bands, as the indicators name them."""

CHANGE_EDGES = (-0.3, -0.2, -0.1, 0.0, 0.1)
"""Limits between the classes of relative change of a collège's pupils."""

IPS_STEP = 5
"""Width of a class of IPS."""

UNIFORM = 0.01
"""Relative changes that differ by less than this over all collèges are taken as one."""

FALLS = 10
"""Collèges listed among the largest falls."""

WHOLE = 0.98
"""A past rentrée is shown where at least this share of today's collèges has a figure."""

MIX = ("dissimilarity", "normalised_exposure", "theil_h", "eta_squared")

Figures = Mapping[tuple[str, int], Cell]
"""Indicators of one plan by (name, rentrée)."""


@dataclass(frozen=True)
class Diagnosis:
    """Facts of the diagnosis.

    Attributes
    ----------
    observed : tuple of (rentree, pupils)
        Public collège pupils seen so far.
    projected : tuple of (variant, ((rentree, pupils), ...))
        From the base rentrée to the horizon.
    losing, losing_much : int
        Collèges that lose pupils, and more than a fifth of them, under today's sectors.
    changes : tuple of int
        Collèges by class of change (`CHANGE_EDGES`).
    uniform : bool
        All collèges change alike: the projection has no local information.
    falls : tuple of CollegeFacts
        The largest relative falls.
    bands_now, bands_later : tuple of Cell
        Collèges by occupancy band under today's sectors.
    ips_classes : tuple of (lowest IPS of the class, public collèges, private collèges)
    mix : tuple of (measure, public alone, with private)
    now, later : mapping
        Indicators under today's sectors, at the base rentrée and at the horizon.
    """

    observed: tuple[tuple[int, float], ...]
    projected: tuple[tuple[str, tuple[tuple[int, float], ...]], ...]
    losing: int
    losing_much: int
    changes: tuple[int, ...]
    uniform: bool
    falls: tuple[CollegeFacts, ...]
    bands_now: tuple[Cell, ...]
    bands_later: tuple[Cell, ...]
    ips_classes: tuple[tuple[int, int, int], ...]
    mix: tuple[tuple[str, Cell, Cell], ...]
    now: Mapping[str, Cell]
    later: Mapping[str, Cell]
    private_pupils: float
    private_share: float
    lunch_colleges: int
    ecole_meals: float
    places_known: int
    places_estimated: int
    lunch_assumed: int


def diagnose(study: Study, figures: Figures, colleges: Sequence[CollegeFacts]) -> Diagnosis:
    """Facts of the diagnosis from the indicators under today's sectors (`figures`) and the collèges' own rows."""
    territory, base, until = study.territory, study.territory.base_rentree, study.until
    changes = np.array([c.change for c in colleges if c.change is not None])
    now, later = figures_at(figures, base), figures_at(figures, until)
    with_lunch = territory.colleges.lunch_rate > 0
    private = float(territory.private.pupils.sum())
    public = float(territory.colleges.pupils.sum())
    return Diagnosis(
        observed=_observed(territory),
        projected=tuple((name, _series(study, name)) for name in ("central", "high", "low") if name in study.variants),
        losing=int((changes < 0).sum()),
        losing_much=int((changes < -0.2).sum()),
        changes=tuple(np.bincount(np.digitize(changes, CHANGE_EDGES), minlength=len(CHANGE_EDGES) + 1).tolist()),
        uniform=(uniform := len(changes) > 1 and float(np.ptp(changes)) < UNIFORM),
        falls=() if uniform else _falls(colleges),
        bands_now=_bands(now),
        bands_later=_bands(later),
        ips_classes=_ips_classes(territory),
        mix=tuple((name, now.get(name, NOTHING), now.get(f"{name}_with_private", NOTHING)) for name in MIX),
        now=now,
        later=later,
        private_pupils=private,
        private_share=private / (private + public),
        lunch_colleges=int(with_lunch.sum()),
        ecole_meals=float(np.nansum(territory.colleges.ecole_meals)),
        places_known=int((with_lunch & np.isfinite(territory.colleges.seats * territory.colleges.sittings)).sum()),
        places_estimated=int((with_lunch & territory.colleges.canteen_estimated).sum()),
        lunch_assumed=int((with_lunch & territory.colleges.lunch_rate_estimated).sum()),
    )


def figures_at(figures: Figures, rentree: int) -> dict[str, Cell]:
    """The indicators of one rentrée by name."""
    return {name: cell for (name, when), cell in figures.items() if when == rentree}


def _falls(colleges: Sequence[CollegeFacts]) -> tuple[CollegeFacts, ...]:
    falling = [(college.change, college) for college in colleges if college.change is not None and college.change < 0]
    return tuple(college for _, college in sorted(falling, key=lambda pair: (pair[0], pair[1].number))[:FALLS])


def _bands(figures: Mapping[str, Cell]) -> tuple[Cell, ...]:
    return tuple(figures.get(f"colleges_occupancy_{band}", NOTHING) for band in BANDS)


def _observed(territory: Territory) -> tuple[tuple[int, float], ...]:
    """Totals of past rentrées that are complete, then the base rentrée as published."""
    base = (territory.base_rentree, float(territory.colleges.pupils.sum()))
    history = territory.cohorts.history
    if history.empty:
        return (base,)
    seen = history.dropna(subset=["pupils"]).groupby("rentree")["pupils"].agg(["sum", "count"])
    whole = seen[seen["count"] >= WHOLE * len(territory.colleges)]
    years, totals = whole.index.to_numpy(dtype=int).tolist(), whole["sum"].to_numpy(dtype=float).tolist()
    past = [(year, total) for year, total in zip(years, totals, strict=True) if year < territory.base_rentree]
    return (*past, base)


def _series(study: Study, variant: str) -> tuple[tuple[int, float], ...]:
    """Pupils of public collèges of the territory: those sectored outside are left out."""
    demand = study.variants[variant]
    inside = study.territory.units.present >= 0
    totals = demand.total()[inside].sum(axis=0)
    return tuple((int(t), float(n)) for t, n in zip(demand.rentrees, totals, strict=True) if t <= study.until)


def _ips_classes(territory: Territory) -> tuple[tuple[int, int, int], ...]:
    public = territory.colleges.ips[np.isfinite(territory.colleges.ips)]
    private = territory.private.ips[np.isfinite(territory.private.ips)]
    everyone = np.concatenate([public, private])
    low, high = int(everyone.min() // IPS_STEP), int(everyone.max() // IPS_STEP)
    edges = np.arange(low, high + 2) * IPS_STEP
    counts = [np.histogram(some, edges)[0] for some in (public, private)]
    return tuple((int(edge), int(a), int(b)) for edge, a, b in zip(edges, *counts, strict=False))
