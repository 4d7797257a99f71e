"""`Kind`: what a road's OpenStreetMap tags say of it. Roads with the same tags are of one kind, judged once."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from maillage.arrays import Bools, Floats, Index, Objects
from maillage.travel.roads import tags as osm
from maillage.travel.roads.access import CLASS_USERS, KEYS, ONE_WAY, road_users, said_of
from maillage.travel.roads.segments import Segments, car_seconds
from maillage.travel.roads.towns import with_towns
from maillage.travel.roads.users import CALM, EVERYONE, MOTOR, USER_BIT

SIDES = ("", ":forward", ":backward")
ACCESS_KEYS = {f"{key}{side}" for keys in KEYS.values() for key in keys for side in SIDES}
WAY_KEYS = {"oneway", *(f"oneway:{key}" for keys in KEYS.values() for key in keys), "junction", "motorroad", "busway"}
CYCLE_KEYS = {f"cycleway{side}{end}" for side in ("", ":left", ":right", ":both") for end in ("", ":oneway")}
SPEED_KEYS = {*(f"maxspeed{side}" for side in SIDES), *osm.SOURCES, "duration"}
TAG_KEYS = frozenset({"highway", "route", "area", *ACCESS_KEYS, *WAY_KEYS, *CYCLE_KEYS, *SPEED_KEYS})
"""Keys that count."""

PASSING_BY = {"motorway", "motorway_link", "trunk", "trunk_link"}
"""Classes that are in no town unless their limit says so. Neither they nor ``service`` (car parks) make one."""

Remark = Literal[
    "area", "no road", "closed to everyone", "closed to cars", "destination", "reversible", "limit not read", "too fast",
    "no duration",
]  # fmt: skip
"""What is counted in a network's notes; the first three are left out of it."""

SENTENCES: dict[str, str] = {
    "area": "{} left out, drawn as areas: {}.",
    "no road": "{} left out, no roads in use (being built, planned, ...): {}.",
    "closed to everyone": "{} that nobody may use by their tags (private, no, ...): {}.",
    "closed to cars": "{} closed to cars by a tag, open to others: {}.",
    "destination": "{} open to cars that stop there, taken as open to all traffic: {}.",
    "reversible": "{} whose direction changes with the hour, taken as closed to vehicles: {}.",
    "limit not read": "{} with a speed limit that cannot be read, speed by class instead: {}.",
    "too fast": "{} with a speed limit above " + f"{osm.FASTEST_KM_H:g} km/h" + ", which is left aside: {}.",
    "no duration": "{} of ferries without a duration, taken to sail at " + f"{osm.FERRY_KM_H:g} km/h" + ": {}.",
}


@dataclass(frozen=True)
class Kind:
    """Who may use a road, how fast a car goes on it.

    Attributes
    ----------
    along_users, against_users : int
        Bits of `maillage.travel.roads.users.USER_BIT`; 0 both ways where the road is left out.
    along_km_h, against_km_h : float
        Mean speed of a motor vehicle along and against the drawing; NaN where no class and no limit tells it.
    urban, ferry : bool
    ferry_s : float
        Seconds of the whole crossing; NaN where it is not told, or no ferry.
    street, undecided : bool
        Counts as a street where towns are told by their density; is itself in a town if its surroundings are.
    remarks : frozenset of str
    """

    along_users: int = 0
    against_users: int = 0
    along_km_h: float = math.nan
    against_km_h: float = math.nan
    urban: bool = False
    ferry: bool = False
    ferry_s: float = math.nan
    street: bool = False
    undecided: bool = False
    remarks: frozenset[Remark] = frozenset()

    @property
    def kept(self) -> bool:
        """Whether anybody may use it in any direction."""
        return bool(self.along_users | self.against_users)


def kind_of(tags: Mapping[str, str], rural_km_h: float = osm.RURAL_KM_H) -> Kind:
    """What the tags of a way say; a way without ``highway`` and ``route=ferry`` is no road."""
    if tags.get("area") == "yes":
        return Kind(remarks=frozenset({"area"}))
    if tags.get("route") == "ferry" and "highway" not in tags:
        return _ferry(tags)
    highway = tags.get("highway", "")
    if highway not in CLASS_USERS:
        return Kind(remarks=frozenset({"no road"}))
    return open_road(tags, CLASS_USERS[highway], rural_km_h)


