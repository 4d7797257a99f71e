"""Whatever is told of places without journeys, or far from their road, is told in French too."""

from __future__ import annotations

import pytest

from maillage import AccessPoints, RoadNetwork, travel_times
from maillage.report.words import Words

FRENCH = Words("fr")
NEAR, FAR = [0.0, 0.0], [0.0, 90_000.0]
"""A place on each of two roads that do not meet."""


def two_roads():
    return RoadNetwork.from_arrays([0, 1, 2, 3], [1, 0, 3, 2], [60.0] * 4, xy_m=[NEAR, [1000, 0], FAR, [1000, 90_000]])


def chain_and_stump():
    """150 two-way segments, and one that leads nowhere."""
    n = 151
    place = [[100 * i, 0] for i in range(n)] + [[0, 400], [0, 410]]
    return RoadNetwork.from_arrays(
        [*range(n - 1), *range(1, n), n], [*range(1, n), *range(n - 1), n + 1], [6.0] * 301, xy_m=place
    )


def homes():
    notes = (
        "3 inhabited cells lie in no unit and count nowhere (12 of 1.5e+06 people)",
        "2 units have no inhabited cell: they keep their own point",
    )
    places = [NEAR, FAR, NEAR, [0, 40_000], [0, 90_900]]
    return AccessPoints([0, 0, 1, 1, 2], places, [95, 5, 1, 1, 1], notes=notes)


ASKED = {
    "several points": lambda: travel_times(two_roads(), homes(), [[0.0, 700.0], [500.0, 0.0]]),
    "off the network": lambda: travel_times(two_roads(), [NEAR, FAR], [FAR, [0, 40_000]]),
    "itself only": lambda: travel_times(two_roads(), [NEAR, FAR], [NEAR, FAR]),
    "small pieces": lambda: travel_times(chain_and_stump(), [[0.0, 405.0]], [[1000.0, 0.0]]),
    "degrees": lambda: travel_times(None, [[2.3, 48.8]], [[2.4, 48.8]]),
}
EXPECTED = {
    "several points": (
        "of 3 origins, the farthest place 2 (0.9 km)", "of 2 destinations, the farthest destination 0 (0.7 km)",
        "place 0: 5 % of its people have no journey", "place 1: 50 % of its people are more than 5 km",
        "place 2: no journey by car to any place", "lie in no unit", "keep their own",
    ),
    "off the network": ("origin 0: no journey by car to any place", "destination 1: more than 5 km"),
    "itself only": ("origin 1: no journey by car to any other place", "destination 0: no journey by car to any other place"),
    "small pieces": ("No point is put on small pieces",),
    "degrees": ("origins: these look like degrees", "destinations: these look like degrees"),
}  # fmt: skip


@pytest.mark.parametrize("case", ASKED)
def test_all_is_told_and_in_french(case):
    told = ASKED[case]().unreachable
    assert [part for part in EXPECTED[case] if not any(part in sentence for sentence in told)] == []
    assert [sentence for sentence in told if FRENCH.recorded(sentence) is None] == []


def test_sentences_as_told():
    told = str(FRENCH.recorded("A: 18 % of its people are more than 5 km from any road open to car: no journey"))
    plain = " ".join(told.split())
    assert plain == "A : 18 % des habitants sont à plus de 5 km de toute route ouverte à ce mode : aucun trajet"
