"""`project_enrolment`: the one verb of this stage."""

from __future__ import annotations

import numpy as np

from maillage.arrays import Floats, is_whole
from maillage.demography.composition import compose
from maillage.demography.demand import Demand
from maillage.demography.private import private_pupils
from maillage.demography.simulate import simulate
from maillage.demography.steps import LAST_RENTREE, supposed, trend_of
from maillage.demography.trail import Trail
from maillage.demography.uncertainty import uncertainty_of
from maillage.demography.variants import VARIANTS
from maillage.errors import Fault, InputError
from maillage.hypotheses import Hypotheses
from maillage.territory import Territory

MOST_DRAWS = 5000


def project_enrolment(
    territory: Territory,
    until: int,
    variant: str = "central",
    draws: int = 0,
    seed: int = 0,
    hypotheses: Hypotheses | None = None,
) -> Demand:
    """Public collège pupils by unit, grade and rentrée, from the base rentrée to `until`.

    Parameters
    ----------
    territory : Territory
    until : int
        Last rentrée.
    variant : {"central", "high", "low"}
        See `maillage.demography.variants`; Omphale's scenario of the same name where the territory has it.
    draws : int
        Number of simulated futures around the projection, at most 5,000; 0 = none. They take draws x units x 16 x rentrées
        bytes.
    seed : int
        Seed of the draws: the same seed and number give the same bytes.
    hypotheses : Hypotheses, optional
        Dwellings, jobs and changes of the public share; the territory's own table of dwellings alone where absent. How
        families answer to new sectors depends on a plan: see `Demand.answered`.

    Returns
    -------
    Demand
        Its ``method`` says, in sentences, where each stretch of years comes from and what was assumed; its ``trail`` holds
        every step, for `Demand.why`.

    Raises
    ------
    InputError
        A horizon before the base or after 2100, an unknown variant, draws or seed that are negative or not whole; births,
        population, history, projection or hypotheses that contradict themselves or the territory.

    Notes
    -----
    Cohort survival, on units x grades x rentrées. Pupils of each grade move up one grade a year, times the progression ratios
    of their sector. New 6e come from écoles (five rentrées), then births by commune (known eleven years ahead), then Omphale
    or population by age, then the last cohort held constant. Their number is settled for the département and shared over the
    sectors by their children and by what each draws of them, and within sectors by where the pupils live. Every local ratio
    is drawn to its bassin's and to the département's as far as it rests on few pupils. SEGPA and ULIS pupils follow flows of
    their own. Where the territory gives totals to agree with, each rentrée is scaled to them; what the hypotheses bring comes
    on top.
    """
    _refuse(territory, until, variant, draws, seed, hypotheses)
    rentrees = np.arange(territory.base_rentree, until + 1)
    asked = hypotheses or Hypotheses()
    trend, told = trend_of(territory, until, variant)
    trail, assumed = supposed(territory, trend, asked, rentrees)
    pupils = trail.pupils()
    simulated = simulate(pupils, uncertainty_of(trail), draws, seed) if draws else None
    expected = trend.pupils().sum(axis=0)
    private, of_private = private_pupils(territory, expected[0])
    composition = compose(territory, pupils, np.clip(trail.arrivals, 0.0, pupils), asked.newcomers_ips_gap)
    spread = "sectors stray as their past says, the whole département by assumption"
    of_draws = f"{draws} simulated futures (seed {seed}): {spread}." if draws else ""
    answers = "How families answer to new sectors depends on a plan, and is not in these pupils."
    left = (answers,) if asked.avoidance.is_on else ()
    method = (*told, *assumed, *left, of_private, *composition.method, of_draws)
    return Demand(
        rentrees=rentrees,
        pupils=pupils,
        variant=variant,
        private_factor=_private_factor(private, expected.sum(axis=0), trail),
        draws=simulated,
        method=tuple(sentence for sentence in method if sentence),
        supposed=assumed,
        trail=trail,
        composition=composition,
    )


def _private_factor(private: Floats, before: Floats, trail: Trail) -> Floats:
    """(T,) private pupils relative to the base rentrée: their trend, those whom a change of the public share moves, and the
    private part of those who come with dwellings and jobs; `before` are the public pupils of the trend."""
    after = trail.pupils(with_arrivals=False).sum(axis=(0, 1))
    if not private[0] > 0:
        return np.asarray(before / before[0]) if before[0] > 0 else np.ones_like(before)
    return np.asarray(np.maximum(private + before - after + trail.private_arrivals, 0.0) / private[0])


def _refuse(territory: Territory, until: int, variant: str, draws: int, seed: int, hypotheses: Hypotheses | None) -> None:
    where, base = "project_enrolment", territory.base_rentree
    faults = []
    if not (is_whole(until) and base <= until <= LAST_RENTREE):
        remedy = f"Give a rentrée from {base} (the base rentrée of {territory.name}) to {LAST_RENTREE}"
        faults.append(Fault(where, f"until = {until!r}", "until", remedy=remedy))
    if variant not in VARIANTS:
        faults.append(Fault(where, f"unknown variant {variant!r}", "variant", remedy=f"Use {', '.join(VARIANTS)}"))
    for name, value in (("draws", draws), ("seed", seed)):
        if not (is_whole(value) and value >= 0):
            faults.append(Fault(where, f"{name} = {value!r}", name, remedy="Give 0 or a positive whole number"))
    if is_whole(draws) and draws > MOST_DRAWS:
        remedy = f"Give at most {MOST_DRAWS}: more tell nothing new, and take draws x units x 16 x rentrées bytes"
        faults.append(Fault(where, f"draws = {draws}", "draws", remedy=remedy))
    if not isinstance(hypotheses, Hypotheses | None):
        remedy = "Give maillage.Hypotheses(...), or nothing"
        faults.append(Fault(where, f"hypotheses of type {type(hypotheses).__name__}", "hypotheses", remedy=remedy))
    if faults:
        raise InputError(faults)
