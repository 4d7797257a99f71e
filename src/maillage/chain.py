"""The one place where the stages are joined: a territory and scenarios in, plans with their indicators out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field

from maillage.demography import VARIANTS, project_enrolment
from maillage.demography.demand import Demand
from maillage.errors import Fault, InfeasibleError, InputError, ScenarioError, UnsolvedError, nearest
from maillage.indicators.criteria import DEFAULT_CRITERIA
from maillage.plan import Plan
from maillage.planner import optimise
from maillage.scenario import Scenario, StudySettings, TravelSettings
from maillage.studies import Study
from maillage.territory import Territory
from maillage.travel import RoadNetwork
from maillage.travel.commutes import home_to_school
from maillage.travel.times import TravelTimes

Progress = Callable[[str, int, int], None]
"""Called as ``progress(stage, done, total)`` whenever a stage ends."""


def study(
    territory: Territory,
    scenarios: Sequence[Scenario],
    settings: StudySettings | None = None,
    *,
    until: int | None = None,
    network: RoadNetwork | None = None,
    travel: TravelTimes | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Study:
    """Plan and measure every scenario of a territory.

    Parameters
    ----------
    territory : Territory
    scenarios : sequence of Scenario
        At least one. Put one with ``present=True`` among them to compare with today.
    settings : StudySettings, optional
        Start, horizon, variant, seed, means of travel and weight profiles; or give `until` alone.
    until : int, optional
        Last rentrée, where no `settings` are given.
    network : RoadNetwork, optional
        Roads; those of the settings or the territory's own road file where absent, a marked approximation where there is none.
    travel : TravelTimes, optional
        Times already computed; then `network` must be absent, and the settings must not ask for others.
    executor : concurrent.futures.Executor, optional
        Where to run scenarios side by side; one after the other in this process where absent.
    progress : callable, optional
        ``progress(stage, done, total)`` after each step.

    Raises
    ------
    InputError
        No scenario, no horizon, a horizon before the start, an unknown UAI, travel times asked for twice.
    """
    began = time.perf_counter()
    settings = _settings(territory, scenarios, settings, until)
    steps = _Steps(2 + len(scenarios), progress)
    variants = {
        name: project_enrolment(
            territory,
            settings.until,
            variant=name,
            draws=settings.draws if name == settings.variant else 0,
            seed=settings.seed,
        )
        for name in VARIANTS
    }
    steps.done("enrolment projected")
    travel = _travel(territory, settings.travel, network, travel)
    steps.done("travel times")
    jobs = [_Job(territory, s, variants[settings.variant], travel, settings) for s in scenarios]
    answers = list(_answers(jobs, executor, steps))
    planned = [(job.scenario, a) for job, a in zip(jobs, answers, strict=True) if isinstance(a, Plan)]
    without = [(job.scenario, a) for job, a in zip(jobs, answers, strict=True) if isinstance(a, _NoPlan)]
    if not planned:
        raise ScenarioError([Fault(s.name, reason) for s, answer in without for reason in answer.reasons])
    return Study(
        territory=territory,
        scenarios=tuple(s for s, _ in planned),
        plans=tuple(p for _, p in planned),
        impossible=tuple((s, answer.reasons) for s, answer in without if answer.proven),
        unsolved=tuple((s, answer.reasons) for s, answer in without if not answer.proven),
        demand=variants[settings.variant],
        variants=variants,
        travel=travel,
        settings=settings,
        seconds=time.perf_counter() - began,
    )


@dataclass(frozen=True)
class _NoPlan:
    """Why a scenario has no plan; `proven` where none exists, otherwise none was found in time."""

    reasons: tuple[str, ...]
    proven: bool


@dataclass(frozen=True, eq=False)
class _Job:
    """One scenario with all it needs; can be sent to another process."""

    territory: Territory
    scenario: Scenario
    demand: Demand
    travel: TravelTimes
    settings: StudySettings

    def run(self) -> Plan | _NoPlan:
        """The scenario's plan, or why there is none."""
        try:
            return optimise(
                self.territory,
                self.scenario,
                demand=self.demand,
                travel=self.travel,
                start=self.settings.start,
                until=self.settings.until,
                seed=self.settings.seed,
            )
        except InfeasibleError as error:
            return _NoPlan(error.reasons, proven=True)
        except UnsolvedError as error:
            return _NoPlan((str(error),), proven=False)


