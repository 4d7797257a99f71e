"""The weighted sum of scaled criteria."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, get_args

import numpy as np
import pandas as pd

from maillage.arrays import Floats, Ints
from maillage.errors import Fault, nearest
from maillage.ranking.tables import gains, normalised, position_of, reference_faults, refuse, table_faults, weight_faults

Scaling = Literal["range", "reference"]

TIE = 1e-9
"""Scores nearer than this are a tie."""

WEIGHT_PROFILES: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        "balanced": {"mix": 30, "access": 30, "capacity": 10, "canteen": 10, "sites": 10, "stability": 10},
        "mix": {"mix": 60, "access": 15, "capacity": 5, "canteen": 5, "sites": 5, "stability": 10},
        "access": {"mix": 15, "access": 60, "capacity": 5, "canteen": 5, "sites": 5, "stability": 10},
        "canteen": {"mix": 10, "access": 15, "capacity": 20, "canteen": 40, "sites": 5, "stability": 10},
        "stability": {"mix": 15, "access": 15, "capacity": 5, "canteen": 5, "sites": 5, "stability": 55},
    }
)
"""Weights to start a discussion from, each profile summing to 100. Weights are a political choice, never a finding."""


@dataclass(frozen=True, eq=False)
class Ranking:
    """Scenarios by weighted score.

    Attributes
    ----------
    scores : DataFrame
        Index scenario, in the order of the table; columns ``score``, ``rank`` (1 = best; ties share the better rank),
        ``gain`` (score minus that of the reference; only with one) and ``scaled_<criterion>``.
    weights : mapping of str to float
        As used: one for each criterion, summing to 1.
    better : mapping of str to str
    scaling : str
    reference : str or None
    """

    scores: pd.DataFrame
    weights: Mapping[str, float]
    better: Mapping[str, str]
    scaling: Scaling
    reference: str | None

    @property
    def first(self) -> tuple[str, ...]:
        """The scenario in first place, or those that share it."""
        return tuple(str(name) for name in self.scores.index[self.scores["rank"] == 1])

    def to_pandas(self) -> pd.DataFrame:
        """Columns ``rank, scenario, score``, then the others of `scores`; best first."""
        table = self.scores.rename_axis("scenario").reset_index().sort_values("rank", kind="stable", ignore_index=True)
        return table[["rank", *table.columns.drop("rank")]]


def rank(
    table: pd.DataFrame,
    better: Mapping[str, str],
    weights: Mapping[str, float],
    reference: str | None = None,
    scaling: Scaling = "range",
) -> Ranking:
    """Rank scenarios by the weighted sum of scaled criteria.

    - ``scaling="range"``: 0 is the worst value of the table and 1 the best; 1 for all where all are equal. Scores lie in
      [0, 1]. They depend on which scenarios are compared: adding one that is extreme changes the scale of its criteria.
    - ``scaling="reference"``: 0 is the reference scenario, positive is better than it; divided by the largest change, in
      either direction, of any scenario. Scores lie in [-1, 1]; 0 for all where none differs from the reference.

    Either way a criterion may be shifted or stretched (minutes or hours) without any effect.

    Parameters
    ----------
    table : DataFrame
        Index scenario, one column a criterion. No missing value.
    better : mapping of str to str
        "lower" or "higher" for every column.
    weights : mapping of str to float
        Divided by their sum; criteria without a weight do not count.
    reference : str, optional
        A scenario of the table; needed by ``scaling="reference"``. Adds the column ``gain``.
    scaling : str

    Returns
    -------
    Ranking

    Raises
    ------
    InputError
        Every fault at once: missing values, a scenario listed twice, unknown criteria (with the nearest right one), weights
        that are negative, infinite or all zero, an unknown direction, reference or scaling.

    References
    ----------
    P. C. Fishburn, "Additive utilities with incomplete product sets", 1967. doi:10.1287/opre.15.3.537

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"travel": [10.0, 14.0], "mix": [0.3, 0.2]}, index=["today", "redrawn"])
    >>> rank(table, {"travel": "lower", "mix": "lower"}, {"travel": 1, "mix": 3}).to_pandas()[["rank", "scenario", "score"]]
       rank scenario  score
    0     1  redrawn   0.75
    1     2    today   0.25
    """
    refuse(table_faults(table, better), weight_faults(table, weights), scaling_faults(table, reference, scaling))
    scaled = scale(table, better, reference, scaling)
    used = normalised(table, weights)
    score = scaled @ used
    scores = pd.DataFrame({"score": score, "rank": ranks(score[None, :])[0]}, index=table.index)
    if reference is not None:
        scores["gain"] = score - score[position_of(table, reference)]
    for column, name in enumerate(table.columns):
        scores[f"scaled_{name}"] = scaled[:, column]
    named = dict(zip(map(str, table.columns), used.tolist(), strict=True))
    return Ranking(scores, MappingProxyType(named), MappingProxyType(dict(better)), scaling, reference)


def scale(table: pd.DataFrame, better: Mapping[str, str], reference: str | None, scaling: Scaling) -> Floats:
    """(scenarios, criteria) scaled values, more is better; see `rank`."""
    value = gains(table, better)
    if scaling == "reference" and reference is not None:
        change = value - value[position_of(table, reference)]
        widest = np.abs(change).max(axis=0)
        return np.asarray(np.divide(change, widest, out=np.zeros_like(change), where=widest > 0))
    worst, best = value.min(axis=0), value.max(axis=0)
    return np.asarray(np.divide(value - worst, best - worst, out=np.ones_like(value), where=best > worst))


def ranks(scores: Floats) -> Ints:
    """(draws, scenarios) places, 1 = highest score: one more than the number of scenarios that are clearly better."""
    ordered = np.sort(scores, axis=1)
    places = [len(row) - np.searchsorted(row, own + TIE, side="right") for row, own in zip(ordered, scores, strict=True)]
    return np.array(places, dtype=np.int32) + np.int32(1)


def scaling_faults(table: pd.DataFrame, reference: str | None, scaling: str) -> Iterator[Fault]:
    """An unknown reference or scaling, or a scaling that lacks its reference."""
    yield from reference_faults(table, reference)
    if remedy := nearest(scaling, get_args(Scaling)):
        yield Fault("scaling", f"unknown scaling {scaling!r}", remedy=remedy)
    if scaling == "reference" and reference is None:
        yield Fault("scaling", "scaling='reference' needs a reference", remedy="Name the scenario to compare with")
