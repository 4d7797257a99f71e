"""Journeys by coach circuit: small timetables solved by hand, and every small one against trying all journeys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maillage.errors import InputError
from maillage.report.words import Words
from maillage.sources.circuits import read_circuits
from maillage.travel import Approximation, RoadNetwork
from maillage.travel.coaches import footways
from maillage.travel.coaches.circuits import circuit_journeys, circuit_times
from maillage.travel.coaches.timetable import Bell, CircuitLimits, Circuits, clock_min
from maillage.travel.points import AccessPoints
from naive import best_coach_journey, every_ride
from toy import toy_territory

STRAIGHT = Approximation(detour=1.0, least_min=0.0)
"""On foot at 4 km/h in a straight line: 400 m take 6 min."""

HOME, SCHOOL, MARKET = (0.0, 0.0), (20_000.0, 0.0), (8_000.0, 0.0)

FRENCH = Words("fr")

DEMO = Path(__file__).resolve().parents[3] / "data" / "colleges" / "circuits.csv"

Call = tuple[str, tuple[float, float]]


def timetable(**circuits: Sequence[Call]) -> Circuits:
    """Circuits by name, each a list of (HH:MM, place)."""
    rows = [(name, clock_min(time), f"{name} {time}", *place, "") for name, calls in circuits.items() for time, place in calls]
    return Circuits.from_table(pd.DataFrame(rows, columns=["circuit", "time_min", "stop", "x_m", "y_m", "uai"]))


def journey(circuits: Circuits, home=HOME, school=SCHOOL, **options):
    """Leaving, arrival (HH:MM), minutes, coaches; None where there is no journey."""
    found = circuit_journeys(circuits, [home], [school], approximation=STRAIGHT, **options)
    if np.isinf(found.times.minutes[0, 0]):
        return None
    clock = [f"{int(t) // 60:02d}:{int(t) % 60:02d}" for t in (found.leave_min[0, 0], found.arrive_min[0, 0])]
    return (*clock, found.times.minutes[0, 0], int(found.coaches[0, 0]))


def test_the_second_nearest_stop_is_better() -> None:
    circuits = timetable(
        near=[("07:20", (200.0, 0.0)), ("07:45", SCHOOL)],
        far=[("07:35", (-400.0, 0.0)), ("07:50", SCHOOL)],
    )
    found = circuit_journeys(circuits, [HOME], [SCHOOL], approximation=STRAIGHT)
    assert journey(circuits) == ("07:29", "07:50", 21.0, 1)
    assert found.wait_min.tolist() == [[10.0]]
    assert found.walk_min.tolist() == [[6.0]]
    assert found.times.distance_km.tolist() == [[20.8]]
    assert found.times.mode == "circuit"
    assert found.times.approximate
    assert found.times.unreachable == ()


CHANGE = {
    "valley": [("07:10", HOME), ("07:25", MARKET)],
    "trunk": [("07:28", MARKET), ("07:50", SCHOOL)],
}


def test_a_change_of_coach() -> None:
    circuits = timetable(**CHANGE)
    assert journey(circuits) == ("07:10", "07:50", 40.0, 2)
    assert journey(circuits, limits=CircuitLimits(most_changes=0)) is None
    assert journey(circuits, limits=CircuitLimits(least_change_min=3.1)) is None


@pytest.mark.parametrize(("leaves", "possible"), [("07:31", True), ("07:30", False)])
def test_a_change_with_a_walk(leaves: str, possible: bool) -> None:
    """200 m between the stops: 3 min, and 3 more to change."""
    circuits = timetable(valley=CHANGE["valley"], trunk=[(leaves, (8_200.0, 0.0)), ("07:50", SCHOOL)])
    assert (journey(circuits) == ("07:10", "07:50", 40.0, 2)) == possible
    assert journey(circuits, limits=CircuitLimits(longest_change_walk_min=2.9)) is None


def test_waiting_for_a_later_coach() -> None:
    """The first coach on is too early at the collège; the next one is right."""
    later = {"early": [("07:00", MARKET), ("07:20", SCHOOL)], "right": [("07:35", MARKET), ("07:55", SCHOOL)]}
    assert journey(timetable(valley=[("06:30", HOME), ("06:50", MARKET)], **later)) == ("06:30", "07:55", 85.0, 2)


def test_fewer_coaches_then_less_walking_then_earlier() -> None:
    direct = {"direct": [("07:10", HOME), ("07:55", SCHOOL)]}
    assert journey(timetable(**CHANGE, **direct)) == ("07:10", "07:55", 45.0, 1)
    short = (SCHOOL[0], 200.0)
    two = {"a": [("07:10", HOME), ("07:40", short)], "b": [("07:10", HOME), ("07:50", SCHOOL)]}
    for names in ("ab", "ba"):
        assert journey(timetable(**{name: two[name] for name in names})) == ("07:10", "07:50", 40.0, 1)
    assert journey(timetable(a=[("07:10", HOME), ("07:40", SCHOOL), ("07:50", SCHOOL)])) == ("07:10", "07:40", 30.0, 1)


@pytest.mark.parametrize(
    ("arrival", "in_time"), [("07:29", False), ("07:30", True), ("07:55", True), ("07:56", False), ("08:10", False)]
)
def test_the_margin_and_the_longest_wait(arrival: str, in_time: bool) -> None:
    circuits = timetable(A=[("07:00", HOME), (arrival, SCHOOL)])
    times = circuit_times(circuits, [HOME], [SCHOOL], approximation=STRAIGHT)
    assert np.isfinite(times.minutes[0, 0]) == in_time
    if not in_time:
        assert times.minutes.tolist() == times.distance_km.tolist() == [[np.inf]]
        assert times.unreachable == (
            "origin 0: no journey by coach circuit or on foot in time for the bell",
            "destination 0: no journey by coach circuit or on foot in time for the bell",
            f"circuit A (07:00 to {arrival}): takes nobody to any collège in time for the bell",
        )


def test_the_walk_from_the_last_stop_counts() -> None:
    """400 m to the collège are 6 min: in time at 07:49, late at 07:50."""
    stop = (SCHOOL[0], 400.0)
    assert journey(timetable(A=[("07:00", HOME), ("07:49", stop)])) == ("07:00", "07:55", 55.0, 1)
    assert journey(timetable(A=[("07:00", HOME), ("07:50", stop)])) is None


def test_on_foot_all_the_way() -> None:
    """1 km is 15 min: leaving at 07:40 to be there at 07:55 is later than any coach allows."""
    circuits = timetable(A=[("07:30", HOME), ("07:40", (1000.0, 0.0))])
    assert journey(circuits, school=(1000.0, 0.0)) == ("07:40", "07:55", 15.0, 0)
    assert journey(circuits, school=(0.0, 1300.0)) == ("07:35", "07:55", 19.5, 0)
    assert journey(circuits, school=(0.0, 1400.0)) is None
    assert journey(timetable(A=[("07:45", HOME), ("07:50", (1000.0, 0.0))]), school=(1000.0, 0.0))[3] == 1


def test_a_stop_too_far_to_walk_to() -> None:
    circuits = timetable(A=[("07:30", (0.0, 1400.0)), ("07:50", SCHOOL)])
    assert journey(circuits) is None
    assert journey(circuits, limits=CircuitLimits(longest_walk_min=21.0)) == ("07:09", "07:50", 41.0, 1)


def test_a_college_without_circuit_and_a_place_without_journey() -> None:
    circuits = timetable(A=[("07:30", HOME), ("07:50", SCHOOL)])
    times = circuit_times(circuits, [HOME, (0.0, 9_000.0)], [SCHOOL, (0.0, -9_000.0)], approximation=STRAIGHT)
    assert times.minutes.tolist() == [[20.0, np.inf], [np.inf, np.inf]]
    assert times.unreachable == (
        "origin 1: no journey by coach circuit or on foot in time for the bell",
        "destination 1: no journey by coach circuit or on foot in time for the bell",
    )


def served(uai: str, stop: tuple[float, float] = SCHOOL) -> Circuits:
    rows = [("A", 450.0, "Mairie", *HOME, ""), ("A", 470.0, "Collège", *stop, uai)]
    return Circuits.from_table(pd.DataFrame(rows, columns=["circuit", "time_min", "stop", "x_m", "y_m", "uai"]))


def test_a_stop_at_the_gate_by_uai() -> None:
    colleges = toy_territory().colleges
    far = replace(colleges, xy_m=np.array([[90_000.0, 0.0], [90_000.0, 5_000.0]]))
    first, second = colleges.uai
    times = circuit_times(served(first), [HOME], far, approximation=STRAIGHT)
    assert times.minutes.tolist() == [[20.0, np.inf]]
    both = circuit_times(served(f"{first} {second} 0990009Z"), [HOME], far, approximation=STRAIGHT)
    assert both.minutes.tolist() == [[20.0, 20.0]]
    assert both.unreachable == (
        "0990009Z: served by a stop, but not among the collèges asked for",
        "stop Collège: 20 km from every home and collège: check its coordinates",
    )


def test_another_bell_by_college() -> None:
    colleges = replace(toy_territory().colleges, xy_m=np.array([SCHOOL, SCHOOL]))
    bell = Bell(by_uai={colleges.uai[1]: "08:30"})
    circuits = timetable(early=[("07:30", HOME), ("07:50", SCHOOL)], late=[("07:50", HOME), ("08:20", SCHOOL)])
    found = circuit_journeys(circuits, [HOME], colleges, bell=bell, approximation=STRAIGHT)
    assert found.times.minutes.tolist() == [[20.0, 30.0]]
    assert found.wait_min.tolist() == [[10.0, 10.0]]
    with pytest.raises(InputError, match="unknown UAI"):
        circuit_times(circuits, [HOME], [SCHOOL], bell=bell)


def test_walking_on_roads() -> None:
    """The stop is 300 m away as the crow flies and 700 m by road: 10.5 min."""
    corner = [[0.0, 0.0], [400.0, 0.0], [400.0, 300.0], [0.0, 300.0]]
    # Roads of a village, and those of the collège, are one network: its far end is not reached on foot in time.
    network = RoadNetwork.from_arrays(
        [0, 1, 1, 2, 2, 4, 4, 5], [1, 0, 2, 1, 4, 2, 5, 4], [60.0] * 8, xy_m=[*corner, [20_000.0, 300.0], list(SCHOOL)]
    )
    circuits = timetable(A=[("07:30", (400.0, 300.0)), ("07:50", SCHOOL)])
    found = circuit_journeys(circuits, [HOME], [SCHOOL], network=network)
    assert found.leave_min.tolist() == [[450 - 10.5]]
    assert found.times.minutes.tolist() == [[30.5]]
    assert not found.times.approximate
    ridden_m = np.hypot(19_600, 300)
    assert found.times.distance_km[0, 0] == pytest.approx((700 + ridden_m) / 1000, abs=0.001)
    with pytest.raises(InputError, match="both a network and an approximation"):
        circuit_times(circuits, [HOME], [SCHOOL], network=network, approximation=STRAIGHT)


def test_the_least_journey_counts_from_home_only() -> None:
    """5 min from home, though the stop is there; none from the stop to the collège."""
    circuits = timetable(A=[("07:30", HOME), ("07:50", SCHOOL)])
    times = circuit_times(circuits, [HOME], [SCHOOL])
    assert times.minutes.tolist() == [[25.0]]


def test_a_stop_40_km_away_is_told_and_harmless() -> None:
    circuits = timetable(A=[("07:00", (0.0, 40_000.0)), ("07:30", HOME), ("07:50", SCHOOL)])
    times = circuit_times(circuits, [HOME], [SCHOOL], approximation=STRAIGHT)
    assert times.minutes.tolist() == [[20.0]]
    assert times.unreachable == ("stop A 07:00: 40 km from every home and collège: check its coordinates",)


def test_units_of_several_inhabited_points() -> None:
    """Nine in ten of A live at the stop or 6 min from it, the others too far; of B one in five do."""
    circuits = timetable(A=[("07:30", HOME), ("07:50", SCHOOL)])
    far = (0.0, 3_000.0)
    homes = AccessPoints([0, 0, 0, 1, 1], [HOME, (400.0, 0.0), far, HOME, far], [6, 3, 1, 4, 1], name=["A", "B"])
    found = circuit_journeys(circuits, homes, [SCHOOL], approximation=STRAIGHT)
    np.testing.assert_allclose(found.times.minutes, [[22.0], [np.inf]])
    assert found.leave_min[0, 0] == pytest.approx(448)
    np.testing.assert_allclose(found.coaches, [[1.0], [np.inf]])
    assert found.times.distance_km[0, 0] == pytest.approx(20 + 0.4 / 3)
    assert found.times.unreachable == ("B: no journey by coach circuit or on foot in time for the bell",)
    assert found.times.origins.tolist() == ["A", "B"]
    assert FRENCH.recorded(found.times.method) is not None
    with pytest.raises(InputError, match="several points"):
        circuit_times(circuits, [HOME], homes)


def test_no_home_no_college_no_circuit() -> None:
    circuits = timetable(A=[("07:30", HOME), ("07:50", SCHOOL)])
    none = np.empty((0, 2))
    for homes, schools in ((none, [SCHOOL]), ([HOME], none)):
        assert circuit_times(circuits, homes, schools).minutes.shape == (len(homes), len(schools))
    nothing = timetable()
    assert len(nothing.stop) == 0
    assert circuit_times(nothing, [HOME], [(400.0, 0.0)], approximation=STRAIGHT).minutes.tolist() == [[6.0]]


def test_blocks_of_places_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    circuits = timetable(**CHANGE)
    homes = [(100.0 * i, 0.0) for i in range(7)]
    whole = circuit_times(circuits, homes, [SCHOOL, MARKET], approximation=STRAIGHT)
    monkeypatch.setattr(footways, "BLOCK", 2)
    parts = circuit_times(circuits, homes, [SCHOOL, MARKET], approximation=STRAIGHT)
    np.testing.assert_array_equal(parts.minutes, whole.minutes)
    assert np.isfinite(whole.minutes).sum() == 7


def test_faults_of_bells_and_limits_at_once() -> None:
    with pytest.raises(InputError) as caught:
        Bell("8h", by_uai={"0990001N": "25:00", "0990002P": "08:15"}, margin_min=40)
    assert [(fault.column, fault.rows) for fault in caught.value.faults] == [
        ("time", ()),
        ("by_uai", ("0990001N: '25:00'",)),
        ("margin_min", ()),
    ]
    with pytest.raises(InputError) as caught:
        CircuitLimits(longest_walk_min=0, longest_change_walk_min=3, least_change_min=0, most_changes=1.5)
    assert [fault.column for fault in caught.value.faults] == [
        "longest_walk_min", "longest_change_walk_min", "least_change_min", "most_changes",
    ]  # fmt: skip
    with pytest.raises(InputError, match="is not HH:MM"):
        circuit_times(timetable(**CHANGE), [HOME], [SCHOOL], bell="8 o'clock")


def test_faults_of_a_timetable_at_once() -> None:
    with pytest.raises(InputError) as caught:
        timetable(
            back=[("07:30", HOME), ("07:20", SCHOOL)],
            alone=[("07:30", HOME)],
            lost=[("07:30", (np.nan, 0.0)), ("07:40", HOME)],
            endless=[("07:30", HOME), ("07:40", (2e6, 0.0))],
            untimed=[("", HOME), ("07:40", SCHOOL)],
        )
    assert {fault.message: fault.rows for fault in caught.value.faults} == {
        "calls without a time after midnight": ("untimed",),
        "times go backwards within a circuit": ("back",),
        "calls without coordinates": ("lost",),
        "a circuit with one stop": ("alone",),
        "a circuit of more than 1,000 km": ("endless",),
    }
    with pytest.raises(InputError, match="missing column"):
        Circuits.from_table(pd.DataFrame({"circuit": ["A"]}))


def test_the_circuits_of_the_demo() -> None:
    """Two circuits for each of 12 collèges in the country; the last one is late on purpose."""
    circuits = Circuits.from_table(read_circuits(DEMO))
    colleges = np.unique(circuits.gate_uai)
    schools = np.array([circuits.xy_m[circuits.gate_stop[circuits.gate_uai == uai][0]] for uai in colleges])
    found = circuit_journeys(circuits, circuits.xy_m, schools, approximation=STRAIGHT)
    assert len(circuits.name) == 24
    assert len(colleges) == 12
    assert np.isfinite(found.times.minutes).any(axis=0).all()
    late = [line for line in found.times.unreachable if line.startswith("circuit ")]
    assert late == ["circuit C24 (07:05 to 08:05): takes nobody to any collège in time for the bell"]


def test_what_was_given_cannot_be_changed() -> None:
    circuits = timetable(**CHANGE)
    found = circuit_journeys(circuits, [HOME], [SCHOOL], approximation=STRAIGHT)
    for array in (circuits.time_min, circuits.xy_m, found.leave_min, found.times.minutes):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def drawn_timetable(seed: int):
    """Some coaches between a village and a collège 3 km away, by way of stops close enough to walk between some of them."""
    rng = np.random.default_rng(seed)
    sides = [(100.0 * x, 100.0 * y) for x, y in rng.integers(0, (7, 4), (8, 2))]
    places = [(x + shift, y) for (x, y), shift in zip(sides, [0, 0, 0, 1500, 1500, 1500, 3000, 3000], strict=True)]
    coaches = {}
    for number in range(rng.integers(1, 7)):
        times = np.sort(rng.integers(430, 478, rng.integers(2, 6)))
        # Most coaches go one half of the way, or the other.
        stops = rng.integers(*[(0, 8), (0, 6), (3, 8)][rng.integers(3)], len(times))
        stops = np.sort(stops) if rng.random() < 0.8 else stops
        coaches[f"c{number}"] = [(f"{t // 60:02d}:{t % 60:02d}", places[p]) for t, p in zip(times, stops, strict=True)]
    home, school = (100.0 * rng.integers(0, (7, 4), (2, 2))).tolist()
    return coaches, home, (school[0] + rng.choice([0, 3000, 3000, 3000]), school[1])


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 3), st.sampled_from([1.0, 3.0]), st.sampled_from([0.0, 5.2]))
def test_against_trying_every_journey(seed, most_changes, least_change_min, change_walk_min) -> None:
    coaches, home, school = drawn_timetable(seed)
    circuits = timetable(**coaches)
    limits = CircuitLimits(8.2, change_walk_min, least_change_min, most_changes)
    bell = Bell("08:00", margin_min=5.0, longest_wait_min=20.0)
    found = circuit_journeys(circuits, [home], [school], bell=bell, limits=limits, approximation=STRAIGHT)
    expected = best_coach_journey(
        *_plain(circuits, home, school, limits), (460 * 60, 475 * 60), int(60 * least_change_min), most_changes
    )
    if expected is None:
        assert found.times.minutes.tolist() == [[np.inf]]
        return
    leave, taken, walked, arrive, metres = expected
    assert found.leave_min[0, 0] == leave / 60
    assert (found.coaches[0, 0], found.walk_min[0, 0]) == (taken, walked / 60)
    assert (found.arrive_min[0, 0], found.times.distance_km[0, 0]) == (arrive / 60, metres / 1000)
    assert found.times.minutes[0, 0] == (arrive - leave) / 60


def _plain(circuits: Circuits, home, school, limits: CircuitLimits):
    """What the naive twin asks for: rides, walks and changes as lists and dictionaries."""

    def metres(a, b) -> float:
        return float(np.hypot(a[0] - b[0], a[1] - b[1]))

    def walk(a, b) -> tuple[int, int]:
        return round(metres(a, b) * 0.9), round(metres(a, b))

    stops = circuits.xy_m.tolist()
    calls = list(zip(circuits.circuit, circuits.time_min, circuits.stop, strict=True))
    coaches = [[(int(60 * t), int(p)) for k, t, p in calls if k == number] for number in range(len(circuits.name))]
    ends = [("home", p, home, xy) for p, xy in enumerate(stops)] + [(p, "school", xy, school) for p, xy in enumerate(stops)]
    ends.append(("home", "school", home, school))
    walks = {(a, b): walk(p, q) for a, b, p, q in ends if metres(p, q) * 0.015 <= limits.longest_walk_min}
    pairs = [(a, b) for a in range(len(stops)) for b in range(len(stops))]
    near = [(a, b) for a, b in pairs if a == b or metres(stops[a], stops[b]) * 0.015 <= limits.longest_change_walk_min]
    rides = {(a, b): round(metres(stops[a], stops[b])) for a, b in pairs}
    return every_ride(coaches, rides), walks, {(a, b): walk(stops[a], stops[b]) for a, b in near}


def test_what_is_told_in_french() -> None:
    road = RoadNetwork.from_arrays([0, 1], [1, 0], [60.0, 60.0], xy_m=[[0, 0], [1000, 0]])
    colleges = toy_territory().colleges
    late = timetable(A=[("07:30", (0.0, 40_000.0)), ("08:50", SCHOOL)])
    for network in (None, road):
        for bell in (Bell(), Bell("08:15", by_uai={colleges.uai[0]: "08:30"})):
            for circuits in (late, served("0990009Z")):
                times = circuit_times(circuits, [HOME], colleges, network=network, bell=bell)
                told = FRENCH.recorded(times.method)
                assert told is not None, times.method
                assert ("approximation" in told) == (network is None)
                assert bell.time in told
                assert ("autre horaire" in told) == bool(bell.by_uai)
                assert [line for line in times.unreachable if FRENCH.recorded(line) is None] == []


def test_values_of_a_timetable_that_are_no_numbers() -> None:
    table = pd.DataFrame({
        "circuit": list("AABBCC"), "time_min": ["8h", 480, 450, 470, 450, 2881.0], "stop": "s", "uai": "",
        "x_m": [0.0, 9.0, "east", 9.0, 0.0, 9.0], "y_m": 0.0,
    })  # fmt: skip
    with pytest.raises(InputError) as caught:
        Circuits.from_table(table)
    assert {fault.message: fault.rows for fault in caught.value.faults} == {
        "calls without a time after midnight": ("A",),
        "calls without coordinates": ("B",),
        "calls later than 48 h after midnight": ("C",),
    }


def test_a_bell_is_written_in_plain_digits() -> None:
    with pytest.raises(InputError, match="is not HH:MM"):
        Bell("0\uff18:00")
