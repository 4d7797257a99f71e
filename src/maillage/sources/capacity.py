"""Capacities and canteens: the planner's figures where given, else estimates that are marked as such."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from maillage.arrays import Bools, Floats, Ints, Strings
from maillage.sources.layout import header_of
from maillage.sources.ledger import Ledger

CENTRAL_OCCUPANCY, HIGH_OCCUPANCY = 0.92, 0.85
"""Share of its places that the largest enrolment seen is taken to have filled: central estimate, and upper bound."""

DIVISION_PLACES = 25
"""Capacities are counted in divisions of so many pupils."""

USUAL_SITTINGS = 3
"""Sittings of half an hour in a lunch break of an hour and a half."""


@dataclass(frozen=True, eq=False)
class Capacities:
    """Places by collège: low, central, high, and whether they are estimated; fields of `Colleges`.

    `peak` is the largest enrolment known.
    """

    low: Floats
    central: Floats
    high: Floats
    estimated: Bools
    peak: Floats


def estimate_capacity(peak_pupils: Floats) -> tuple[Floats, Floats, Floats]:
    """Low, central and high capacity from the largest enrolment seen.

    ``low = peak``; ``central = peak / 0.92`` and ``high = peak / 0.85``, rounded up to whole divisions of 25.

    Parameters
    ----------
    peak_pupils : (S,) float
        Largest enrolment of each collège over the rentrées known.
    """
    central, high = (
        np.ceil(np.round(peak_pupils / share / DIVISION_PLACES, 9)) * DIVISION_PLACES
        for share in (CENTRAL_OCCUPANCY, HIGH_OCCUPANCY)
    )
    return peak_pupils.astype(np.float64), central, high


def join_capacity(
    uai: Strings, pupils: Floats, history: pd.DataFrame, table: pd.DataFrame | None, *, file: str, ledger: Ledger
) -> Capacities:
    """Capacity of every collège: from the planner's table, else estimated from past enrolment.

    Parameters
    ----------
    uai, pupils : (S,)
        Collèges and their enrolment at the base rentrée.
    history : DataFrame
        ``uai, rentree, pupils``.
    table : DataFrame or None
        ``uai, capacity, capacity_low, capacity_high``; NaN or None = not given. A bound not given is the capacity itself.
    file : str
        Named in faults.
    ledger : Ledger
        A capacity below today's enrolment is listed there, not refused: it happens.
    """
    peak = history.groupby("uai")["pupils"].max().reindex(uai).to_numpy(dtype=np.float64)
    low, central, high = estimate_capacity(np.fmax(peak, pupils))
    estimated = np.ones(len(uai), dtype=np.bool_)
    if table is not None:
        refuse_strangers(table, uai, file, ledger)
        given = table.drop_duplicates("uai").set_index("uai").reindex(uai)
        value = given["capacity"].to_numpy(dtype=np.float64)
        estimated = np.isnan(value)
        central = np.where(estimated, central, value)
        low = np.where(estimated, low, _else(given, "capacity_low", value))
        high = np.where(estimated, high, _else(given, "capacity_high", value))
        short = ~estimated & (value < pupils)
        named = [
            f"{u} ({c:.0f} places, {n:.0f} pupils)" for u, c, n in zip(uai[short], value[short], pupils[short], strict=True)
        ]
        consequence = "capacity is below today's enrolment: kept as given; a scenario must move pupils away from it"
        ledger.match("capacities at or above today's enrolment", int((~estimated).sum()), named, consequence)
    rentrees = history["rentree"].nunique()
    method = (
        f"no capacity given: largest enrolment of the {rentrees} rentrée(s) known, divided by {CENTRAL_OCCUPANCY} (central) "
        f"or {HIGH_OCCUPANCY} (high), rounded up to divisions of {DIVISION_PLACES}; undivided (low)"
    )
    ledger.estimate("capacity", int(estimated.sum()), len(uai), method)
    return Capacities(low, central, high, estimated, np.fmax(peak, pupils))


@dataclass(frozen=True, eq=False)
class Canteens:
    """Lunches by collège; fields of `Colleges`."""

    lunch_rate: Floats
    lunch_rate_estimated: Bools
    seats: Floats
    sittings: Floats
    kitchen: Ints
    production_meals: Floats
    ecole_meals: Floats
    places_estimated: Bools


@dataclass(frozen=True)
class CanteenTables:
    """Tables about lunches, None where not given; see `join_canteens`. `files` names each in faults."""

    boarding: pd.DataFrame | None
    canteens: pd.DataFrame | None
    kitchens: pd.DataFrame | None
    supplies: pd.DataFrame | None
    files: dict[str, str]


def join_canteens(uai: Strings, base: int, tables: CanteenTables, lunch_rate: float, ledger: Ledger) -> Canteens:
    """Lunch rates, seats, sittings and kitchens of every collège.

    The lunch rate is (half-boarders + boarders) / pupils in the last rentrée published up to the base one; where a collège
    has none, `lunch_rate`, marked as estimated. Seats, sittings and kitchens come from the planner's tables only; a collège
    is cooked for by the kitchen that supplies it, else by its own.

    Parameters
    ----------
    uai : (S,) str
    base : int
        Base rentrée.
    tables : CanteenTables
    lunch_rate : float
        Share of pupils assumed to lunch where nothing is published.
    ledger : Ledger
    """
    rate = _lunch_rates(uai, base, tables.boarding, ledger)
    unknown = np.isnan(rate)
    method = f"no boarding figures: {lunch_rate:.0%} of pupils are taken to lunch at the collège"
    ledger.estimate("lunch rate", int(unknown.sum()), len(uai), method)
    seats, sittings = (np.full(len(uai), np.nan) for _ in range(2))
    if tables.canteens is not None:
        refuse_strangers(tables.canteens, uai, tables.files["canteens"], ledger)
        given = tables.canteens.drop_duplicates("uai").set_index("uai").reindex(uai)
        seats, sittings = (given[name].to_numpy(dtype=np.float64) for name in ("seats", "sittings"))
        missing = uai[np.isnan(seats * sittings) & ~(rate == 0)]
        ledger.match("collèges that serve lunch with known seats", len(uai), missing, "no limit on their lunches")
    kitchen, production, ecole_meals = _kitchens(uai, tables, ledger)
    estimated = np.zeros(len(uai), dtype=np.bool_)
    return Canteens(np.where(unknown, lunch_rate, rate), unknown, seats, sittings, kitchen, production, ecole_meals, estimated)


def estimate_places(canteens: Canteens, peak: Floats, ledger: Ledger) -> Canteens:
    """Seats and sittings where they are unknown: enough for the lunches of the largest enrolment seen, and marked.

    A canteen has served that many; whether it could serve more, nobody publishes. So this is a cautious figure, made to
    compare scenarios rather than to bind them.

    Parameters
    ----------
    canteens : Canteens
    peak : (S,) float
        Largest enrolment of each collège in the rentrées known.
    ledger : Ledger
    """
    unknown = np.isnan(canteens.seats * canteens.sittings) & (canteens.lunch_rate > 0)
    seats = np.ceil(canteens.lunch_rate * peak / USUAL_SITTINGS)
    method = f"seats unknown: as many lunches as at the largest enrolment known, in {USUAL_SITTINGS} sittings"
    ledger.estimate("canteen places", int(unknown.sum()), len(unknown), method)
    return replace(
        canteens,
        seats=np.where(unknown, seats, canteens.seats),
        sittings=np.where(unknown, float(USUAL_SITTINGS), canteens.sittings),
        places_estimated=canteens.places_estimated | unknown,
    )


def refuse_strangers(table: pd.DataFrame, uai: Strings, file: str, ledger: Ledger, column: str = "uai") -> None:
    """Note as a fault every UAI of a planner's table that is no public collège of the territory."""
    strangers = table.loc[~table[column].isin(uai.tolist()), column]
    if len(strangers):
        remedy = "Use the UAI of a public collège of the territory, or delete the row"
        ledger.fault(file, "unknown UAI", strangers, column=header_of(table, column), remedy=remedy)


