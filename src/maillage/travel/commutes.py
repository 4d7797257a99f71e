"""Journeys of a territory's pupils, as a study asks for them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from maillage.errors import Fault, InputError
from maillage.territory import Territory
from maillage.travel.cells import read_cells
from maillage.travel.coaches.circuits import circuit_journeys
from maillage.travel.coaches.timetable import Circuits
from maillage.travel.homes import access_points
from maillage.travel.journeys import travel_times
from maillage.travel.modes import MODES, Mode
from maillage.travel.points import Places
from maillage.travel.roads.network import RoadNetwork
from maillage.travel.roads.reading import read_roads
from maillage.travel.school import school_times
from maillage.travel.search.router import Direction
from maillage.travel.times import TravelTimes, merged_method

if TYPE_CHECKING:
    from maillage.scenario import TravelSettings

MOST_OFF_ROADS = 0.5
"""Roads that more than this share of the units, or of the collèges, are too far from are refused: those of elsewhere."""

SHOWN = 10
"""Places named where some are too far from any road."""


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
        A road file that cannot be used; roads that more than half of the units or of the collèges are too far from
        (`MOST_OFF_ROADS`); what `asked` says of roads where these are given as a network, or where there are none.

    Notes
    -----
    What the roads' reader assumed or left out (`RoadNetwork.notes`) is told by `method` too. `TravelTimes.road_km` is the
    length of the way of a car to school whatever `asked` says, because the right to a school coach depends on it.
    """
    network = _network(territory, asked, network)
    homes = territory.units if asked.homes is None else _squares(territory, asked)
    by_car = travel_times(network, homes, territory.colleges, "car")
    times = by_car if asked.mode == "car" and asked.direction == "to" else _asked(territory, asked, network, homes)
    if not np.array_equal(times.distance_km, by_car.distance_km):
        times = replace(times, road_km=by_car.distance_km)
    if network is None:
        return times
    # A timetable snaps nothing: its own roads are judged by car.
    _check_roads(territory, asked, network, by_car if asked.mode == "circuit" else times)
    times = replace(times, unreachable=(*_off_roads(territory, times), *times.unreachable))
    limit = [] if asked.rural_km_h is None else [f"General limit outside towns asked for: {asked.rural_km_h:g} km/h."]
    return replace(times, method="\n".join([times.method, *limit, *network.notes]))


def there_and_back(there: TravelTimes, back: TravelTimes) -> TravelTimes:
    """Mean of the way to school and of the way back; inf where one of them does not exist. The means are those to school."""
    return replace(
        there,
        minutes=(there.minutes + back.minutes) / 2,
        distance_km=(there.distance_km + back.distance_km) / 2,
        method=merged_method("Mean of the way to school and of the way back.", there.method, back.method),
        unreachable=tuple(dict.fromkeys([*there.unreachable, *back.unreachable])),
        not_snapped=tuple(dict.fromkeys([*there.not_snapped, *back.not_snapped])),
        means=None if there.means is None else np.where(np.isfinite(there.minutes + back.minutes), there.means, -1),
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


def _squares(territory: Territory, asked: TravelSettings) -> Places:
    """The inhabited squares of the units; faults name the file."""
    assert asked.homes is not None
    try:
        return access_points(territory.units, read_cells(asked.homes), asked.homes_column)
    except InputError as error:
        raise InputError([replace(fault, file=asked.homes) for fault in error.faults]) from None


def _check_roads(territory: Territory, asked: TravelSettings, network: RoadNetwork, times: TravelTimes) -> None:
    units, colleges = _counted(territory, times)
    if max(units / max(len(territory.units), 1), colleges / max(len(territory.colleges), 1)) <= MOST_OFF_ROADS:
        return
    named = asked.roads or territory.roads or network.origin
    told = (
        f"{units} of {len(territory.units)} units and {colleges} of {len(territory.colleges)} collèges are too far from any of "
        "these roads"
    )
    remedy = f"Give the roads of {territory.name}, whole and in the right coordinate system, or none for an approximation"
    raise InputError([Fault(str(named), told, remedy=remedy)])


def _off_roads(territory: Territory, times: TravelTimes) -> list[str]:
    lost = times.not_snapped
    if not lost:
        return []
    units, colleges = _counted(territory, times)
    more = f" and {len(lost) - SHOWN} more" if len(lost) > SHOWN else ""
    return [f"Too far from any road, so without journeys: {units} units, {colleges} collèges ({', '.join(lost[:SHOWN])}{more})"]


def _counted(territory: Territory, times: TravelTimes) -> tuple[int, int]:
    """Units and collèges too far from any road."""
    return int(np.isin(territory.units.unit, times.not_snapped).sum()), int(
        np.isin(territory.colleges.uai, times.not_snapped).sum()
    )


def _asked(territory: Territory, asked: TravelSettings, network: RoadNetwork | None, homes: Places) -> TravelTimes:
    if asked.mode == "circuit":
        return _by_circuit(territory, asked, network, homes)
    if network is None:
        # Without roads there and back are alike.
        return _one_way(territory, asked, network, homes, "to")
    if asked.direction == "both":
        return there_and_back(*(_one_way(territory, asked, network, homes, way) for way in DIRECTIONS))
    return _one_way(territory, asked, network, homes, asked.direction)


def _one_way(
    territory: Territory, asked: TravelSettings, network: RoadNetwork | None, homes: Places, way: Direction
) -> TravelTimes:
    colleges, coach = territory.colleges, coach_of(asked)
    if asked.mode == "school":
        return school_times(network, homes, colleges, asked.walk_under_km, coach=coach, direction=way)
    return travel_times(network, homes, colleges, coach if asked.mode == "coach" else asked.mode, way)


def _by_circuit(territory: Territory, asked: TravelSettings, network: RoadNetwork | None, homes: Places) -> TravelTimes:
    if territory.circuits is None:
        remedy = "Name the table under [own.circuits] of the territory, or choose another mode"
        raise InputError([Fault("travel", "no table of coach circuits", "mode", remedy=remedy)])
    circuits = Circuits.from_table(territory.circuits)
    journeys = circuit_journeys(circuits, homes, territory.colleges, network=network, bell=asked.bell)
    # Half a coach or more on average over the points of a unit: most of them take one.
    means = np.where(np.isfinite(journeys.coaches), journeys.coaches >= 0.5, -1)
    return replace(journeys.times, means=means.astype(np.int8), mean_names=("walk", "circuit"))
