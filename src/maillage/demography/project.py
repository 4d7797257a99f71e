"""`project_enrolment`: the one verb of this stage."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from maillage.arrays import Floats
from maillage.demography.areas import Areas, areas_of
from maillage.demography.births import births_by_unit
from maillage.demography.demand import Demand
from maillage.demography.entrants import entrants_of
from maillage.demography.entry import entry_of, shares
from maillage.demography.feeders import ecole_table, feeders_of
from maillage.demography.growth import growth_of
from maillage.demography.omphale import omphale_of
from maillage.demography.past import base_grades, past_of
from maillage.demography.progression import age, progression_of
from maillage.demography.reconcile import agreement
from maillage.demography.simulate import simulate
from maillage.demography.special import special_of, special_pupils
from maillage.demography.trail import Trail
from maillage.demography.uncertainty import uncertainty_of
from maillage.demography.variants import VARIANTS
from maillage.errors import Fault, InputError
from maillage.territory import Territory

LAST_RENTREE = 2100


def project_enrolment(territory: Territory, until: int, variant: str = "central", draws: int = 0, seed: int = 0) -> Demand:
    """Public collège pupils by unit, grade and rentrée, from the base rentrée to `until`.

    Parameters
    ----------
    territory : Territory
    until : int
        Last rentrée.
    variant : {"central", "high", "low"}
        See `maillage.demography.variants`.
    draws : int
        Number of simulated futures around the projection; 0 = none. They take draws x units x 16 x rentrées bytes.
    seed : int
        Seed of the draws: the same seed gives the same bytes.

    Returns
    -------
    Demand
        Its ``method`` says, in sentences, where each stretch of years comes from and what was assumed; its ``trail`` holds
        every step, for `Demand.why`.

    Raises
    ------
    InputError
        A horizon before the base or after 2100, an unknown variant, negative draws or seed; births, population, history or
        projection that contradict themselves.

    Notes
    -----
    Cohort survival, on units x grades x rentrées. Pupils of each grade move up one grade a year, times the progression ratios
    of their sector. New 6e come from écoles (five rentrées), then births by commune (known eleven years ahead), then Omphale
    or population by age, then the last cohort held constant. Their number is settled for the département and shared over the
    sectors by their children and by what each draws of them, and within sectors by where the pupils live. Every local ratio
    is drawn to its bassin's and to the département's as far as it rests on few pupils. SEGPA and ULIS pupils follow flows of
    their own. Where the territory gives totals to agree with, each rentrée is scaled to them.
    """
    _refuse(territory, until, variant, draws, seed)
    trail, method = _trail(territory, until, variant)
    pupils = grown(trail)
    simulated = simulate(pupils, uncertainty_of(trail), draws, seed) if draws else None
    if draws:
        spread = "sectors stray as their past says, the whole département by assumption"
        method += (f"{draws} simulated futures (seed {seed}): {spread}.",)
    rentrees = np.arange(territory.base_rentree, until + 1)
    return Demand(rentrees, pupils, variant, _private_factor(pupils), simulated, method, trail)


def grown(trail: Trail) -> Floats:
    """(U, 4, T) the steps of the trail carried out."""
    ordinary = age(trail.first, trail.entering, trail.ratio)
    return np.asarray(np.maximum((ordinary + trail.placed) * trail.agreement + trail.arrivals, 0.0))


def _trail(territory: Territory, until: int, variant: str) -> tuple[Trail, tuple[str, ...]]:
    areas, births = areas_of(territory), births_by_unit(territory)
    whole, special = base_grades(territory), special_of(territory)
    growth = growth_of(ecole_table(territory), areas)
    feeders = feeders_of(territory, areas, births, growth, until)
    placed = _placed(special_pupils(special, feeders, areas, until), territory, areas, whole)
    first = np.maximum(whole - placed[:, :, 0], 0.0)
    past = past_of(territory, first, areas, special)
    entry, progression = entry_of(past, feeders, areas), progression_of(past, areas)
    omphale = omphale_of(territory, variant)
    entrants = entrants_of(territory, whole, births, growth, omphale, until)
    later = range(territory.base_rentree + 1, until + 1)
    total = np.maximum(entrants.pupils - placed[:, 0, 1:].sum(axis=0), 0.0)
    central = Trail(
        areas=areas,
        growth=growth,
        feeders=feeders,
        entry=entry,
        progression=progression,
        entrants=entrants,
        first=first,
        entering=shares(entry, feeders, areas, territory.units.pupils, later) * total,
        ratio=progression.ratio[areas.sector],
        placed=placed,
        agreement=np.ones(len(later) + 1),
        variant=np.ones(len(later)),
        arrivals=np.zeros_like(placed),
    )
    asked = _in_variant(central, territory.base_rentree, variant, omphale.variant == variant)
    totals = [grown(trail).sum(axis=(0, 1)) for trail in (asked, central)]
    rentrees = np.arange(territory.base_rentree, until + 1)
    factor, agreed = agreement(totals[0], totals[1], rentrees, territory.cohorts.projection, variant)
    trail = replace(asked, agreement=factor)
    entering = trail.entering + placed[:, 0, 1:]
    uniform = "No école pupils by grade and no births tell places apart: every unit follows the département's trend."
    sentences = (
        progression.method,
        growth.sentence(),
        *entrants.method,
        *births.method,
        uniform if same_everywhere(entering, territory.units.pupils) else "",
        VARIANTS[variant].sentence,
        *agreed,
    )
    return trail, tuple(sentence for sentence in sentences if sentence)


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


def same_everywhere(entering: Floats, pupils: Floats) -> bool:
    """Whether the new 6e (U, K) of every unit stand in the proportions of its present pupils (U,): no trend of its own."""
    alike = np.outer(pupils, entering.sum(axis=0)) / max(float(pupils.sum()), 1e-300)
    return entering.shape[1] > 0 and np.allclose(entering, alike)


def _private_factor(pupils: Floats) -> Floats:
    total = pupils.sum(axis=(0, 1))
    return np.asarray(total / total[0]) if total[0] > 0 else np.ones_like(total)


def _refuse(territory: Territory, until: int, variant: str, draws: int, seed: int) -> None:
    where, base = "project_enrolment", territory.base_rentree
    faults = []
    if not base <= until <= LAST_RENTREE:
        remedy = f"Give a rentrée from {base} (the base rentrée of {territory.name}) to {LAST_RENTREE}"
        faults.append(Fault(where, f"until = {until}", "until", remedy=remedy))
    if variant not in VARIANTS:
        faults.append(Fault(where, f"unknown variant {variant!r}", "variant", remedy=f"Use {', '.join(VARIANTS)}"))
    for name, value in (("draws", draws), ("seed", seed)):
        if value < 0:
            faults.append(Fault(where, f"{name} = {value}", name, remedy="Give 0 or a positive whole number"))
    if faults:
        raise InputError(faults)
