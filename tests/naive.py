"""Slow, obvious twins of what the library does fast: plain loops that a reader can check by eye."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

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