def _lunch_rates(uai: Strings, base: int, boarding: pd.DataFrame | None, ledger: Ledger) -> Floats:
    if boarding is None:
        return np.full(len(uai), np.nan)
    rows = boarding[boarding["uai"].isin(uai.tolist()) & (boarding["pupils"] > 0)]
    rows = latest(rows, base).set_index("uai").reindex(uai)
    lunching = rows["demi_pensionnaires"] + rows["internes"].fillna(0.0)
    over = uai[(lunching > rows["pupils"]).to_numpy()]
    if told := int(lunching.notna().sum()):
        what = "collèges with no more demi-pensionnaires and boarders than pupils"
        ledger.match(what, told, over, "every pupil is taken to lunch")
    return np.asarray((lunching / rows["pupils"]).clip(0.0, 1.0), dtype=np.float64)


def latest(rows: pd.DataFrame, base: int, key: str = "uai") -> pd.DataFrame:
    """For each `key` the row of the last rentrée up to `base`, or of the first one after it where there is none before."""
    late = (rows["rentree"] > base).astype(int)
    order = rows.assign(_late=late, _gap=(rows["rentree"] - base).abs()).sort_values([key, "_late", "_gap"], kind="stable")
    return order.drop_duplicates(key).drop(columns=["_late", "_gap"])


