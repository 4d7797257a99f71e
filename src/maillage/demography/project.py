"""`project_enrolment`: the one verb of this stage."""

from __future__ import annotations

import numpy as np

from maillage.arrays import Floats
from maillage.demography.births import births_by_unit
from maillage.demography.cohorts import age, base_grades, progression
from maillage.demography.demand import Demand
from maillage.demography.entrants import ECOLE, entrants_of
from maillage.demography.local import new_pupils, same_everywhere
from maillage.demography.reconcile import CENTRAL, agreement
from maillage.demography.simulate import simulate
from maillage.demography.variants import VARIANTS, Assumptions
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
        Number of simulated futures around the projection; 0 = none.
    seed : int
        Seed of the draws: the same seed gives the same bytes.

    Returns
    -------
    Demand
        Its ``method`` says, in sentences, where each stretch of years comes from and what was assumed.

    Raises
    ------
    InputError
        A horizon before the base or after 2100, an unknown variant, negative draws or seed; births, population, history or
        projection that contradict themselves.

    Notes
    -----
    Cohort survival: pupils of each grade move up one grade a year, times the département's progression ratios; new 6e come
    from écoles (five rentrées), then births by commune (known eleven years ahead), then population by age, then the last
    cohort held constant. Their number is settled for the département and shared over the units by present level and shrunk
    local trend. Where the territory gives totals to agree with, each rentrée is scaled to them. Private collèges follow the
    département's public total: their share stays as it is.
    """
    _refuse(territory, until, variant, draws, seed)
    first, moving_up, births = base_grades(territory), progression(territory), births_by_unit(territory)
    entrants = entrants_of(territory, first, births, until)
    entering = new_pupils(territory, births, entrants)

    def grown(assumptions: Assumptions) -> Floats:
        new = entering * assumptions.factor(entrants, territory.base_rentree)
        return age(first, new, np.maximum(moving_up.ratio + assumptions.progression, 0.0))

    pupils = grown(VARIANTS[variant])
    rentrees = np.arange(territory.base_rentree, until + 1)
    totals = (pupils.sum(axis=(0, 1)), grown(VARIANTS[CENTRAL]).sum(axis=(0, 1)))
    factor, words = agreement(*totals, rentrees, territory.cohorts.projection, variant)
    pupils = pupils * factor
    simulated = None
    if draws:
        at_school = np.array([source == ECOLE for source in entrants.source], bool)
        simulated = simulate(pupils, territory.units.present, at_school, draws, seed)
    uniform = "No école pupils by grade and no births tell places apart: every unit follows the département's trend."
    assumed = VARIANTS[variant].sentence
    method = (
        moving_up.method,
        *entrants.method,
        *births.method,
        *((uniform,) if same_everywhere(entering, territory.units.pupils) else ()),
        *((assumed,) if assumed else ()),
        *words,
        *((f"{draws} simulated futures (seed {seed}); their spread is an assumption.",) if draws else ()),
        "Private collèges follow the département's public total (constant share: assumption).",
    )
    return Demand(rentrees, pupils, variant, _private_factor(pupils), simulated, method)


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
