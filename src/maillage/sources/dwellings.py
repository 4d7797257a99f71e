"""The planner's table of dwellings to come, or to go: one line a programme and the rentrée it is lived in by."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd

import maillage.sources.schema as schema
from maillage.sources.communes import Communes, at_present
from maillage.sources.layout import Layout, examples, header_of, open_sheet
from maillage.sources.ledger import Ledger
from maillage.sources.tables import normalise

DWELLINGS = Layout(
    "dwellings",
    {
        "name": ("name", "programme", "nom_du_programme", "operation", "nom_de_l_operation"),
        "commune": ("commune", "code_commune", "code_insee", "insee", "code_insee_de_la_commune", "insee_com"),
        "year": ("year", "rentree", "annee_de_livraison", "livraison", "annee"),
        "dwellings": ("dwellings", "logements", "nombre_de_logements", "nb_logements"),
        "kind": ("kind", "type", "type_de_logement", "nature"),
        "demolition": ("demolition", "demolis"),
    },
    optional=frozenset({"kind", "demolition"}),
)

KIND_OF = {
    "": "mixed", "mixed": "mixed", "mixte": "mixed",
    "house": "house", "maison": "house", "maisons": "house", "individuel": "house", "pavillon": "house",
    "flat": "flat", "appartement": "flat", "appartements": "flat", "collectif": "flat",
    "social_flat": "social_flat", "social": "social_flat", "collectif_social": "social_flat", "logement_social": "social_flat",
}  # fmt: skip
"""Kind of dwellings by its normalised spelling."""

COLUMNS = ["name", "commune", "year", "dwellings", "kind", "demolition"]


def read_dwellings(path: Path, *, sheet: str | None = None, columns: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Programmes of dwellings, from the planner's CSV or spreadsheet; several lines of one name are its stages.

    Parameters
    ----------
    path : Path
    sheet : str, optional
        Sheet of a spreadsheet; the first by default.
    columns : mapping, optional
        Our column names to the planner's headers. Ours: ``name``; ``commune`` (INSEE code); ``year`` (rentrée by which the
        dwellings are lived in, or gone); ``dwellings`` (number); optionally ``kind`` (house, flat, social_flat or mixed; also
        maison, appartement, collectif, social, mixte; mixed where empty) and ``demolition`` (yes or no; no where empty).

    Returns
    -------
    DataFrame
        ``name, commune, year, dwellings, kind, demolition``.

    Raises
    ------
    InputError
        Every fault of the file: missing names, codes that are no communes, years and numbers that cannot be read, kinds not
        known, a stage given twice.
    """
    opened = open_sheet(path, [DWELLINGS.mapped(columns)], sheet=sheet)
    spelling = opened.text("kind")
    kind = spelling.map(normalise).map(KIND_OF)
    unknown = kind.isna()
    opened.note(
        "kind", f"not a kind of dwellings: {examples(spelling[unknown])}", unknown, "Use house, flat, social_flat or mixed"
    )
    frame = pd.DataFrame(
        {
            "name": opened.text("name"),
            "commune": opened.codes("commune"),
            "year": opened.rentrees("year"),
            "dwellings": opened.numbers("dwellings"),
            "kind": kind.fillna(""),
            "demolition": opened.flags("demolition"),
        }
    )
    return opened.finish(frame, schema.DWELLINGS)


def join_dwellings(
    table: pd.DataFrame | None, communes: Communes, current: Callable[[str], str], file: str, ledger: Ledger
) -> pd.DataFrame:
    """The programmes that lie in the territory, under the present codes of their communes; a fault names unknown communes.

    Parameters
    ----------
    table : DataFrame or None
        As `read_dwellings` returns; rows of another département are left out, and listed.
    communes : Communes
    current : callable
        From an INSEE code to the commune it is now part of.
    file : str
        Named in faults.
    ledger : Ledger
    """
    if table is None:
        return pd.DataFrame(columns=COLUMNS)
    here = communes.share_departement(table["commune"])
    away = table.loc[~here, "name"] + " (" + table.loc[~here, "commune"] + ")"
    ledger.match("programmes of dwellings in the département", len(table), away, "left out")
    known = at_present(table[here], communes, current, file, header_of(table, "commune"), ledger)
    return known[COLUMNS].reset_index(drop=True)