def _kitchens(uai: Strings, tables: CanteenTables, ledger: Ledger) -> tuple[Ints, Floats, Floats]:
    position = {str(u): s for s, u in enumerate(uai)}
    kitchen = np.full(len(uai), -1, dtype=np.int32)
    production, ecole_meals = np.full(len(uai), np.nan), np.zeros(len(uai))
    if tables.kitchens is not None:
        refuse_strangers(tables.kitchens, uai, tables.files["kitchens"], ledger)
        given = tables.kitchens.drop_duplicates("uai").set_index("uai").reindex(uai)
        has = uai[np.isin(uai, tables.kitchens["uai"].to_numpy(dtype=str))]
        kitchen[[position[str(u)] for u in has]] = [position[str(u)] for u in has]
        production = given["production_meals"].to_numpy(dtype=np.float64)
        ecole_meals = given["ecole_meals"].fillna(0.0).to_numpy(dtype=np.float64)
    if tables.supplies is not None:
        _supply(kitchen, position, tables.supplies, tables.files["supplies"], ledger)
    cooks = uai[np.unique(kitchen[kitchen >= 0])]
    if len(cooks):
        unknown = cooks[np.isnan(production[[position[str(u)] for u in cooks]])]
        ledger.match("kitchens with a known output", len(cooks), unknown, "no limit on their meals")
    return kitchen, production, ecole_meals


def _supply(kitchen: Ints, position: dict[str, int], supplies: pd.DataFrame, file: str, ledger: Ledger) -> None:
    """Write into `kitchen` who cooks for the collèges that are supplied."""
    served = supplies[supplies["served_uai"].isin(list(position))].drop_duplicates()
    twice = served.loc[served["served_uai"].duplicated(keep=False), "served_uai"]
    if len(twice):
        column = header_of(supplies, "served_uai")
        ledger.fault(file, "supplied by two kitchens", twice, column=column, remedy="Keep one kitchen a collège")
    away = served["kitchen_uai"] != served["served_uai"]
    both = served.loc[away & served["served_uai"].isin(served.loc[away, "kitchen_uai"]), "served_uai"]
    if len(both):
        message = "cooks for other collèges and is itself supplied by another kitchen"
        remedy = "Say which kitchen really cooks for each collège; a kitchen cooks for itself"
        ledger.fault(file, message, both, column=header_of(supplies, "served_uai"), remedy=remedy)
    others = supplies.loc[~supplies["served_uai"].isin(list(position)), "served_uai"]
    ledger.match(
        "places supplied that are public collèges", len(supplies), others, "écoles and others: counted in écoles' meals"
    )
    strangers = served.loc[~served["kitchen_uai"].isin(list(position)), "kitchen_uai"]
    consequence = "a kitchen outside the territory's collèges: no limit on its meals, and never closed by a plan"
    ledger.match("kitchens that are public collèges", served["kitchen_uai"].nunique(), strangers, consequence)
    for cook, eater in zip(served["kitchen_uai"], served["served_uai"], strict=True):
        kitchen[position[eater]] = position.get(cook, -1)


def _else(given: pd.DataFrame, column: str, otherwise: Floats) -> Floats:
    bound = given[column].to_numpy(dtype=np.float64)
    return np.where(np.isnan(bound), otherwise, bound)
