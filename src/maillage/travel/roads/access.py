"""OpenStreetMap's words for who may use a road, in which direction.

Sources: OSM wiki, Key:access (the more specific key wins), Key:oneway, Key:cycleway, Key:barrier, and "OSM tags for
routing/Access restrictions", France; Code de la route R431-9 (cycles in pedestrian areas at walking pace), R421-2 (no cycles,
no pedestrians on motorways), R412-7 (bus lanes: regular lines, which school coaches are by Code des transports R3111-5).
"""

from __future__ import annotations

from collections.abc import Mapping

from maillage.travel.roads.tags import DEFAULT_KM_H
from maillage.travel.roads.users import CALM, EVERYONE, MOTOR, USER_BIT, User

FOOT = USER_BIT["foot"]

CLASS_USERS = (
    dict.fromkeys(DEFAULT_KM_H, EVERYONE)
    | {"motorway": MOTOR, "motorway_link": MOTOR, "busway": USER_BIT["coach"]}
    | dict.fromkeys(("pedestrian", "path", "track", "cycleway"), CALM)
    | dict.fromkeys(("footway", "steps", "bridleway", "corridor", "platform"), FOOT)
)
"""Who may use a class of road where no tag says otherwise; a class that is not here is no road (being built, ...)."""

KEYS: dict[User, tuple[str, ...]] = {
    "car": ("motorcar", "motor_vehicle", "vehicle", "access"),
    "coach": ("bus", "psv", "motor_vehicle", "vehicle", "access"),
    "bicycle": ("bicycle", "vehicle", "access"),
    "foot": ("foot", "access"),
}
"""Keys that say whether a user may pass, the one that counts first."""

OPEN = {"yes", "permissive", "designated", "official", "destination", "customers", "public", "discouraged", "allowed"}
CLOSED = {
    "no", "private", "agricultural", "forestry", "delivery", "emergency", "military", "permit", "residents", "restricted",
    "use_sidepath", "dismount", "service", "employees", "staff", "none",
}  # fmt: skip
"""Other values say nothing. On foot beside one's bicycle is not cycling."""

ONE_WAY = (
    dict.fromkeys(("yes", "true", "1"), (True, False))
    | dict.fromkeys(("-1", "reverse"), (False, True))
    | dict.fromkeys(("no", "false", "0", "alternating"), (True, True))
    | {"reversible": (False, False)}
)
"""Open along and against the drawing. A road whose direction changes with the hour cannot be relied upon: closed."""

ROUNDABOUTS = ("roundabout", "circular")
CONTRAFLOW = ("cycleway", "cycleway:left", "cycleway:right", "cycleway:both")

BARRIER_USERS = (
    dict.fromkeys(
        (
            "gate", "lift_gate", "swing_gate", "sliding_gate", "hampshire_gate", "sally_port", "entrance", "toll_booth", "no",
            "border_control", "cattle_grid", "kerb", "kent_carriage_gap", "coupure", "rope", "bump_gate", "checkpoint",
        ),
        EVERYONE,
    )
    | dict.fromkeys(("kissing_gate", "stile", "turnstile", "full-height_turnstile", "horse_stile"), FOOT)
    | dict.fromkeys(("wall", "fence", "hedge", "ditch", "retaining_wall", "guard_rail", "city_wall", "debris"), 0)
    | {"bus_trap": EVERYONE - USER_BIT["car"], "sump_buster": EVERYONE - USER_BIT["car"]}
    | {"height_restrictor": EVERYONE - USER_BIT["coach"]}
)  # fmt: skip
"""Who passes a barrier that says nothing of access: gates are open (as OSRM takes them); any other (bollard, block, ...) stops
motor vehicles only."""


def road_users(tags: Mapping[str, str], default: int) -> tuple[int, int]:
    """Who may go along and against the drawing, as bits.

    Parameters
    ----------
    tags : mapping
    default : int
        Who may where no tag says so. The general key ``access`` can close a road to them; only a key that names a user can open
        it to others (``access=yes`` on steps lets no car in).
    """
    if tags.get("motorroad") == "yes":
        default &= MOTOR
    users = [0, 0]
    for user, bit in USER_BIT.items():
        open_ways = directions(tags, user)
        for way, side in enumerate(("forward", "backward")):
            if _may(tags, user, side, bool(default & bit)) and (open_ways[way] or _named_open(tags, user, side)):
                users[way] |= bit
    return users[0], users[1]


def directions(tags: Mapping[str, str], user: User) -> tuple[bool, bool]:
    """Whether one-ways let a user go along and against the drawing."""
    keys = [f"oneway:{key}" for key in KEYS[user] if key != "access"]
    words = [tags[key] for key in (*keys, *(("oneway",) if user != "foot" else ())) if tags.get(key) in ONE_WAY]
    if user == "bicycle" and f"oneway:{user}" not in tags and contraflow(tags):
        return True, True
    if user == "coach" and tags.get("busway", "").startswith("opposite"):
        return True, True
    if words:
        return ONE_WAY[words[0]]
    implied = user != "foot" and (tags.get("junction") in ROUNDABOUTS or tags.get("highway") == "motorway")
    return (True, False) if implied else (True, True)


def contraflow(tags: Mapping[str, str]) -> bool:
    """Whether cycles may ride against a one-way: a lane, a track or a sign is tagged."""
    if tags.get("oneway:bicycle") in ("no", "-1"):
        return True
    return any(tags.get(key, "").startswith("opposite") or tags.get(f"{key}:oneway") in ("-1", "no") for key in CONTRAFLOW)


def barrier_users(tags: Mapping[str, str]) -> int:
    """Who passes a barrier, as bits."""
    default = BARRIER_USERS.get(tags.get("barrier", ""), CALM)
    return sum(bit for user, bit in USER_BIT.items() if _may(tags, user, "", bool(default & bit)))


def said_of(tags: Mapping[str, str], user: User, side: str = "") -> tuple[str, str]:
    """The key that decides for a user, and its value; empty where none does."""
    for key in KEYS[user]:
        for name in (f"{key}:{side}", key) if side else (key,):
            if verdict(tags.get(name, "")) is not None:
                return key, tags[name]
    return "", ""


def verdict(value: str) -> bool | None:
    """Whether a value opens or closes; None where it says nothing. A list opens if one of its values does."""
    words = {word.strip() for word in value.split(";")}
    return True if words & OPEN else False if words & CLOSED else None


def _may(tags: Mapping[str, str], user: User, side: str, default: bool) -> bool:
    key, value = said_of(tags, user, side)
    if not key:
        return default
    return bool(verdict(value)) and (default or key != "access")


def _named_open(tags: Mapping[str, str], user: User, side: str) -> bool:
    """Whether a tag opens this very direction to this very user, whatever the one-way (``bicycle:backward=yes``)."""
    return bool(verdict(tags.get(f"{KEYS[user][0]}:{side}", "")))
