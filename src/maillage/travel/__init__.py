"""Travel times: on a road network, or as a marked approximation. Names are loaded when first used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from maillage.lazily import lazy_names

if TYPE_CHECKING:
    from maillage.travel.approximation import Approximation
    from maillage.travel.coaches.circuits import CircuitJourneys, circuit_journeys, circuit_times
    from maillage.travel.coaches.timetable import Bell, CircuitLimits, Circuits
    from maillage.travel.commutes import home_to_school
    from maillage.travel.homes import access_points
    from maillage.travel.journeys import travel_times
    from maillage.travel.maps.itineraries import routes
    from maillage.travel.maps.reach import isochrones
    from maillage.travel.modes import MODES, Mode
    from maillage.travel.points import AccessPoints
    from maillage.travel.roads.islands import Islands
    from maillage.travel.roads.network import RoadNetwork
    from maillage.travel.roads.reading import read_roads
    from maillage.travel.school import school_times
    from maillage.travel.search.router import Router
    from maillage.travel.times import TravelTimes

_HOMES = {
    "MODES": "maillage.travel.modes",
    "AccessPoints": "maillage.travel.points",
    "Approximation": "maillage.travel.approximation",
    "Bell": "maillage.travel.coaches.timetable",
    "CircuitJourneys": "maillage.travel.coaches.circuits",
    "CircuitLimits": "maillage.travel.coaches.timetable",
    "Circuits": "maillage.travel.coaches.timetable",
    "Islands": "maillage.travel.roads.islands",
    "Mode": "maillage.travel.modes",
    "RoadNetwork": "maillage.travel.roads.network",
    "Router": "maillage.travel.search.router",
    "TravelTimes": "maillage.travel.times",
    "access_points": "maillage.travel.homes",
    "circuit_journeys": "maillage.travel.coaches.circuits",
    "circuit_times": "maillage.travel.coaches.circuits",
    "home_to_school": "maillage.travel.commutes",
    "isochrones": "maillage.travel.maps.reach",
    "read_roads": "maillage.travel.roads.reading",
    "routes": "maillage.travel.maps.itineraries",
    "school_times": "maillage.travel.school",
    "travel_times": "maillage.travel.journeys",
}
"""Name to the module that defines it."""

__all__ = [
    "MODES",
    "AccessPoints",
    "Approximation",
    "Bell",
    "CircuitJourneys",
    "CircuitLimits",
    "Circuits",
    "Islands",
    "Mode",
    "RoadNetwork",
    "Router",
    "TravelTimes",
    "access_points",
    "circuit_journeys",
    "circuit_times",
    "home_to_school",
    "isochrones",
    "read_roads",
    "routes",
    "school_times",
    "travel_times",
]

__getattr__ = lazy_names(__name__, _HOMES, globals())
