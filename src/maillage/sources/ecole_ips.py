"""Mean IPS of the public écoles of each commune, rentrée by rentrée, so that rentrées can be compared."""

from __future__ import annotations

from collections.abc import Callable, Collection

import pandas as pd

from maillage.territory import ECOLE_GRADES
from maillage.territory.cohorts import IPS_SCALE_FROM

COLUMNS = ["commune", "rentree", "ips", "pupils"]


def ips_by_commune(
    ips: pd.DataFrame | None, pupils: pd.DataFrame | None, communes: Collection[str], current: Callable[[str], str] = str
) -> pd.DataFrame:
    """Pupil-weighted mean IPS of the public écoles of each commune.

    From `IPS_SCALE_FROM` on, only écoles with an IPS in both the first and the last rentrée count, so that a commune's change
    is not that of its list of écoles; an école has one size in all rentrées.

    Parameters
    ----------
    ips : DataFrame or None
        ``uai, rentree, commune, public, pupils, ips``; `pupils` and `ips` NaN where not published.
    pupils : DataFrame or None
        ``uai`` and the five grades, for écoles whose size the first table does not tell.
    communes : collection of str
        INSEE codes of the territory.
    current : callable
        From a commune's code to the one it has today.

    Returns
    -------
    DataFrame
        ``commune, rentree, ips, pupils``. Écoles of unknown size count as the mean one; `pupils` is NaN where none is known.
    """
    if ips is None:
        return pd.DataFrame(columns=COLUMNS)
    rows = ips.assign(commune=ips["commune"].map(current))
    rows = rows[rows["public"] & rows["ips"].notna() & rows["commune"].isin(list(communes))]
    rows = rows[(rows["rentree"] < IPS_SCALE_FROM) | rows["uai"].isin(_lasting(rows))]
    size = rows["uai"].map(_sizes(rows, pupils)).astype(float)
    weight = size.fillna(size.mean()).fillna(1.0).clip(lower=1.0)
    weighted = rows.assign(weight=weight, sum=weight * rows["ips"])
    sums = weighted.groupby(["commune", "rentree"], as_index=False)[["sum", "weight"]].sum()
    known = sums["weight"] if size.notna().any() else float("nan")
    return pd.DataFrame(sums.assign(ips=sums["sum"] / sums["weight"], pupils=known)[COLUMNS])


def _lasting(rows: pd.DataFrame) -> set[str]:
    """Écoles in the first and in the last rentrée of the present scale."""
    recent = rows[rows["rentree"] >= IPS_SCALE_FROM]
    ends = [recent.loc[recent["rentree"] == end, "uai"] for end in (recent["rentree"].min(), recent["rentree"].max())]
    return set(ends[0]) & set(ends[1])


def _sizes(rows: pd.DataFrame, pupils: pd.DataFrame | None) -> pd.Series[float]:
    """UAI to mean pupils over the rentrées that tell them: of the IPS table, else of the écoles' table."""
    own = rows.groupby("uai")["pupils"].mean()
    if pupils is None:
        return own
    total = pupils[list(ECOLE_GRADES)].sum(axis=1, skipna=False)
    return own.combine_first(total.groupby(pupils["uai"]).mean())
