"""Several files of one kind, joined into one table without hiding where they disagree."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from maillage.territory import Match

_ROUNDING = 1e-6
"""Two files give the same number when they differ by less; positions in metres are given to 0.1."""


def join(first: pd.DataFrame, second: pd.DataFrame, key: tuple[str, ...], what: str) -> tuple[pd.DataFrame, Match]:
    """Rows of both; where they agree on the key the first wins, and the second fills in its missing numbers.

    Parameters
    ----------
    first, second : DataFrame
        Tables of one kind.
    key : tuple of str
        Columns that tell rows apart; where several rows share them, all of the first table's are kept.
    what : str
        What the match says of itself.

    Returns
    -------
    DataFrame, Match
        The table, and how far the rows that both have agree: in their UAIs where these are not in the key, else in numbers
        and in public or private.
    """
    names = list(key)
    known = pd.MultiIndex.from_frame(first[names])
    here = pd.MultiIndex.from_frame(second[names]).isin(known)
    differing = np.zeros(len(first), dtype=bool)
    if here.any() and "uai" in first.columns and "uai" not in names:
        differing = _other_uais(first, second[here], names)
    elif here.any() and known.is_unique:
        shared = second[here].set_index(names)
        for column in shared.select_dtypes("float").columns:
            theirs = pd.Series(shared[column].reindex(known).to_numpy(), index=first.index)
            differing |= ((first[column] - theirs).abs() > _ROUNDING).to_numpy()
            first = first.assign(**{column: first[column].fillna(theirs)})
        for column in shared.select_dtypes("bool").columns:
            said = shared[column].reindex(known).to_numpy()
            differing |= pd.notna(said) & (said != first[column].to_numpy())
    joined = pd.concat([first, second[~here]], ignore_index=True)
    total = len(second[here][names].drop_duplicates())
    ids = tuple(dict.fromkeys(" ".join(str(part) for part in row) for row in known[differing]))
    match = Match(what, total - len(ids), total, ids, "the earlier file wins, its missing numbers filled from this one")
    return joined, match


def _other_uais(first: pd.DataFrame, shared: pd.DataFrame, names: list[str]) -> npt.NDArray[np.bool_]:
    """Rows of `first` whose key has other UAIs in `shared`."""
    ours, theirs = (table.groupby(names)["uai"].agg(frozenset) for table in (first, shared))
    differs = theirs != ours.reindex(theirs.index)
    return pd.MultiIndex.from_frame(first[names]).isin(pd.MultiIndex.from_frame(theirs[differs].reset_index()[names]))


def stacked(tables: Sequence[pd.DataFrame], key: list[str]) -> pd.DataFrame | None:
    """Tables of one kind as one, the first winning row by row; None if there is none."""
    joined: pd.DataFrame | None = None
    for table in tables:
        joined = table if joined is None else join(joined, table, tuple(key), "")[0]
    return joined
