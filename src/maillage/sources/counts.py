"""Births and people by commune, brought to the communes of today: each counted once, whatever codes it was published under."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from maillage.sources.cells import commune_of_arrondissement
from maillage.sources.communes import Communes
from maillage.sources.ledger import Ledger

AHEAD_YEARS = 5
"""Children born in these years before the base rentrée are not yet at école élémentaire then."""


def births_of_today(
    table: pd.DataFrame | None, communes: Communes, current: Callable[[str], str], base: int, ledger: Ledger
) -> pd.DataFrame:
    """Births of the territory's communes: ``commune, year, births``; NaN where every figure of the commune is missing.

    Parameters
    ----------
    table : DataFrame or None
        ``commune, year, births`` and, where several files were joined, ``file``: which one a row comes from.
    communes : Communes
    current : callable
        From an INSEE code to that of the commune it is now part of.
    base : int
        Base rentrée: a table that ends so early that it lacks the births of one of the `AHEAD_YEARS` before it is told.
    ledger : Ledger
    """
    if table is None:
        return pd.DataFrame(columns=["commune", "year", "births"])
    found = of_today(table, "births", ["year"], communes, current, "communes of the births that the contours have", ledger)
    if len(found):
        known = set(found.loc[found["births"].notna(), "year"])
        ahead = range(base - AHEAD_YEARS, base)
        missing = [str(year) for year in ahead if year not in known]
        consequence = "no births for these cohorts: the projection goes by what else is known of them"
        ledger.match("years of birth of the children not yet at école, with births", AHEAD_YEARS, missing, consequence)
    return found


def census_of_today(
    table: pd.DataFrame | None, communes: Communes, current: Callable[[str], str], ledger: Ledger
) -> pd.DataFrame:
    """People of the territory's communes by single year of age: ``commune, year, age, population``; as `births_of_today`."""
    if table is None:
        return pd.DataFrame(columns=["commune", "year", "age", "population"])
    what = "communes of the census that the contours have"
    return of_today(table, "population", ["year", "age"], communes, current, what, ledger)


def of_today(
    table: pd.DataFrame,
    value: str,
    by: Sequence[str],
    communes: Communes,
    current: Callable[[str], str],
    what: str,
    ledger: Ledger,
) -> pd.DataFrame:
    """Sums of `value` by present commune and `by`.

    A commune that has merged adds to the one it is now part of; so a commune that files know under an old code up to some
    year and under the new one after it has no hole. Where one file gives a year under the new code and another one the same
    year under the old ones, the first file counts alone. Arrondissements of Paris, Lyon and Marseille are added up to their
    commune for what it does not give itself. Codes that the contours do not have are left out, and told as `what`.

    Returns
    -------
    DataFrame
        ``commune, *by, value``, sorted; NaN where every figure added is missing.
    """
    rows = table[communes.share_departement(table["commune"])]
    known = frozenset(communes.code.tolist())
    places = {code: _present(code, known, current) for code in rows["commune"].unique()}
    ledger.match(what, len(places), [code for code, now in places.items() if not now], "left out")
    now = rows["commune"].map(places)
    district = now == rows["commune"].map(commune_of_arrondissement)
    district &= now != rows["commune"]
    file = rows["file"] if "file" in rows.columns else 0
    rank = 2 * file + district.astype(int)
    # A figure that is missing stands back behind any that is there.
    rows = rows.assign(commune=now, rank=rank.where(rows[value].notna(), np.inf))[now != ""]
    key = ["commune", *by]
    first = rows["rank"] == rows.groupby(key)["rank"].transform("min")
    return pd.DataFrame(rows[first].groupby(key, as_index=False, sort=True)[[value]].sum(min_count=1))


def _present(code: str, known: frozenset[str], current: Callable[[str], str]) -> str:
    """The commune of the contours that a code is now part of; empty if there is none."""
    return next((now for now in (current(code), commune_of_arrondissement(code)) if now in known), "")
