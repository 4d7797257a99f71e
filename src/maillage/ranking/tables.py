"""What every method of this package asks of its table, directions and weights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from maillage.arrays import Floats
from maillage.errors import Fault, InputError, nearest


def gains(table: pd.DataFrame, better: Mapping[str, str]) -> Floats:
    """(scenarios, criteria) values of the table with their sign turned so that more is better."""
    signs = np.array([1.0 if better[name] == "higher" else -1.0 for name in table.columns])
    return np.asarray(table.to_numpy(dtype=float) * signs)


def position_of(table: pd.DataFrame, scenario: str) -> int:
    """Row of a scenario."""
    return list(table.index).index(scenario)


def refuse(*faults: Iterator[Fault]) -> None:
    """Raise one `InputError` with all faults, if there is any."""
    found = [fault for some in faults for fault in some]
    if found:
        raise InputError(found)


def table_faults(table: pd.DataFrame, better: Mapping[str, str]) -> Iterator[Fault]:
    """An empty table, a scenario listed twice, a missing value, a direction that is absent or unknown."""
    if table.empty:
        yield Fault("criteria", "no scenario or no criterion to rank")
        return
    twice = table.index[table.index.duplicated()]
    if len(twice):
        yield Fault("criteria", "scenario listed twice", rows=tuple(map(str, twice.unique())))
    for name in table.columns:
        unknown = ~np.isfinite(table[name].to_numpy(dtype=float))
        if unknown.any():
            remedy = "Leave the criterion out, or give the data it needs"
            yield Fault("criteria", "missing value", str(name), tuple(map(str, table.index[unknown])), remedy)
        if better.get(name) not in ("lower", "higher"):
            yield Fault("criteria", f"direction {better.get(name)!r}", str(name), remedy="Use 'lower' or 'higher'")


def weight_faults(table: pd.DataFrame, weights: Mapping[str, float], what: str = "weights") -> Iterator[Fault]:
    """Weights of unknown criteria, negative, infinite or all zero."""
    yield from number_faults(table, weights, what)
    if not any(weight > 0 for weight in weights.values()):
        yield Fault(what, "no criterion has a positive weight", remedy="Give at least one a positive weight")


def number_faults(table: pd.DataFrame, numbers: Mapping[str, float], what: str) -> Iterator[Fault]:
    """Numbers by criterion: of an unknown criterion, negative or not finite."""
    for name, value in numbers.items():
        if remedy := nearest(name, map(str, table.columns)):
            yield Fault(what, f"unknown criterion {name!r}", remedy=remedy)
        if not (np.isfinite(value) and value >= 0):
            yield Fault(what, f"{name} is {value}", remedy="Give 0 or a positive number")


def reference_faults(table: pd.DataFrame, reference: str | None) -> Iterator[Fault]:
    """A reference that is not a scenario of the table."""
    if reference is not None and reference not in table.index:
        yield Fault("reference", f"unknown scenario {reference!r}", remedy=nearest(reference, map(str, table.index)))


def normalised(table: pd.DataFrame, weights: Mapping[str, float]) -> Floats:
    """(criteria,) weights in the order of the table, summing to 1; 0 where none is given."""
    raw = np.array([float(weights.get(name, 0.0)) for name in table.columns])
    return np.asarray(raw / raw.sum())
