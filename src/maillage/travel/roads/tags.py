"""OpenStreetMap's words for speed: limits, mean speeds of cars, towns, ferries.

Sources: OSM wiki (Key:maxspeed, Key:source:maxspeed, Key:zone:maxspeed, Key:duration); Code de la route R413-2 (motorways 130,
dual carriageways 110, outside towns 80 km/h since July 2018, or 90 where the département has so decided, CGCT L3221-4-1),
R413-3 (towns 50), R110-2 (zones of 30 and 20); mean speeds: OSRM's car profile.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

FASTEST_KM_H = 200.0
"""Car speeds and limits above this are mistakes (another unit, a digit too many): France's highest limit is 130 km/h."""

LIMIT_FACTOR = 0.8
"""Mean speed of a car over the speed limit (OSRM, car profile)."""

DEFAULT_KM_H = {
    "motorway": 90.0, "motorway_link": 45.0, "trunk": 85.0, "trunk_link": 40.0, "primary": 65.0, "primary_link": 30.0,
    "secondary": 55.0, "secondary_link": 25.0, "tertiary": 40.0, "tertiary_link": 20.0, "unclassified": 25.0,
    "residential": 25.0, "living_street": 10.0, "service": 15.0, "road": 25.0,
}  # fmt: skip
"""Mean car speed by class where no limit is known (OSRM, car profile)."""

OTHER_KM_H = 10.0
"""Of a class that is not built for cars (a track, a pedestrian street) where a tag lets them in (assumption)."""

BUS_KM_H = 30.0
"""Of a lane or road kept for buses where the file has no other speed: a coach's own speed (see `maillage.travel.modes`)."""

FERRY_KM_H = 5.0
"""Of a ferry whose duration is unknown: OSRM's figure, and IGN's for a "bac ou liaison maritime"."""

RURAL_KM_H = 80.0
"""General limit outside towns (Code de la route R413-2)."""

RURAL_CLASSES = {"primary", "secondary"}
"""Classes whose mean speed follows the general limit outside towns where a way has no limit of its own."""

TOWN_CLASSES = {"residential", "living_street"}
TOWN_LIMIT_KM_H = 50.0

ZONES_KM_H = {
    "urban": 50.0, "motorway": 130.0, "trunk": 110.0, "walk": 6.0, "living_street": 20.0, "pedestrian_zone": 6.0,
    "zone30": 30.0, "zone:30": 30.0, "30": 30.0, "zone20": 20.0, "zone:20": 20.0, "20": 20.0,
}  # fmt: skip
"""Limit behind a word such as ``FR:urban``; ``rural`` is a parameter. Walking pace: 6 km/h."""

KM_H_PER_MPH = 1.609344
SOURCES = ("source:maxspeed", "maxspeed:type", "zone:maxspeed", "zone:traffic")
"""Keys that name the rule rather than the figure, read where ``maxspeed`` is absent, and for the rule outside towns."""


def limits_km_h(tags: Mapping[str, str], rural_km_h: float = RURAL_KM_H) -> tuple[float, float]:
    """Speed limit along and against the drawing; NaN where none can be read.

    The least of a list. Where the tags name the rule outside towns (``source:maxspeed=FR:rural``) and the figure is that of the
    law (80 or 90), `rural_km_h` takes its place.
    """
    both = limit_km_h(tags.get("maxspeed"), rural_km_h)
    rules = [limit for key in SOURCES if not math.isnan(limit := limit_km_h(tags.get(key), rural_km_h, zones_only=True))]
    if rules and (math.isnan(both) or (rules[0] == rural_km_h and both in (80.0, 90.0))):
        both = rules[0]
    along, against = (limit_km_h(tags.get(f"maxspeed:{side}"), rural_km_h) for side in ("forward", "backward"))
    return (both if math.isnan(along) else along), (both if math.isnan(against) else against)


def limit_km_h(value: Any, rural_km_h: float = RURAL_KM_H, *, zones_only: bool = False) -> float:
    """Speed limit written as a number, with a unit, as a word or as a list of them; NaN where nothing can be believed."""
    known = [limit for limit in _limits(value, rural_km_h, zones_only) if 0 < limit <= FASTEST_KM_H]
    return min(known) if known else math.nan


def too_fast(value: Any) -> bool:
    """Whether a speed limit, or one of a list, is above `FASTEST_KM_H`."""
    return any(limit > FASTEST_KM_H for limit in _limits(value, RURAL_KM_H, zones_only=False))


def _limits(value: Any, rural_km_h: float, zones_only: bool) -> list[float]:
    """Each limit of a list; a comma within a number is a decimal one, which OpenStreetMap does not know, and parts no list."""
    return [_one_limit(part.strip(), rural_km_h, zones_only) for part in re.split(r"[;|]|,(?!\d)", str(value or ""))]


def _one_limit(text: str, rural_km_h: float, zones_only: bool) -> float:
    zone = text.partition(":")[2] if re.match(r"[A-Z]{2}:", text) else text if text == "walk" else ""
    if zone == "rural":
        return rural_km_h
    if zone:
        return ZONES_KM_H.get(zone, math.nan)
    written = re.fullmatch(r"([\d.]+)\s*(mph|km/?h|kph)?", text)
    if zones_only or written is None:
        return math.nan
    return number(written[1]) * (KM_H_PER_MPH if written[2] == "mph" else 1.0)


def mean_km_h(limit: float, highway: str, rural_km_h: float = RURAL_KM_H) -> float:
    """Mean speed of a car: from the limit, else by class; NaN where neither is known."""
    if not math.isnan(limit):
        return LIMIT_FACTOR * limit
    share = rural_km_h / RURAL_KM_H if highway in RURAL_CLASSES else 1.0
    return share * DEFAULT_KM_H.get(highway, math.nan)


def is_town(highway: str, limit: float) -> bool:
    """Whether a class or a limit tells of a town: streets people live in, 50 km/h or less."""
    return highway in TOWN_CLASSES or limit <= TOWN_LIMIT_KM_H


def seconds_of(duration: str) -> float:
    """Seconds of a ``duration`` tag: "90" (minutes), "1:30", "01:30:00" or "PT1H30M"; NaN where it cannot be read."""
    clock = re.fullmatch(r"(\d+)(?::(\d{1,2}))?(?::(\d{1,2}))?", duration.strip())
    if clock and clock[2] is None:
        return 60.0 * int(clock[1])
    if clock:
        return 3600.0 * int(clock[1]) + 60.0 * int(clock[2]) + int(clock[3] or 0)
    period = re.fullmatch(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", duration.strip())
    if period is None or not any(period.groups()):
        return math.nan
    days, hours, minutes, seconds = (int(part or 0) for part in period.groups())
    return 86400.0 * days + 3600.0 * hours + 60.0 * minutes + seconds


def number(value: Any) -> float:
    """`value` as a float; NaN where it is not a number."""
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return math.nan
