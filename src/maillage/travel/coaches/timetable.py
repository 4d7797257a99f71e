"""Coach circuits as a timetable, the bells they must be in time for, and how far pupils walk and change."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType

import numpy as np
import pandas as pd

from maillage.arrays import Bools, Floats, Ints, Strings, frozen
from maillage.errors import Fault, InputError

COLUMNS = ("circuit", "time_min", "stop", "x_m", "y_m", "uai")
"""What a table of circuits has, one row a call."""

LATEST_MIN = 48 * 60.0
"""A call later than this after midnight (the day after counts on) has a wrong time, or one in seconds."""

LONGEST_KM = 1_000.0
"""A circuit longer than this has wrong coordinates."""


@dataclass(frozen=True, eq=False)
class Circuits:
    """Coaches on one school morning; a circuit is one coach, and a call is that coach at one of its stops.

    Attributes
    ----------
    name : (K,) str
        Circuits, in the order of the table.
    circuit : (E,) int
        Circuit of each call; calls stand circuit after circuit, in the order of travel.
    time_min : (E,) float
        Minutes after midnight: the coach arrives and leaves then.
    stop : (E,) int
    stop_name : (P,) str
    xy_m : (P, 2) float
        Stops, metres in EPSG:2154; calls at one place, to the metre, are at one stop whatever its names (the first is kept).
    gate_stop : (V,) int
    gate_uai : (V,) str
        Collège at whose gate a stop is: no walk between the two.
    """

    name: Strings
    circuit: Ints
    time_min: Floats
    stop: Ints
    stop_name: Strings
    xy_m: Floats
    gate_stop: Ints
    gate_uai: Strings

    def __post_init__(self) -> None:
        for column in fields(self):
            object.__setattr__(self, column.name, frozen(getattr(self, column.name)))

    @classmethod
    def from_table(cls, table: pd.DataFrame) -> Circuits:
        """Circuits of a table with one row a call, those of a circuit in the order of travel.

        Parameters
        ----------
        table : DataFrame
            ``circuit, time_min, stop, x_m, y_m, uai`` as `maillage.sources.circuits.read_circuits` gives them: minutes after
            midnight, metres in EPSG:2154, and the UAI of the collèges at that stop, separated by spaces (may be empty).

        Raises
        ------
        InputError
            Every fault at once: columns missing, times or places missing or no numbers, times beyond 0 to 48 h or that go
            backwards within a circuit, a circuit with one call or of more than 1,000 km.
        """
        absent = [name for name in COLUMNS if name not in table]
        if absent:
            raise InputError(
                [Fault("circuits", "missing column", name, remedy="Read it with read_circuits") for name in absent]
            )
        number, names = pd.factorize(table["circuit"].astype(str))
        order = np.argsort(number, kind="stable")
        calls, circuit = table.iloc[order].reset_index(drop=True), number[order].astype(np.int32)
        time_min, *place_m = (
            pd.to_numeric(calls[name], errors="coerce").to_numpy(np.float64, na_value=np.nan)
            for name in ("time_min", "x_m", "y_m")
        )
        place = np.column_stack(place_m)
        faults = _faults(np.asarray(names, np.str_), circuit, time_min, place)
        if faults:
            raise InputError(faults)
        _, first, stop = np.unique(np.rint(place), axis=0, return_index=True, return_inverse=True)
        stop = stop.reshape(-1)
        gates = sorted({(int(p), uai) for p, text in zip(stop, calls["uai"], strict=True) for uai in str(text).split()})
        return cls(
            name=np.asarray(names, np.str_),
            circuit=circuit,
            time_min=time_min,
            stop=stop.astype(np.int32),
            stop_name=calls["stop"].to_numpy(np.str_)[first],
            xy_m=place[first],
            gate_stop=np.array([p for p, _ in gates], np.int32),
            gate_uai=np.array([uai for _, uai in gates], np.str_),
        )

    @property
    def following(self) -> Ints:
        """(E,) next call of the same coach; -1 at its last one."""
        same = np.append(self.circuit[1:] == self.circuit[:-1], False)
        return np.where(same[: len(self.circuit)], np.arange(1, len(self.circuit) + 1), -1).astype(np.int32)

    @property
    def ride_m(self) -> Floats:
        """(E,) straight line to the next call of the same coach; 0 at its last one."""
        on = self.following
        gap = self.xy_m[self.stop[on]] - self.xy_m[self.stop]
        return np.asarray(np.where(on >= 0, np.hypot(gap[:, 0], gap[:, 1]), 0.0))

    def __repr__(self) -> str:
        return f"Circuits({len(self.name):,} circuits, {len(self.stop_name):,} stops, {len(self.stop):,} calls)"


def _faults(name: Strings, circuit: Ints, time_min: Floats, place: Floats) -> list[Fault]:
    """What a timetable cannot be; calls stand circuit after circuit."""
    same = circuit[1:] == circuit[:-1]
    step = np.diff(place, axis=0)
    metres = np.bincount(circuit[1:][same], np.hypot(step[:, 0], step[:, 1])[same], minlength=len(name))
    late = np.unique(circuit[1:][same & (np.diff(time_min) < 0)])
    untimed = np.unique(circuit[~((time_min >= 0) & (time_min < np.inf))])
    beyond = np.unique(circuit[(time_min > LATEST_MIN) & (time_min < np.inf)])
    lost = np.unique(circuit[~np.isfinite(place).all(axis=1)])
    single = np.flatnonzero(np.bincount(circuit, minlength=len(name)) == 1)
    long = np.flatnonzero(metres > 1000 * LONGEST_KM)
    judged = (
        ("time_min", "calls without a time after midnight", untimed, "Give the time of every call"),
        ("time_min", f"calls later than {LATEST_MIN / 60:g} h after midnight", beyond, "Give minutes after midnight"),
        ("time_min", "times go backwards within a circuit", late, "Put the calls in the order of travel"),
        ("x_m", "calls without coordinates", lost, "Give every stop's place"),
        ("stop", "a circuit with one stop", single, "Give all its stops, or leave it out"),
        ("x_m", f"a circuit of more than {LONGEST_KM:,.0f} km", long, "Correct the coordinates of its stops"),
    )
    return [
        Fault("circuits", told, column, tuple(map(str, name[bad])), remedy) for column, told, bad, remedy in judged if len(bad)
    ]


@dataclass(frozen=True)
class Bell:
    """When pupils must have arrived: ``bell - longest_wait_min <= arrival <= bell - margin_min``.

    Attributes
    ----------
    time : str
        First lesson of the day, HH:MM.
    by_uai : mapping of str to str
        Other times, by UAI of the collège.
    margin_min : float
        A pupil arrives at least so long before the bell (assumption: 5).
    longest_wait_min : float
        And at most so long before it: earlier, the gates are shut (assumption: 30).
    """

    time: str = "08:00"
    by_uai: Mapping[str, str] = field(default_factory=dict)
    margin_min: float = 5.0
    longest_wait_min: float = 30.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_uai", MappingProxyType(dict(self.by_uai)))
        wrong = tuple(f"{uai}: {time!r}" for uai, time in self.by_uai.items() if np.isnan(clock_min(time)))
        faults = []
        if np.isnan(clock_min(self.time)):
            faults.append(Fault("Bell", f"{self.time!r} is not HH:MM", "time", remedy="Write 08:00"))
        if wrong:
            faults.append(Fault("Bell", "not HH:MM", "by_uai", wrong, "Write 08:00"))
        if not 0 <= self.margin_min <= self.longest_wait_min < np.inf:
            told = f"0 <= {self.margin_min} <= {self.longest_wait_min} does not hold"
            remedy = "Give a margin of at least 0 and a longest wait that is no shorter, in minutes"
            faults.append(Fault("Bell", told, "margin_min", remedy=remedy))
        if faults:
            raise InputError(faults)

    def times_min(self, uai: Strings) -> Floats:
        """(S,) bell of each collège, minutes after midnight.

        Raises
        ------
        InputError
            `by_uai` names collèges that are not among them.
        """
        strangers = tuple(sorted(set(self.by_uai) - set(map(str, uai))))
        if strangers:
            raise InputError([Fault("Bell", "unknown UAI", "by_uai", strangers, "Use the UAI of collèges asked for")])
        return np.array([clock_min(self.by_uai.get(str(code), self.time)) for code in uai], np.float64)


@dataclass(frozen=True)
class CircuitLimits:
    """How far pupils walk, and how they change coaches; all assumptions.

    Attributes
    ----------
    longest_walk_min : float
        From home to a stop, from a stop to the collège, or all the way: each, at most 120. 20 minutes are 1.3 km at 4 km/h.
    longest_change_walk_min : float
        Between two stops, at most `longest_walk_min`; 0 allows changes at one stop only.
    least_change_min : float
        Between getting off and getting on, in addition to the walk; more than 0.
    most_changes : int
        Changes of coach in one journey, 0 to 10.
    """

    longest_walk_min: float = 20.0
    longest_change_walk_min: float = 5.0
    least_change_min: float = 3.0
    most_changes: int = 1

    def __post_init__(self) -> None:
        judged: tuple[tuple[str, bool | Bools, str], ...] = (
            ("longest_walk_min", 0 < self.longest_walk_min <= 120, "0 < minutes <= 120"),
            ("longest_change_walk_min", 0 <= self.longest_change_walk_min <= self.longest_walk_min, "0 to longest_walk_min"),
            ("least_change_min", 0 < self.least_change_min < np.inf, "more than 0 minutes"),
            ("most_changes", self.most_changes in range(11), "a whole number, 0 to 10"),
        )
        faults = [
            Fault("CircuitLimits", f"{getattr(self, name)} is out of range", name, remedy=f"Give {range_}")
            for name, holds, range_ in judged
            if not holds
        ]
        if faults:
            raise InputError(faults)


def clock_min(text: str) -> float:
    """Minutes after midnight of a time HH:MM; NaN where it is none."""
    found = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", str(text).strip(), re.ASCII)
    return 60.0 * int(found[1]) + int(found[2]) if found else np.nan
