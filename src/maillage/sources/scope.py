"""Which of the tables given say anything about the territory: a file of another département is easily taken for one's own."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from maillage.sources.cells import departement_code, departement_of_commune, departement_of_uai
from maillage.sources.ledger import Ledger
from maillage.sources.read import SourceTables

_ABOUT: dict[str, tuple[str, Callable[[str], str]]] = {
    "college_pupils": ("uai", departement_of_uai),
    "ecole_ips": ("commune", departement_of_commune),
    "ecole_pupils": ("uai", departement_of_uai),
    "boarding": ("uai", departement_of_uai),
    "income_communes": ("commune", departement_of_commune),
    "income_iris": ("iris", departement_of_commune),
    "population": ("departement", departement_code),
    "births": ("commune", departement_of_commune),
    "iris_population": ("commune", departement_of_commune),
    "iris": ("commune", departement_of_commune),
    "residents": ("commune", departement_of_commune),
    "grid": ("communes", departement_of_commune),
    "cog": ("commune", departement_of_commune),
}
"""Column of each optional table that tells its départements, and how; those that are required are faults without rows."""


def account_for_scope(tables: SourceTables, code: str, ledger: Ledger) -> None:
    """Note which optional tables have no row of département `code`."""
    given = {name: getattr(tables, name) for name in _ABOUT if getattr(tables, name) is not None}
    silent = [name.replace("_", " ") for name, table in given.items() if not _covers(table, name, code)]
    if given:
        consequence = "read, but nothing in them is about this territory: is it the right file?"
        ledger.match("optional tables with rows of the département", len(given), silent, consequence)


def _covers(table: pd.DataFrame, name: str, code: str) -> bool:
    column, departement = _ABOUT[name]
    return any(departement(str(value)) == code for value in table[column].unique())