@dataclass
class _Steps:
    total: int
    report: Progress | None
    count: int = field(default=0)

    def done(self, stage: str) -> None:
        self.count += 1
        if self.report is not None:
            self.report(stage, self.count, self.total)


def _answers(jobs: Sequence[_Job], executor: Executor | None, steps: _Steps) -> Iterable[Plan | _NoPlan]:
    if executor is None:
        for job in jobs:
            yield job.run()
            steps.done(job.scenario.label)
        return
    waiting: list[Future[Plan | _NoPlan]] = [executor.submit(_Job.run, job) for job in jobs]
    for job, future in zip(jobs, waiting, strict=True):
        yield future.result()
        steps.done(job.scenario.label)


def _settings(
    territory: Territory, scenarios: Sequence[Scenario], settings: StudySettings | None, until: int | None
) -> StudySettings:
    """Settings with `start` filled in; every fault at once."""
    faults = _scenario_faults(territory, scenarios)
    if (settings is None) == (until is None):
        raise InputError([*faults, Fault("study", "give either `settings` or `until`", remedy="study(..., until=2035)")])
    settings = settings or StudySettings(until=until or 0)
    start = settings.start or territory.base_rentree + 1
    if start <= territory.base_rentree:
        remedy = f"The data describe rentrée {territory.base_rentree}: start in {territory.base_rentree + 1} or later"
        faults.append(Fault("study", f"start {start} is not after the data", remedy=remedy))
    if settings.until < start:
        faults.append(Fault("study", f"until {settings.until} is before start {start}", remedy="Give a later horizon"))
    faults += _unknown_criteria(settings) + _missing_futures(scenarios, settings)
    if faults:
        raise InputError(faults)
    return settings.model_copy(update={"start": start})


def _scenario_faults(territory: Territory, scenarios: Sequence[Scenario]) -> list[Fault]:
    faults = []
    if not scenarios:
        faults.append(Fault("study", "no scenario", remedy="Give at least one Scenario"))
    names = [s.name for s in scenarios]
    twice = tuple(sorted({name for name in names if names.count(name) > 1}))
    if twice:
        faults.append(Fault("study", "scenario name used twice", rows=twice, remedy="Give each scenario its own name"))
    return faults + _unknown_uais(territory, scenarios)


def _unknown_uais(territory: Territory, scenarios: Sequence[Scenario]) -> list[Fault]:
    known = territory.college_positions()
    remedy = f"Use the UAI of one of the {len(known)} public collèges of {territory.name}"
    faults = []
    for scenario in scenarios:
        for key in ("close_named", "keep_open"):
            unknown = tuple(uai for uai in getattr(scenario, key) if uai not in known)
            if unknown:
                faults.append(Fault(f"scenario {scenario.name}", "unknown UAI", column=key, rows=unknown, remedy=remedy))
    return faults


def _unknown_criteria(settings: StudySettings) -> list[Fault]:
    """Weights are judged before anything is solved, not after."""
    return [
        Fault(
            "study.weights",
            f"profile {profile!r} weighs an unknown criterion",
            rows=(name,),
            remedy=nearest(name, DEFAULT_CRITERIA),
        )
        for profile, weights in settings.weights.items()
        for name in weights
        if name not in DEFAULT_CRITERIA
    ]


def _missing_futures(scenarios: Sequence[Scenario], settings: StudySettings) -> list[Fault]:
    remedy = "Draw more futures: draws = 200 in [study], StudySettings(draws=200)"
    return [
        Fault(f"scenario {s.name}", f"rules.futures = {s.rules.futures}, but the study draws {settings.draws}", remedy=remedy)
        for s in scenarios
        if s.rules.futures > settings.draws
    ]


def _travel(
    territory: Territory, asked: TravelSettings, network: RoadNetwork | None, travel: TravelTimes | None
) -> TravelTimes:
    faults = []
    if network is not None and travel is not None:
        faults.append(Fault("study", "both `network` and `travel` given", remedy="Give one of them"))
    if travel is not None and asked != TravelSettings():
        faults.append(Fault("study", "both `travel` and travel settings given", remedy="Give one of them"))
    shape = (len(territory.units), len(territory.colleges))
    if travel is not None and travel.minutes.shape != shape:
        faults.append(Fault("travel", f"is {travel.minutes.shape} but the territory needs {shape}"))
    if faults:
        raise InputError(faults)
    return travel or home_to_school(territory, asked, network)
