"""How far the first place depends on what cannot be known: the same ranking in many possible worlds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from maillage.errors import Fault
from maillage.ranking.robustness import shares_of_places
from maillage.ranking.tables import normalised, position_of, refuse, table_faults, weight_faults
from maillage.ranking.weighted import Scaling, scale, scaling_faults


def acceptability(
    tables: Sequence[pd.DataFrame],
    better: Mapping[str, str],
    weights: Mapping[str, float],
    reference: str | None = None,
    scaling: Scaling = "range",
) -> pd.DataFrame:
    """How often each scenario takes each place over tables of the same scenarios, one a possible world.

    Each table is scaled by itself, as `rank` would: in every world the scenarios are compared with each other.

    Parameters
    ----------
    tables : sequence of DataFrame
        At least one; index scenario and columns alike in all.
    better, weights, reference, scaling
        As for `rank`.

    Returns
    -------
    DataFrame
        Index scenario. Columns ``first`` and ``first_two`` (share of the tables in which the scenario is first, or among the
        first two), ``mean_rank``, ``rank_1`` ... ``rank_n``, and ``beats_reference`` (its score is higher; only with a
        reference). Tied scenarios share the better rank, so that shares of first places can sum to more than 1.

    Raises
    ------
    InputError
        No table, or tables of other scenarios or criteria; else as `rank`.

    References
    ----------
    R. Lahdelma, P. Salminen, "SMAA-2: Stochastic multicriteria acceptability analysis for group decision making", 2001.
    doi:10.1287/opre.49.3.444.11220. Here the criteria are uncertain and the weights are not.

    Examples
    --------
    >>> import pandas as pd
    >>> worlds = [pd.DataFrame({"travel": minutes}, index=["today", "redrawn"]) for minutes in ([10, 14], [12, 11], [12, 12])]
    >>> acceptability(worlds, {"travel": "lower"}, {"travel": 1})["first"].round(2).to_dict()
    {'today': 0.67, 'redrawn': 0.67}
    """
    if not tables or any(not _alike(table, tables[0]) for table in tables):
        what = "are not of the same scenarios and criteria" if tables else "there are none"
        refuse(iter([Fault("acceptability", what, "tables", remedy="Give one table or more, alike but for their figures")]))
    refuse(*(table_faults(table, better) for table in tables))
    refuse(weight_faults(tables[0], weights), scaling_faults(tables[0], reference, scaling))
    used = normalised(tables[0], weights)
    scores = np.stack([scale(table, better, reference, scaling) @ used for table in tables])
    position = None if reference is None else position_of(tables[0], reference)
    return shares_of_places(scores, position).set_index(tables[0].index)


def _alike(table: pd.DataFrame, other: pd.DataFrame) -> bool:
    return table.index.equals(other.index) and table.columns.equals(other.columns)
