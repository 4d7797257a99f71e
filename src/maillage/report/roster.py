"""Every collège, today and at the horizon, under today's sectors and under each plan."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from maillage.demography.rounding import LEAST_CELL
from maillage.report.format import NOTHING, Cell
from maillage.report.places import commune_names

if TYPE_CHECKING:
    from maillage.territory import Territory

LEAST_IPS_PUPILS = 30
"""The mean IPS of fewer pupils than this is not told."""


@dataclass(frozen=True)
class State:
    """A collège in one rentrée under one plan."""

    open: bool
    pupils: Cell
    occupancy: Cell
    ips: Cell
    lunches: Cell
    travel: Cell


@dataclass(frozen=True)
class CollegeFacts:
    """A collège: who it is, its places, and its states.

    Attributes
    ----------
    position : int
        Row in the territory.
    number : int
        Number on the maps and in the tables: its place by commune and name.
    now, later : State
        At the base rentrée and at the horizon, under today's sectors.
    plans : tuple of State
        At the horizon under each plan.
    change : float or None
        Relative change of pupils between `now` and `later`; None where either is masked or 0.
    """

    position: int
    number: int
    uai: str
    name: str
    commune: str
    priority: str
    capacity: Cell
    places: Cell
    now: State
    later: State
    plans: tuple[State, ...]
    change: float | None


def roster(territory: Territory, today: pd.DataFrame, plans: Sequence[pd.DataFrame], until: int) -> tuple[CollegeFacts, ...]:
    """All public collèges by commune and name.

    Parameters
    ----------
    territory : Territory
    today : DataFrame
        `maillage.indicators.college_table` under today's sectors.
    plans : sequence of DataFrame
        The same under each plan.
    until : int
        Horizon.
    """
    now = _states(today, territory.base_rentree)
    later = _states(today, until)
    others = [_states(table, until) for table in plans]
    called, colleges = commune_names(territory.units), territory.colleges
    # The commune it stands in, which has a unit here, rather than the one it declares, which may not.
    communes = [called[str(code)] for code in territory.units.commune[colleges.unit]]
    found = [(communes[s], str(colleges.name[s]), s) for s in range(len(colleges))]
    order = sorted(found, key=lambda row: (_plain(row[0]), _plain(row[1]), row[2]))
    return tuple(
        CollegeFacts(
            position=s,
            number=place,
            uai=(uai := str(colleges.uai[s])),
            name=name,
            commune=commune,
            priority=str(colleges.priority[s]),
            capacity=_cell(colleges.capacity[s], "pupils", bool(colleges.capacity_estimated[s])),
            places=_cell(colleges.seats[s] * colleges.sittings[s], "meals", bool(colleges.canteen_estimated[s])),
            now=now[uai],
            later=later[uai],
            plans=tuple(states[uai] for states in others),
            change=_change(now[uai].pupils.value, later[uai].pupils.value),
        )
        for place, (commune, name, s) in enumerate(order, start=1)
    )


def _states(table: pd.DataFrame, rentree: int) -> dict[str, State]:
    rows = table[table["rentree"] == rentree]
    return {str(row["uai"]): _state({str(k): v for k, v in row.items()}) for row in rows.to_dict("records")}


def _state(row: dict[str, object]) -> State:
    value = {k: float(row[k]) for k in ("pupils", "occupancy", "ips", "lunches", "travel_mean_min")}  # type: ignore[arg-type]
    estimated = row["nature"] != "observed"
    pupils = _cell(value["pupils"], "pupils", estimated)
    # What could be divided back into a masked count is masked with it.
    told = value["pupils"] >= LEAST_CELL
    # No lunch where there is no demi-pension is a fact, not an estimate.
    lunches = _cell(value["lunches"], "meals", value["lunches"] > 0 and (estimated or bool(row["lunch_estimated"])))
    return State(
        open=bool(row["open"]),
        pupils=pupils,
        occupancy=_cell(value["occupancy"], "share", estimated or bool(row["capacity_estimated"])) if told else NOTHING,
        ips=_cell(value["ips"], "IPS", estimated) if value["pupils"] >= LEAST_IPS_PUPILS else NOTHING,
        lunches=lunches if told else NOTHING,
        travel=_cell(value["travel_mean_min"], "min", True) if told else NOTHING,
    )


def _cell(value: float, unit: str, estimated: bool) -> Cell:
    return Cell(float(value), unit, estimated) if value == value else NOTHING


def _change(now: float | None, later: float | None) -> float | None:
    if now is None or later is None or now < LEAST_CELL or 0 < later < LEAST_CELL:
        return None
    return later / now - 1


def _plain(text: str) -> str:
    """Accents and case off, for alphabetical order."""
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().casefold()
