"""Plan a network of collèges with evidence: enrolment, travel, sectors, closures, canteens, social mix.

Public names are loaded when first used, so that ``import maillage`` costs next to nothing.

>>> import maillage
>>> "load_territory" in dir(maillage)
True
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from maillage.lazily import lazy_names

__version__ = "0.1.0"

_HOMES = {
    "AccessPoints": "maillage.travel.points",
    "AvoidanceResponse": "maillage.hypotheses",
    "Backtest": "maillage.demography.backtest",
    "Demand": "maillage.demography.demand",
    "EmploymentShock": "maillage.hypotheses",
    "Enrolment": "maillage.demography.enrolment",
    "Goals": "maillage.scenario",
    "Hypotheses": "maillage.hypotheses",
    "InfeasibleError": "maillage.errors",
    "InputError": "maillage.errors",
    "MaillageError": "maillage.errors",
    "Mode": "maillage.travel.modes",
    "Outcome": "maillage.solver.outcome",
    "Plan": "maillage.plan",
    "Problem": "maillage.model.problem",
    "Programme": "maillage.hypotheses",
    "PublicShare": "maillage.hypotheses",
    "Ranking": "maillage.ranking",
    "RoadNetwork": "maillage.travel.roads.network",
    "Router": "maillage.travel.search.router",
    "Rules": "maillage.scenario",
    "Scenario": "maillage.scenario",
    "Study": "maillage.studies",
    "StudySettings": "maillage.scenario",
    "Territory": "maillage.territory",
    "TravelSettings": "maillage.scenario",
    "TravelTimes": "maillage.travel.times",
    "access_points": "maillage.travel.homes",
    "backtest": "maillage.demography",
    "circuit_times": "maillage.travel.coaches.circuits",
    "entry_flows": "maillage.demography",
    "fan_grid": "maillage.demography.fan",
    "isochrones": "maillage.travel.maps.reach",
    "load_study": "maillage.files",
    "load_territory": "maillage.sources",
    "optimise": "maillage.planner",
    "project_enrolment": "maillage.demography",
    "read_roads": "maillage.travel.roads.reading",
    "read_study_file": "maillage.scenario",
    "routes": "maillage.travel.maps.itineraries",
    "solve": "maillage.solver",
    "study": "maillage.chain",
    "study_schema": "maillage.scenario",
    "today_sectors": "maillage.demography",
    "travel_times": "maillage.travel.journeys",
    "write_report": "maillage.report",
    "write_results": "maillage.outputs",
}
"""Public name to the module that defines it."""

__all__ = [
    "AccessPoints",
    "AvoidanceResponse",
    "Backtest",
    "Demand",
    "EmploymentShock",
    "Enrolment",
    "Goals",
    "Hypotheses",
    "InfeasibleError",
    "InputError",
    "MaillageError",
    "Mode",
    "Outcome",
    "Plan",
    "Problem",
    "Programme",
    "PublicShare",
    "Ranking",
    "RoadNetwork",
    "Router",
    "Rules",
    "Scenario",
    "Study",
    "StudySettings",
    "Territory",
    "TravelSettings",
    "TravelTimes",
    "__version__",
    "access_points",
    "backtest",
    "circuit_times",
    "entry_flows",
    "fan_grid",
    "isochrones",
    "load_study",
    "load_territory",
    "optimise",
    "project_enrolment",
    "read_roads",
    "read_study_file",
    "routes",
    "solve",
    "study",
    "study_schema",
    "today_sectors",
    "travel_times",
    "write_report",
    "write_results",
]

if TYPE_CHECKING:
    from maillage.chain import study
    from maillage.demography import Backtest, Demand, Enrolment, backtest, entry_flows, project_enrolment, today_sectors
    from maillage.demography.fan import fan_grid
    from maillage.errors import InfeasibleError, InputError, MaillageError
    from maillage.files import load_study
    from maillage.hypotheses import AvoidanceResponse, EmploymentShock, Hypotheses, Programme, PublicShare
    from maillage.model.problem import Problem
    from maillage.outputs import write_results
    from maillage.plan import Plan
    from maillage.planner import optimise
    from maillage.ranking import Ranking
    from maillage.report import write_report
    from maillage.scenario import Goals, Rules, Scenario, StudySettings, TravelSettings, read_study_file, study_schema
    from maillage.solver import solve
    from maillage.solver.outcome import Outcome
    from maillage.sources import load_territory
    from maillage.studies import Study
    from maillage.territory import Territory
    from maillage.travel import (
        AccessPoints,
        Mode,
        RoadNetwork,
        Router,
        access_points,
        circuit_times,
        isochrones,
        read_roads,
        routes,
        travel_times,
    )
    from maillage.travel.times import TravelTimes


__getattr__ = lazy_names(__name__, _HOMES, globals())


def __dir__() -> list[str]:
    """Public names, loaded or not."""
    return sorted(__all__)
