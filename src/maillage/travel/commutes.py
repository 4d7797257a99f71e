"""Journeys of a territory's pupils, as a study asks for them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from maillage.errors import Fault, InputError
from maillage.territory import Territory
from maillage.travel.coaches.circuits import circuit_journeys
from maillage.travel.coaches.timetable import Circuits
from maillage.travel.journeys import travel_times
from maillage.travel.modes import MODES, Mode
from maillage.travel.roads.network import RoadNetwork
from maillage.travel.roads.reading import read_roads
from maillage.travel.school import school_times
from maillage.travel.search.router import Direction
from maillage.travel.times import TravelTimes

if TYPE_CHECKING:
    from maillage.scenario import TravelSettings


def home_to_school(territory: Territory, asked: TravelSettings, network: RoadNetwork | None = None) -> TravelTimes:
    """Minutes from every unit to every collège.

    Parameters
    ----------
    territory : Territory
    asked : TravelSettings
        Means of travel, speeds, direction, roads.
    network : RoadNetwork, optional
        Roads already read; those that `asked` names where absent, else the territory's, else none: an approximation.

    Raises
    ------
    InputError
        A road file that cannot be used; what `asked` says of roads where these are given as a network, or where there are none.

    Notes
    -----
    What the roads' reader assumed or left out (`RoadNetwork.notes`) is told by `method` too.
    """
    network = _network(territory, asked, network)
    if network is None:
        # Without roads there and back are alike.
        return _one_way(territory, asked, network, "to")
    if asked.direction == "both":
        times = there_and_back(*(_one_way(territory, asked, network, way) for way in DIRECTIONS))
    else:
        times = _one_way(territory, asked, network, asked.direction)
    limit = [] if asked.rural_km_h is None else [f"General limit outside towns asked for: {asked.rural_km_h:g} km/h."]
    return replace(times, method="\n".join([times.method, *limit, *network.notes]))


def there_and_back(there: TravelTimes, back: TravelTimes) -> TravelTimes:
    """Mean of the way to school and of the way back; inf where one of them does not exist. The means are those to school."""
    return replace(
        there,
        minutes=(there.minutes + back.minutes) / 2,
        distance_km=(there.distance_km + back.distance_km) / 2,
        method="\n".join(["Mean of the way to school and of the way back.", there.method, back.method]),
        unreachable=tuple(dict.fromkeys([*there.unreachable, *back.unreachable])),
    )


def coach_of(asked: TravelSettings) -> Mode:
    """The school coach, at the speeds asked for."""
    usual = MODES["coach"]
    if asked.coach_km_h is None and asked.coach_town_km_h is None:
        return usual
    country_km_h = asked.coach_km_h or usual.speed_km_h
    town_km_h = asked.coach_town_km_h or usual.town_km_h
    source = f"Speeds chosen for the study: {country_km_h:g} km/h, {town_km_h:g} in towns, stops included."
    return replace(usual, speed_km_h=country_km_h, town_km_h=town_km_h, source=source)


DIRECTIONS: tuple[Direction, Direction] = ("to", "from")


def _network(territory: Territory, asked: TravelSettings, network: RoadNetwork | None) -> RoadNetwork | None:
    """The network given, or the one read from the file asked for."""
    if network is not None:
        told = [name for name in ("roads", "rural_km_h") if getattr(asked, name) is not None]
        if told:
            remedy = "Leave out one of the two: these are for roads read from a file"
            raise InputError([Fault("travel", "given beside a network", name, remedy=remedy) for name in told])
        return network
    roads = asked.roads or territory.roads
    if roads is None and asked.rural_km_h is not None:
        raise InputError([Fault("travel", "a limit, but no roads", "rural_km_h", remedy="Give roads, or leave it out")])
    return None if roads is None else read_roads(roads, asked.rural_km_h)


def _one_way(territory: Territory, asked: TravelSettings, network: RoadNetwork | None, way: Direction) -> TravelTimes:
    homes, colleges, coach = territory.units, territory.colleges, coach_of(asked)
    if asked.mode == "circuit":
        return _by_circuit(territory, asked, network)
    if asked.mode == "school":
        return school_times(network, homes, colleges, asked.walk_under_km, coach=coach, direction=way)
    return travel_times(network, homes, colleges, coach if asked.mode == "coach" else asked.mode, way)


def _by_circuit(territory: Territory, asked: TravelSettings, network: RoadNetwork | None) -> TravelTimes:
    if territory.circuits is None:
        remedy = "Name the table under [own.circuits] of the territory, or choose another mode"
        raise InputError([Fault("travel", "no table of coach circuits", "mode", remedy=remedy)])
    circuits = Circuits.from_table(territory.circuits)
    journeys = circuit_journeys(circuits, territory.units, territory.colleges, network=network, bell=asked.bell)
    means = np.minimum(journeys.coaches, 1)
    return replace(journeys.times, means=means, mean_names=("walk", "circuit"))