def open_road(tags: Mapping[str, str], default_users: int = EVERYONE, rural_km_h: float = osm.RURAL_KM_H) -> Kind:
    """A road open to some where its tags do not say otherwise, whatever its class."""
    along, against = road_users(tags, default_users)
    if not along | against:
        return Kind(remarks=frozenset({"closed to everyone"}))
    highway, limits = tags.get("highway", ""), osm.limits_km_h(tags, rural_km_h)
    built_for = highway in osm.DEFAULT_KM_H or not highway
    bus_only = not (along | against) & USER_BIT["car"]
    fallback = math.nan if built_for and highway == "" else osm.BUS_KM_H if bus_only else osm.OTHER_KM_H
    means = [osm.mean_km_h(limit, highway, rural_km_h) for limit in limits]
    speeds = [fallback if math.isnan(mean) else mean for mean in means]
    urban = any(osm.is_town(highway, limit) for limit in limits)
    local = highway in osm.DEFAULT_KM_H and highway not in PASSING_BY
    return Kind(
        along,
        against,
        along_km_h=speeds[0],
        against_km_h=speeds[1],
        urban=urban,
        street=local and highway != "service",
        undecided=local and not urban and all(math.isnan(limit) for limit in limits),
        remarks=frozenset(_remarks(tags, default_users, along | against, limits)),
    )


def _remarks(tags: Mapping[str, str], default: int, users: int, limits: tuple[float, float]) -> set[Remark]:
    found: set[Remark] = set()
    if ONE_WAY.get(tags.get("oneway", "")) == (False, False):
        found.add("reversible")
    elif default & ~users & USER_BIT["car"]:
        found.add("closed to cars")
    if said_of(tags, "car")[1] in ("destination", "customers"):
        found.add("destination")
    if any(osm.too_fast(tags.get(f"maxspeed{side}")) for side in SIDES):
        found.add("too fast")
    elif tags.get("maxspeed", "none") not in ("none", "signals", "variable") and math.isnan(limits[0]):
        found.add("limit not read")
    return found


def _ferry(tags: Mapping[str, str]) -> Kind:
    """Open to everyone unless tagged; one that names walkers or cyclists and no vehicle takes no vehicle."""
    on_foot = any(tags.get(key) for key in ("foot", "bicycle")) and not said_of(tags, "car")[0]
    along, against = road_users(tags, CALM if on_foot else EVERYONE)
    if not along | against:
        return Kind(remarks=frozenset({"closed to everyone"}))
    seconds = osm.seconds_of(tags.get("duration", ""))
    known = seconds > 0
    return Kind(
        along,
        against,
        osm.FERRY_KM_H,
        osm.FERRY_KM_H,
        ferry=True,
        ferry_s=seconds if known else math.nan,
        remarks=frozenset() if known else frozenset({"no duration"}),
    )


def of_kinds(
    kinds: Sequence[Kind], kind: Index, line: Objects, length_m: Floats, ferry_s: Floats, halved: Bools | bool = False
) -> Segments:
    """Segments of known kinds, still without nodes, origin and notes.

    Parameters
    ----------
    kinds : sequence of Kind
    kind : (R,) int
        Position in `kinds`.
    line, length_m : (R,)
    ferry_s : (R,) float
        Seconds of a crossing; NaN where no ferry, or at its speed.
    halved : (R,) bool
        Segments that are one of the two directions of a street.
    """
    ferry = _column(kinds, "ferry", bool)[kind]
    users = [_column(kinds, name, np.uint8)[kind] for name in ("along_users", "against_users")]
    speeds = [_column(kinds, name, np.float64)[kind] for name in ("along_km_h", "against_km_h")]
    seconds = []
    for who, km_h in zip(users, speeds, strict=True):
        moving = (who & MOTOR > 0) | (ferry & (who > 0))  # a ferry keeps its time where it takes no car
        seconds.append(np.where(moving & np.isfinite(ferry_s), ferry_s, car_seconds(length_m, km_h, moving)))
    urban = _column(kinds, "urban", bool)[kind]
    roads = Segments(line, length_m, seconds[0], seconds[1], users[0], users[1], urban, ferry, origin="")
    street = _column(kinds, "street", np.float64)[kind] * np.where(halved, 0.5, 1.0)
    return with_towns(roads, _column(kinds, "undecided", bool)[kind], street)


def _column(kinds: Sequence[Kind], name: str, dtype: Any) -> Any:
    return np.array([getattr(kind, name) for kind in kinds], dtype)


def remarked(kinds: Sequence[Kind], kind: Iterable[int]) -> Counter[str]:
    """How many roads of each kind's remarks."""
    found: Counter[str] = Counter()
    for number, count in Counter(kind).items():
        found.update(dict.fromkeys(kinds[number].remarks, count))
    return found


def told(counts: Mapping[str, int], noun: str) -> tuple[str, ...]:
    """The remarks as sentences, in a fixed order; `noun`: what was counted, "Ways"."""
    return tuple(sentence.format(noun, counts[key]) for key, sentence in SENTENCES.items() if counts.get(key))
