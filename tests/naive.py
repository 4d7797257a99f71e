"""Slow, obvious twins of what the library does fast: plain loops that a reader can check by eye."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import shapely

# --- travel -----------------------------------------------------------------------------------------------------------


def least_labels(arcs: Sequence[tuple[int, int, int]], num_nodes: int, seeds: dict[int, int]) -> list[float]:
    """Least label of every node from `seeds` (node to label): relax every arc until nothing changes (Bellman-Ford)."""
    label = [math.inf] * num_nodes
    for node, start in seeds.items():
        label[node] = min(label[node], start)
    changed = True
    while changed:
        changed = False
        for tail, head, weight in arcs:
            if label[tail] + weight < label[head]:
                label[head] = label[tail] + weight
                changed = True
    return label


def least_seconds(
    segments: Sequence[tuple[int, int, float, float]],
    num_nodes: int,
    start: Sequence[tuple[int, float]],
    end: Sequence[tuple[int, float]],
) -> list[list[float]]:
    """Seconds between points that stand on segments, by cutting the segments at every point.

    `segments` are (tail, head, seconds along, seconds against); a point is (segment, fraction from the tail).
    """
    points = [*start, *end]
    arcs: list[tuple[int, int, float]] = []
    for number, (tail, head, along, against) in enumerate(segments):
        on_it = sorted((fraction, num_nodes + i) for i, (segment, fraction) in enumerate(points) if segment == number)
        stops = [(0.0, tail), *on_it, (1.0, head)]
        for (here, left), (there, right) in pairwise(stops):
            share = there - here
            # A closed road cannot be driven at all, but two points at the same place are together.
            same_place = share == 0 and left >= num_nodes and right >= num_nodes
            arcs.append((left, right, 0.0 if same_place else share * along if along < math.inf else math.inf))
            arcs.append((right, left, 0.0 if same_place else share * against if against < math.inf else math.inf))
    total = num_nodes + len(points)
    answer = []
    for i in range(len(start)):
        label = [math.inf] * total
        label[num_nodes + i] = 0.0
        for _ in range(total):
            for left, right, seconds in arcs:
                label[right] = min(label[right], label[left] + seconds)
        answer.append(label[num_nodes + len(start) :])
    return answer


# --- coach circuits ---------------------------------------------------------------------------------------------------

Walk = tuple[int, int]
"""Seconds, metres."""

Ride = tuple[int, int, int, int, int]
"""Stop and second of boarding, stop and second of getting off, metres."""


def every_ride(coaches: Sequence[Sequence[tuple[int, int]]], ride_m: dict[tuple[int, int], int]) -> list[Ride]:
    """From any stop of a coach to any later one; `coaches` are lists of (second, stop)."""
    rides = []
    for calls in coaches:
        for i, (began, stop) in enumerate(calls):
            metres = 0
            for (_, last), (now, here) in pairwise(calls[i:]):
                metres += ride_m[last, here]
                rides.append((stop, began, here, now, metres))
    return rides


def best_coach_journey(
    rides: Sequence[Ride],
    walks: dict[tuple[object, object], Walk],
    changes: dict[tuple[int, int], Walk],
    window_s: tuple[int, int],
    least_change_s: int,
    most_changes: int,
) -> tuple[int, ...] | None:
    """Best journey by school coach, by trying every one: boarding anywhere, getting off anywhere, changing anywhere.

    `walks` leads from "home" to stops and from stops and "home" to "school", `changes` from stop to stop; what is not in them
    is too far. A journey is (second of leaving, coaches, seconds walked, second of arrival, metres): best is the latest to
    leave, then the least of the rest in this order. None = there is none.
    """
    found = []
    todo = [
        (board - seconds, 1, seconds, place, now, length + metres)
        for stop, board, place, now, metres in rides
        for seconds, length in [walks[w] for w in walks if w == ("home", stop)]
    ]
    while todo:
        leave, coaches, walked, here, now, metres = todo.pop()
        for seconds, length in [walks[w] for w in walks if w == (here, "school")]:
            if window_s[0] <= now + seconds <= window_s[1]:
                found.append((leave, coaches, walked + seconds, now + seconds, metres + length))
        if coaches <= most_changes:
            todo += [
                (leave, coaches + 1, walked + seconds, place, later, metres + length + ridden)
                for stop, board, place, later, ridden in rides
                for seconds, length in [changes[c] for c in changes if c == (here, stop)]
                if board >= now + seconds + least_change_s
            ]
    for seconds, length in [walks[w] for w in walks if w == ("home", "school")]:
        found.append((window_s[1] - seconds, 0, seconds, window_s[1], length))
    return min(found, key=lambda journey: (-journey[0], *journey[1:]), default=None)


# --- hierarchies ------------------------------------------------------------------------------------------------------


def eliminated(edges: Sequence[tuple[int, int]], order: Sequence[int]) -> set[tuple[int, int]]:
    """Pairs (earlier, later) joined when nodes are eliminated in `order`, all later neighbours of each getting joined."""
    near: dict[int, set[int]] = {node: set() for node in order}
    for one, other in edges:
        if one != other:
            near[one].add(other)
            near[other].add(one)
    arcs = set()
    for node in order:
        later = near.pop(node)
        arcs |= {(node, other) for other in later}
        for other in later:
            near[other] |= later - {other}
            near[other].discard(node)
    return arcs


def nearest_of(times: Sequence[Sequence[float]], k: int) -> list[list[tuple[float, int]]]:
    """The k least (time, source) of every node, from (sources, nodes) times; inf = unreachable."""
    nodes = range(len(times[0]))
    return [sorted((row[node], s) for s, row in enumerate(times) if row[node] < math.inf)[:k] for node in nodes]


# --- paths ------------------------------------------------------------------------------------------------------------


def way_back(arcs: Sequence[tuple[int, int, int]], via: Sequence[int], seeds: Sequence[tuple[int, int]], node: int) -> int:
    """Label of a node by walking back over the arcs that it was reached by, to a seed (node, label)."""
    length = 0
    for _ in range(len(arcs) + 1):
        if via[node] < 0:
            seed_node, label = seeds[-1 - via[node]]
            assert seed_node == node
            return length + label
        tail, head, weight = arcs[via[node]]
        assert head == node
        length, node = length + weight, tail
    raise AssertionError("the way back goes in a circle")


# --- demography -------------------------------------------------------------------------------------------------------


def aged(flows: Sequence[Sequence[float]]) -> list[list[float]]:
    """Pupils by grade and rentrée from arrivals by grade and rentrée: who is there moves up a grade a year, 3e leave."""
    grades, rentrees = len(flows), len(flows[0])
    pupils = [[0.0] * rentrees for _ in range(grades)]
    for t in range(rentrees):
        for g in range(grades):
            stayed = pupils[g - 1][t - 1] if g > 0 and t > 0 else 0.0
            pupils[g][t] = stayed + flows[g][t]
    return pupils


def level_of_area(
    observed: Sequence[float], pupils: Sequence[float], spread: float, step: float, noise: float
) -> tuple[float, float, float]:
    """Level of one area after the last year, its variance, and the weight of its own figures, by generalised least squares.

    The years are written out as one normal vector: ``level[k] = start + k steps``, ``observed[k] = level[k] + error``, so that
    the covariance of two observed years i and j is ``spread + step * min(i, j)``, plus ``noise / pupils`` where they are one;
    the best linear predictor of the last level is ``c' V^-1 observed`` (C. R. Henderson's mixed model equations, inverted).
    """
    last = len(observed) - 1
    seen = [k for k in range(len(observed)) if not math.isnan(observed[k]) and pupils[k] > 0]
    prior = spread + step * last
    if not seen:
        return 0.0, prior, 0.0
    cov = np.array([[spread + step * min(i, j) + (noise / pupils[i] if i == j else 0.0) for j in seen] for i in seen])
    with_last = np.array([spread + step * min(i, last) for i in seen])
    weights = np.linalg.solve(cov, with_last)
    values = np.array([observed[k] for k in seen])
    return float(weights @ values), float(prior - weights @ with_last), float(weights.sum())


# --- sources ---------------------------------------------------------------------------------------------------------


def grid_unit(x_m: float, y_m: float, commune: str, polygons: Any, communes: Sequence[str], far_m: float) -> int | None:
    """Unit of a square: the first whose polygon holds its centre, else the nearest one of its commune, else None."""
    point = shapely.Point(x_m, y_m)
    for unit, polygon in enumerate(polygons):
        if polygon.intersects(point):
            return unit
    near = [(polygon.distance(point), unit) for unit, polygon in enumerate(polygons) if communes[unit] == commune]
    return min(near)[1] if near and min(near)[0] <= far_m else None


def spread_labels(label: Sequence[int], edges: Sequence[tuple[int, int, int]], place: Sequence[float]) -> list[int]:
    """Labels with -1 filled ring by ring by the label of the longest border, then by that of the nearest place."""
    found = list(label)
    while True:
        votes: dict[int, dict[int, int]] = {}
        for a, b, length in edges:
            for mine, other in ((a, b), (b, a)):
                if found[mine] == -1 and found[other] != -1:
                    box = votes.setdefault(mine, {})
                    box[found[other]] = box.get(found[other], 0) + length
        if not votes:
            break
        for node, box in votes.items():
            found[node] = min(box, key=lambda name: (-box[name], name))
    known = [i for i, name in enumerate(found) if name != -1]
    return [found[min(known, key=lambda k: abs(place[k] - place[i]))] for i in range(len(found))]


def gathered(pupils: Sequence[Sequence[Sequence[Sequence[float]]]], site: Sequence[Sequence[int]], count: int) -> list[Any]:
    """Sums of pupils (draws, units, grades, rentrées) over the units that go to each place at each rentrée; -1 = to none."""
    grades, years = range(len(pupils[0][0])), range(len(site[0]))
    return [
        [
            [
                [sum(unit[g][t] for unit, goes in zip(draw, site, strict=True) if goes[t] == place) for t in years]
                for g in grades
            ]
            for place in range(count)
        ]
        for draw in pupils
    ]
