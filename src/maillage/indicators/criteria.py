"""From indicators by rentrée to one table of criteria for the ranking."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np
import pandas as pd

from maillage.errors import Fault, InputError, nearest


@dataclass(frozen=True)
class Criterion:
    """One criterion of a ranking: an indicator, averaged over the rentrées of the study.

    Attributes
    ----------
    indicator : str
    better : str
        "lower" or "higher"; stated here because an indicator may be neutral in itself (fewer open collèges cost less).
    """

    indicator: str
    better: Literal["lower", "higher"] = "lower"


DEFAULT_CRITERIA: Mapping[str, Criterion] = MappingProxyType(
    {
        "mix": Criterion("dissimilarity"),
        "access": Criterion("travel_mean_all_min"),
        "capacity": Criterion("pupils_above_capacity"),
        "canteen": Criterion("lunches_beyond_places"),
        "sites": Criterion("open_colleges"),
        "stability": Criterion("moved_share"),
    }
)
"""Criteria of the default ranking; "sites" stands for running costs."""


def criteria_table(
    indicators: pd.DataFrame, start: int, until: int, criteria: Mapping[str, Criterion] = DEFAULT_CRITERIA
) -> tuple[pd.DataFrame, dict[str, str]]:
    """One row a scenario, one column a criterion: the mean of its indicator over the rentrées `start` to `until`.

    A criterion that is unknown for every scenario (no canteen seats given, say) is left out: compare the columns with
    `criteria` to say so. One that is unknown for some scenarios only stays, as NaN, and the ranking refuses it.

    Parameters
    ----------
    indicators : DataFrame
        Columns ``scenario, indicator, rentree, value``, as `evaluate` gives them for each scenario.
    start, until : int
        First and last rentrée counted, both included.
    criteria : mapping of str to Criterion

    Returns
    -------
    table : DataFrame
        Index scenario, in order of appearance.
    better : dict of str to str
        "lower" or "higher" for each column.

    Raises
    ------
    InputError
        An unknown indicator, or no rentrée between `start` and `until`.
    """
    faults = [
        Fault("criteria", f"criterion {name!r} uses an unknown indicator", rows=(item.indicator,), remedy=remedy)
        for name, item in criteria.items()
        if (remedy := nearest(item.indicator, set(indicators["indicator"])))
    ]
    counted = indicators[indicators["rentree"].between(start, until)]
    if counted.empty:
        faults.append(Fault("indicators", f"no rentrée from {start} to {until}", "rentree"))
    if faults:
        raise InputError(faults)
    years = counted.pivot(index="scenario", columns=["indicator", "rentree"], values="value")
    years = years.reindex(pd.unique(indicators["scenario"]))
    # numpy's mean keeps NaN: a criterion known in some rentrées only is not known.
    values = {name: np.mean(years[item.indicator].to_numpy(dtype=float), axis=1) for name, item in criteria.items()}
    table = pd.DataFrame(values, index=pd.Index(years.index, name="scenario")).dropna(axis="columns", how="all")
    return table, {name: criteria[name].better for name in table.columns}
