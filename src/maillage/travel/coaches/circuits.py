"""Journeys by the school coaches of a timetable, walking legs included, that are in time for the bell."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
from scipy.sparse import csr_array

from maillage.arrays import Bools, Floats, frozen
from maillage.errors import Fault, InputError
from maillage.travel.approximation import Approximation
from maillage.travel.coaches.departures import (
    ARRIVAL,
    COACH,
    METRES,
    NEVER,
    SECONDS,
    UNREACHED,
    WALK,
    Calls,
    Departures,
    Labels,
    Walks,
    latest_departures,
    leave_home,
)
from maillage.travel.coaches.footways import Feet
from maillage.travel.coaches.telling import circuit_sentences, circuit_warnings
from maillage.travel.coaches.timetable import Bell, CircuitLimits, Circuits
from maillage.travel.journeys import MAX_LOST_SHARE
from maillage.travel.points import Places, Points
from maillage.travel.roads.network import RoadNetwork
from maillage.travel.times import TravelTimes


@dataclass(frozen=True, eq=False)
class CircuitJourneys:
    """The journey of every origin to every destination, in its parts; inf where there is none.

    All are weighted means where an origin has several points.

    Attributes
    ----------
    times : TravelTimes
        Minutes door to door and kilometres.
    leave_min, arrive_min : (origins, destinations) float
        Minutes after midnight.
    wait_min : (origins, destinations) float
        From the arrival to the bell; not among the minutes of the journey.
    walk_min : (origins, destinations) float
        On foot, of the minutes of the journey.
    coaches : (origins, destinations) float
        Coaches taken; 0 = on foot all the way.
    """

    times: TravelTimes
    leave_min: Floats
    arrive_min: Floats
    wait_min: Floats
    walk_min: Floats
    coaches: Floats

    def __post_init__(self) -> None:
        for column in fields(self):
            if column.name != "times":
                object.__setattr__(self, column.name, frozen(getattr(self, column.name)))


def circuit_times(
    circuits: Circuits,
    origins: Places,
    destinations: Places,
    *,
    network: RoadNetwork | None = None,
    bell: str | Bell = "08:00",
    limits: CircuitLimits | None = None,
    approximation: Approximation | None = None,
) -> TravelTimes:
    """Minutes by school coach, walks and changes included, of the journey that leaves latest and is in time for the bell.

    Parameters
    ----------
    circuits : Circuits
    origins : Units, AccessPoints or (n, 2) array
        Homes, metres in EPSG:2154. A unit whose centre is too far from a stop may well have homes that are not:
        `AccessPoints` say where people live.
    destinations : Colleges or (n, 2) array
        A stop said to be at a collège is known by its UAI: give `Colleges`.
    network : RoadNetwork, optional
        Where pupils walk; a marked approximation from straight distances where absent.
    bell : str or Bell
        HH:MM, or a `Bell` with other hours by collège, another margin or another wait.
    limits : CircuitLimits, optional
        Longest walks, changes of coach.
    approximation : Approximation, optional
        Its assumptions on walking; only without a network. Its least journey counts for the walk from home alone.

    Returns
    -------
    TravelTimes
        ``mode="circuit"``. Minutes from leaving home to arriving at the collège, waits between coaches included, the wait
        for the bell not; inf where no journey is in time, which `unreachable` tells by name.

    Raises
    ------
    InputError
        A bell that is not HH:MM, other hours for unknown UAI, limits out of range, places without coordinates, both a
        network and an approximation.

    Notes
    -----
    Of the journeys that arrive between ``longest_wait_min`` and ``margin_min`` before the bell: the one that leaves home
    latest; among these the one with the fewest coaches, then the least walking, then the earliest to arrive, then the shortest.
    So the time from home to the bell is the least there is. Walking all the way is one of the journeys. All is exact, in whole
    seconds and metres (`maillage.travel.coaches.departures`). Kilometres: those walked, and straight lines from stop to stop.

    Examples
    --------
    A coach that leaves a stop 400 m from home (6 min) at 7:30 and is at the gate at 7:50:

    >>> import pandas as pd
    >>> circuits = Circuits.from_table(pd.DataFrame({
    ...     "circuit": ["A", "A"], "time_min": [450, 470], "stop": ["Mairie", "Collège"],
    ...     "x_m": [0.0, 8000.0], "y_m": [0.0, 0.0], "uai": ["", ""],
    ... }))
    >>> plain = Approximation(detour=1.0, least_min=0)
    >>> circuit_times(circuits, [[-400.0, 0.0]], [[8000.0, 0.0]], approximation=plain).minutes.tolist()
    [[26.0]]
    """
    return circuit_journeys(
        circuits, origins, destinations, network=network, bell=bell, limits=limits, approximation=approximation
    ).times


def circuit_journeys(
    circuits: Circuits,
    origins: Places,
    destinations: Places,
    *,
    network: RoadNetwork | None = None,
    bell: str | Bell = "08:00",
    limits: CircuitLimits | None = None,
    approximation: Approximation | None = None,
) -> CircuitJourneys:
    """The journeys whose minutes `circuit_times` gives, with the times of leaving and arriving, walks, waits and coaches."""
    bell, limits = bell if isinstance(bell, Bell) else Bell(bell), limits or CircuitLimits()
    if network is not None and approximation is not None:
        told = "both a network and an approximation were given"
        raise InputError([Fault("circuit_times", told, remedy="Leave one of them out")])
    start, end = Points.of(origins, "origin"), Points.single(destinations, "destination")
    bell_s = np.rint(60 * bell.times_min(end.name)).astype(np.int64)
    feet = Feet(network, approximation or Approximation(), limits.longest_walk_min)
    window = _Window(bell_s - _seconds(bell.longest_wait_min), bell_s - _seconds(bell.margin_min))
    departures = _departures(circuits, end, feet, window, limits)
    homes, all_the_way = (feet.ways(start.xy_m, place, at_home=True) for place in (circuits.xy_m, end.xy_m))
    shape = len(start.xy_m), len(end)
    leave_s, label = leave_home(homes, departures, _on_foot(all_the_way, window.latest_s, shape))
    parts = _means(start, label < UNREACHED, _parts(leave_s, label, bell_s))
    warnings = circuit_warnings(circuits, start, end, np.isfinite(parts["minutes"]), departures.useful)
    times = TravelTimes(
        minutes=parts.pop("minutes"),
        distance_km=parts.pop("distance_km"),
        mode="circuit",
        approximate=network is None,
        method=" ".join(circuit_sentences(circuits, bell, limits, feet, start)),
        unreachable=tuple(warnings),
        origins=start.name,
        destinations=end.name,
    )
    return CircuitJourneys(times, **parts)


@dataclass(frozen=True, eq=False)
class _Window:
    """(S,) first and last second at which pupils may arrive."""

    earliest_s: Labels
    latest_s: Labels


def _departures(circuits: Circuits, end: Points, feet: Feet, window: _Window, limits: CircuitLimits) -> Departures:
    calls = Calls(
        stop=circuits.stop.astype(np.int64),
        time_s=np.rint(60 * circuits.time_min).astype(np.int64),
        following=circuits.following,
        ride_m=np.rint(circuits.ride_m).astype(np.int64),
    )
    last_leg = np.full((len(circuits.xy_m), len(end)), UNREACHED)
    ways = feet.ways(circuits.xy_m, end.xy_m)
    last_leg[ways.start, ways.end] = ways.label
    gate, column = np.nonzero(circuits.gate_uai[:, None] == end.name[None, :])
    last_leg[circuits.gate_stop[gate], column] = 0
    leg = last_leg[calls.stop]
    arrive_s = calls.time_s[:, None] + (leg >> WALK)
    in_time = (leg < UNREACHED) & (window.earliest_s <= arrive_s) & (arrive_s <= window.latest_s)
    arrivals = np.where(in_time, leg + (np.where(in_time, arrive_s, 0) << ARRIVAL), UNREACHED)
    changes = _changes(circuits, replace(feet, longest_min=limits.longest_change_walk_min))
    return latest_departures(calls, arrivals, changes, max(_seconds(limits.least_change_min), 1), limits.most_changes)


def _changes(circuits: Circuits, feet: Feet) -> Walks:
    """Ways on foot from stop to stop; from each to itself without a walk, however far it is from any road."""
    stops = np.arange(len(circuits.xy_m))
    none = np.zeros(len(stops), np.int64)
    itself = (stops, stops, none, none)
    if feet.longest_min == 0:
        return Walks(np.arange(len(stops) + 1), stops, none, none)
    ways = feet.ways(circuits.xy_m, circuits.xy_m)
    other = ways.start != ways.end
    found = (ways.start[other], ways.end[other], ways.seconds[other], ways.metres[other])
    start, end, seconds, metres = (np.concatenate(pair) for pair in zip(itself, found, strict=True))
    order = np.argsort(start, kind="stable")
    return Walks(np.searchsorted(start[order], np.arange(len(stops) + 1)), end[order], seconds[order], metres[order])


def _on_foot(ways: Walks, latest_s: Labels, shape: tuple[int, int]) -> tuple[Labels, Labels]:
    """Leaving time and label of walking all the way, to arrive at the last moment."""
    leave_s, label = np.full(shape, NEVER), np.full(shape, UNREACHED)
    leave_s[ways.start, ways.end] = latest_s[ways.end] - ways.seconds
    label[ways.start, ways.end] = ways.label + (latest_s[ways.end] << ARRIVAL)
    return leave_s, label


def _parts(leave_s: Labels, label: Labels, bell_s: Labels) -> dict[str, Floats]:
    """What a label holds, from every home to every collège; of no meaning where there is no journey."""
    arrive_s = (label >> ARRIVAL) & (2**SECONDS - 1)
    return {
        "minutes": (arrive_s - leave_s) / 60,
        "distance_km": (label & (2**METRES - 1)) / 1000,
        "leave_min": leave_s / 60,
        "arrive_min": arrive_s / 60,
        "wait_min": (bell_s - arrive_s) / 60,
        "walk_min": ((label >> WALK) & (2**SECONDS - 1)) / 60,
        "coaches": (label >> COACH).astype(np.float64),
    }


def _means(start: Points, found: Bools, parts: dict[str, Floats]) -> dict[str, Floats]:
    """The same by place: weighted means over its points that have a journey, as `travel_times` takes them."""
    if not start.several:
        return {name: np.where(found, values, np.inf) for name, values in parts.items()}
    every = np.arange(len(start.owner))
    weights = csr_array((start.share, (start.owner, every)), shape=(len(start), len(every)))
    weight = np.asarray(weights @ found.astype(np.float64))
    enough = (weight >= 1 - MAX_LOST_SHARE - 1e-9) & (weight > 0)
    return {
        name: np.divide(weights @ np.where(found, values, 0.0), weight, out=np.full(weight.shape, np.inf), where=enough)
        for name, values in parts.items()
    }


def _seconds(minutes: float) -> int:
    return round(60 * minutes)
