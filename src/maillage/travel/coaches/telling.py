"""What is told of journeys by coach circuit: how they were found, and which there are not."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.spatial import cKDTree

from maillage.arrays import Bools
from maillage.travel.coaches.footways import Feet
from maillage.travel.coaches.timetable import Bell, CircuitLimits, Circuits
from maillage.travel.journeys import MAX_LOST_SHARE
from maillage.travel.points import Points

FAR_KM = 10.0
"""A stop farther than this from every home and every collège is told of."""


def circuit_sentences(circuits: Circuits, bell: Bell, limits: CircuitLimits, feet: Feet, start: Points) -> Iterator[str]:
    """How the times were obtained."""
    yield (
        f"Coach circuits ({len(circuits.name)}; stops {len(circuits.stop_name)}, calls {len(circuits.stop)}): of the "
        f"journeys by coach or on foot that arrive {bell.longest_wait_min:g} to {bell.margin_min:g} min before the bell "
        f"({bell.time}), the one that leaves latest, door to door."
    )
    if bell.by_uai:
        yield f"Collèges with a bell at another hour: {len(bell.by_uai)}."
    yield (
        f"On foot at most {limits.longest_walk_min:g} min at a time, {limits.longest_change_walk_min:g} between stops; changes "
        f"at most {limits.most_changes}, each {limits.least_change_min:g} min or more; kilometres in straight lines from stop "
        "to stop."
    )
    yield feet.sentence()
    if start.several:
        yield f"Units of several inhabited points: weighted means, if at most {100 * MAX_LOST_SHARE:g} % have no journey."


def circuit_warnings(circuits: Circuits, start: Points, end: Points, found: Bools, useful: Bools) -> Iterator[str]:
    """What a planner must know.

    Parameters
    ----------
    circuits : Circuits
    start, end : Points
    found : (origins, destinations) bool
        Whether there is a journey.
    useful : (E,) bool
        Calls at which boarding leads to some collège in time.
    """
    lost = [*start.name[~found.any(axis=1)], *end.name[~found.any(axis=0)]] if found.size else []
    for name in lost:
        yield f"{name}: no journey by coach circuit or on foot in time for the bell"
    takes_some = np.bincount(circuits.circuit, useful, minlength=len(circuits.name)) > 0
    for number in np.flatnonzero(~takes_some):
        first, last = circuits.time_min[circuits.circuit == number][[0, -1]]
        hours = f"{_clock(first)} to {_clock(last)}"
        yield f"circuit {circuits.name[number]} ({hours}): takes nobody to any collège in time for the bell"
    for uai in sorted(set(map(str, circuits.gate_uai)) - set(map(str, end.name))):
        yield f"{uai}: served by a stop, but not among the collèges asked for"
    places = np.vstack([start.xy_m, end.xy_m])
    if len(places) and len(circuits.xy_m):
        km = np.asarray(cKDTree(places).query(circuits.xy_m)[0]) / 1000
        for stop in np.flatnonzero(km > FAR_KM):
            told = "from every home and collège: check its coordinates"
            yield f"stop {circuits.stop_name[stop]}: {km[stop]:.0f} km {told}"
    yield from start.notes


def _clock(minutes: float) -> str:
    return f"{int(minutes) // 60:02d}:{int(minutes) % 60:02d}"
