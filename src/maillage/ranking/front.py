"""The Pareto front: what no other scenario beats, whatever the weights."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from maillage.ranking.tables import gains, number_faults, refuse, table_faults


def pareto(table: pd.DataFrame, better: Mapping[str, str], tolerance: Mapping[str, float] | None = None) -> pd.DataFrame:
    """Which scenarios no other one dominates.

    A scenario dominates another if it is at least as good on every criterion, and better by more than the tolerance on
    one at least. A tolerance (the uncertainty of a criterion) can so only make the front larger, and it is never empty.

    Parameters
    ----------
    table : DataFrame
        Index scenario, one column a criterion. No missing value.
    better : mapping of str to str
        "lower" or "higher" for every column.
    tolerance : mapping of str to float, optional
        By criterion, in its own unit; 0 where absent.

    Returns
    -------
    DataFrame
        Index scenario; columns ``on_front`` (bool), ``dominated_by`` and ``dominates`` (tuples of scenarios).

    Raises
    ------
    InputError
        Missing values, a scenario listed twice, an unknown direction, a tolerance that is negative or of an unknown
        criterion: every fault at once.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"travel": [10.0, 14.0, 15.0], "mix": [0.3, 0.2, 0.25]}, index=["today", "redrawn", "worse"])
    >>> pareto(table, {"travel": "lower", "mix": "lower"})["on_front"].to_dict()
    {'today': True, 'redrawn': True, 'worse': False}
    """
    slack = dict(tolerance or {})
    refuse(table_faults(table, better), number_faults(table, slack, "tolerance"))
    value = gains(table, better)
    margin = np.array([slack.get(name, 0.0) for name in table.columns])
    beats = np.array([(row >= value).all(axis=1) & (row > value + margin).any(axis=1) for row in value])
    names = table.index.to_numpy()
    return pd.DataFrame(
        {
            "on_front": ~beats.any(axis=0),
            "dominated_by": [tuple(names[column].tolist()) for column in beats.T],
            "dominates": [tuple(names[row].tolist()) for row in beats],
        },
        index=table.index,
    )
