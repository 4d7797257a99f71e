"""The steps of a projection, one after the other: what is known, what each sector draws, and what is supposed on top."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from maillage.arrays import Floats
from maillage.demography.areas import Areas, areas_of
from maillage.demography.births import births_by_unit
from maillage.demography.census import Census, census_of, fitted_shares
from maillage.demography.entrants import BIRTHS, ECOLE, Entrants, entrants_of
from maillage.demography.entry import entry_of, shares
from maillage.demography.feeders import ecole_table, feeders_of
from maillage.demography.growth import growth_of
from maillage.demography.housing import aged_children, arrivals, held, possible
from maillage.demography.omphale import omphale_of
from maillage.demography.past import base_grades, past_of
from maillage.demography.private import public_shares
from maillage.demography.progression import progression_of
from maillage.demography.public_share import by_cohort, shares_of
from maillage.demography.reconcile import agreement
from maillage.demography.special import special_of, special_pupils
from maillage.demography.supposed import public_share_told
from maillage.demography.trail import Trail
from maillage.demography.variants import VARIANTS
from maillage.hypotheses import Hypotheses
from maillage.territory import ECOLE_GRADES, Territory

Told = tuple[str, ...]

LAST_RENTREE = 2100


def trend_of(territory: Territory, until: int, variant: str) -> tuple[Trail, Told]:
    """The steps of the trend in a variant, without any hypothesis, and what was done in words."""
    base, horizon = territory.base_rentree, _horizon(territory, until)
    central, told, own_scenario = _central(territory, horizon, variant)
    asked = _in_variant(central, base, variant, own_scenario)
    totals = [trail.pupils().sum(axis=(0, 1)) for trail in (asked, central)]
    rentrees = np.arange(base, horizon + 1)
    factor, agreed = agreement(totals[0], totals[1], rentrees, territory.cohorts.projection, variant)
    asked = replace(asked, agreement=factor).until(until)
    uniform = "No école pupils by grade and no births tell places apart: every unit follows the département's trend."
    alike = same_everywhere(asked.entering + asked.placed[:, 0, 1:], territory.units.pupils)
    return asked, (*told, *((uniform,) if alike else ()), VARIANTS[variant].sentence, *agreed)


def _horizon(territory: Territory, until: int) -> int:
    """Rentrée to project to, so that what lies before `until` does not depend on it.

    Totals given for later rentrées and cohorts counted in the census belong to one interpolation and one fit with earlier ones.
    """
    given = territory.cohorts.projection["rentree"].astype(int).tolist()
    counted = census_of(territory).by_entry
    return min(max([until, *given, *counted]), LAST_RENTREE)


def supposed(territory: Territory, trend: Trail, hypotheses: Hypotheses, rentrees: npt.NDArray[np.int64]) -> tuple[Trail, Told]:
    """The trend with what the hypotheses change: the public share of new 6e, and the children of dwellings and jobs.

    Children who arrive are pupils of a public collège in the share of their area and cohort; they move up without loss, since
    their flows are net of families who leave.
    """
    base_share = public_shares(territory)
    public = shares_of(territory, hypotheses.public_share, base_share, rentrees)
    factor = np.divide(public, base_share[:, None], out=np.ones_like(public), where=base_share[:, None] > 0)
    trail = replace(trend, entering=trend.entering * factor[:, 1:], public_share=public)
    there = trail.pupils()
    share = by_cohort(public)
    children = np.divide(there, share, out=np.zeros_like(there), where=share > 0)
    flows = possible(arrivals(territory, hypotheses, rentrees), children)
    stock = aged_children(flows.children)[:, len(ECOLE_GRADES) :]
    trail = replace(trail, arrivals=held(stock * share, there), private_arrivals=(stock * (1 - share)).sum(axis=(0, 1)))
    return trail, (*flows.method, *public_share_told(hypotheses.public_share, int(rentrees[-1])))


def same_everywhere(entering: Floats, pupils: Floats) -> bool:
    """Whether the new 6e (U, K) of every unit stand in the proportions of its present pupils (U,): no trend of its own."""
    alike = np.outer(pupils, entering.sum(axis=0)) / max(float(pupils.sum()), 1e-300)
    return entering.shape[1] > 0 and np.allclose(entering, alike)


def _central(territory: Territory, until: int, variant: str) -> tuple[Trail, Told, bool]:
    """The steps before any variant; and whether Omphale has a scenario of the variant, which then is in them."""
    areas, births, census = areas_of(territory), births_by_unit(territory), census_of(territory)
    whole, special, omphale = base_grades(territory), special_of(territory), omphale_of(territory, variant)
    growth = growth_of(ecole_table(territory), areas)
    feeders = feeders_of(territory, areas, births, census, growth, until)
    placed = _placed(special_pupils(special, feeders, areas, until), territory, areas, whole)
    first = np.maximum(whole - placed[:, :, 0], 0.0)
    past = past_of(territory, first, areas, special)
    entry, progression = entry_of(past, feeders, areas), progression_of(past, areas)
    entrants = entrants_of(territory, whole, births, growth, omphale, until)
    later = range(territory.base_rentree + 1, until + 1)
    total = np.maximum(entrants.pupils - placed[:, 0, 1:].sum(axis=0), 0.0)
    share = shares(entry, feeders, areas, territory.units.pupils, later)
    share, fitted = _fitted(share, total, entrants, census)
    trail = Trail(
        areas=areas,
        growth=growth,
        feeders=feeders,
        entry=entry,
        progression=progression,
        entrants=entrants,
        first=first,
        entering=share * total,
        ratio=progression.ratio[areas.sector],
        placed=placed,
        agreement=np.ones(len(later) + 1),
        variant=np.ones(len(later)),
        public_share=np.ones((len(first), len(later) + 1)),
        arrivals=np.zeros_like(placed),
        private_arrivals=np.zeros(len(later) + 1),
    )
    told = (progression.method, *growth.told(), *entrants.method, *omphale.method, *fitted, *births.method)
    return trail, told, omphale.variant == variant


def _in_variant(central: Trail, base: int, variant: str, own_scenario: bool) -> Trail:
    assumed = VARIANTS[variant]
    factor = assumed.factor(central.entrants, base, own_scenario)
    ratio = np.maximum(central.ratio + assumed.progression, 0.0)
    return replace(central, entering=central.entering * factor, ratio=ratio, variant=factor)


def _placed(by_college: Floats, territory: Territory, areas: Areas, whole: Floats) -> Floats:
    """(U, 4, T) SEGPA and ULIS pupils of the collèges, counted with the units of their sector in proportion to their pupils.

    At the base rentrée a unit has at most the pupils of the grade that it has in all.
    """
    pupils = territory.units.pupils
    of_sector = areas.by_sector(pupils)[areas.sector]
    share = np.divide(pupils, of_sector, out=np.zeros_like(pupils), where=of_sector > 0)
    both = by_college.sum(axis=1)
    both = np.concatenate([both, np.zeros((1, *both.shape[1:]))])
    placed = both[areas.sector] * share[:, None, None]
    placed[:, :, 0] = np.minimum(placed[:, :, 0], whole)
    return np.asarray(placed)


def _fitted(share: Floats, total: Floats, entrants: Entrants, census: Census) -> tuple[Floats, Told]:
    """Shares of the cohorts that only the census and the département's totals tell, fitted to both; and what was done."""
    rentrees = entrants.rentree
    late = [k for k, r in enumerate(rentrees) if entrants.source[k] not in (ECOLE, BIRTHS) and r in census.by_entry]
    at_school = [r for r in rentrees[: len(ECOLE_GRADES)] if r in census.by_entry]
    if not late or not at_school:
        return share, ()
    later = np.mean([census.by_entry[rentrees[k]] for k in late], axis=0)
    now = np.mean([census.by_entry[r] for r in at_school], axis=0)
    # A unit weighs what it has of the cohorts at school, times its children of the later ones over those; one child more in
    # either, so that a unit where the census found nobody does not vanish.
    weight = share[:, : len(ECOLE_GRADES)].mean(axis=1) * (later + 1) / (now + 1)
    fitted, misfit = fitted_shares(share[:, late], total[late], weight)
    out = share.copy()
    out[:, late] = fitted
    return out, (
        f"New 6e of {rentrees[late[0]]} to {rentrees[late[-1]]} shared out by the census of {census.year}: fitted to the "
        f"département's totals exactly, and to the children of each unit within {misfit:.1%} (iterative proportional fitting).",
    )
