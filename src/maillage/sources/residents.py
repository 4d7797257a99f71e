"""The planner's table of pupils by commune of residence, drawn from ONDE (écoles) or BEE (collèges) and counted first.

Pupils one by one are personal data of minors: a table that seems to hold any is refused before a row of it is read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

import maillage.sources.cells as cells
import maillage.sources.schema as schema
from maillage.arrays import Floats, Strings
from maillage.errors import Fault, InputError
from maillage.sources.communes import Communes, at_present
from maillage.sources.grades import OTHER, grade_of
from maillage.sources.layout import Layout, Sheet, examples, header_of
from maillage.sources.ledger import Ledger, told_pupils
from maillage.sources.tables import normalise, read_table
from maillage.territory import ECOLE_GRADES, GRADES

RESIDENTS = Layout(
    "residents",
    {
        "commune": (
            "code_insee", "code_insee_de_residence", "code_insee_residence", "code_commune", "code_commune_de_residence",
            "code_commune_residence", "insee", "commune_de_residence", "commune_residence", "commune",
        ),
        "rentree": ("rentree", "rentree_scolaire", "annee_scolaire", "annee"),
        "grade": ("grade", "niveau", "niveau_scolaire", "niveau_de_scolarite"),
        "sector": ("sector", "secteur", "public", "secteur_d_enseignement", "secteur_public_prive", "statut_public_prive"),
        "uai": ("uai", "code_uai", "uai_etablissement", "uai_de_l_etablissement", "uai_ecole", "rne", "code_rne", "numero_uai"),
        "pupils": ("pupils", "effectif", "effectifs", "eleves", "nombre_d_eleves", "nombre_eleves", "nb_eleves"),
    },
    optional=frozenset({"sector", "uai"}),
)  # fmt: skip

_PERSONAL = re.compile(
    r"(ine|.*_ine|ine_.*|identifiant_(national|eleve|de_l_eleve).*|id_national|elenoet|(numero|num|no|id)_(d_)?eleve|eleve|numen"
    r"|nom|(lib_)?noms?_(de_famille|(de_)?naissance|d?_?usage|eleves?|de_l_eleve|usuel|et_prenoms?|resp.*)|lib_nom"
    r"|prenoms?_?\d*(_.*)?|first_?name|last_?name|surname|birth.*|d_?naiss.*"
    r"|(date|lieu|ville|commune|pays)_(de_)?naiss.*|ne_e?_?le|rue|voie|ligne\d?_?adresse.*"
    r"|adresses?(?!.*(ecole|etablissement|college)).*|tel|tel_.*|telephone.*|courriel.*|e?_?mail.*|resp_.*|responsable.*"
    r"|representant.*)(__\d+)?"
)
"""Headers of what belongs to one pupil."""

_SECRET = re.compile(r"<\s*\d+|moins de \d+|\*+|c|secret", re.IGNORECASE)
"""Cells withheld because they are small, besides the usual markers (`cells.MISSING`)."""

_YES_PUBLIC = dict.fromkeys(("oui", "o", "1", "true", "vrai"), "public")
_NO_PUBLIC = dict.fromkeys(("non", "n", "0", "false", "faux"), "prive")


def read_residents(path: Path, *, sheet: str | None = None, columns: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Pupils by commune of residence, grade and rentrée, from the planner's CSV or spreadsheet.

    Parameters
    ----------
    path : Path
    sheet : str, optional
        Sheet of a spreadsheet; the first by default.
    columns : mapping, optional
        Our column names to the planner's headers. Ours: ``commune`` (INSEE code), ``rentree``, ``grade``, ``pupils``;
        optionally ``sector`` (public or privé; all public without it) and ``uai`` (the school attended).

    Returns
    -------
    DataFrame
        ``commune, rentree, grade, written, public, uai, pupils``, one row a line of the file. `grade` is one of
        `ECOLE_GRADES` or `GRADES`, SEGPA and ULIS counted in theirs, or "" for the other levels of school, of which `written`
        keeps the spelling; `pupils` is NaN where secret or empty.

    Raises
    ------
    InputError
        Columns about single pupils, alone; else every fault of the file: an unknown grade, a negative number, a row given
        twice, a rentrée missing between two others.
    """
    layout = RESIDENTS.mapped(columns)

    def wanted(names: tuple[str, ...]) -> Sequence[int]:
        _refuse_personal(path, names)
        return sorted(set(layout.find(names).values())) or list(range(len(names)))

    opened = Sheet(read_table(path, sheet=sheet, wanted=wanted), layout)
    grade, part = _grades(opened)
    public = _sectors(opened)
    frame = pd.DataFrame(
        {
            "commune": opened.codes("commune"),
            "rentree": opened.rentrees(),
            "grade": grade,
            "written": opened.text("grade"),
            "public": public,
            "uai": opened.codes("uai"),
            "pupils": _pupils(opened),
        }
    )
    _note_gaps(opened, frame)
    table = opened.finish(frame.assign(rest=_rest(opened, frame, part)), schema.RESIDENTS)
    return table.drop(columns="rest")


def join_residents(
    table: pd.DataFrame | None, communes: Communes, current: Callable[[str], str], file: str, ledger: Ledger
) -> pd.DataFrame:
    """Residents of the territory by present commune: ``commune, rentree, grade, public, pupils``, summed over schools.

    A number is NaN where every school's is secret; where some are, the others are summed and the rest is told. Pupils who
    live in another département are named by commune and left out; an unknown commune of this one is a fault.

    Parameters
    ----------
    table : DataFrame or None
        As `read_residents`.
    communes : Communes
    current : callable
        From an INSEE code to the commune it is now part of.
    file : str
        Named in faults.
    ledger : Ledger
    """
    keys = ["commune", "rentree", "grade", "public"]
    if table is None:
        return pd.DataFrame(columns=[*keys, "pupils"])
    others = table.loc[table["grade"] == "", "written"].unique()
    what = "levels of the table of residents that are CP to CM2 or 6e to 3e"
    ledger.match(what, table["written"].nunique(), others, "not projected: left out with their pupils")
    rows = table[table["grade"] != ""]
    here = communes.share_departement(rows["commune"])
    consequence = "live in another département: not counted among the territory's"
    what = "communes of the table of residents in the département"
    ledger.match(what, rows["commune"].nunique(), _outside(rows[~here]), consequence)
    rows = at_present(rows[here], communes, current, file, header_of(table, "commune"), ledger)
    _account_for_secret(rows, ledger)
    return pd.DataFrame(rows.groupby(keys, as_index=False)["pupils"].sum(min_count=1))


def public_ecoliers(residents: pd.DataFrame, rentree: int, communes: Strings) -> Floats | None:
    """(C, 5) public école pupils by commune of residence and grade, NaN where secret; None where the table has none."""
    asked = residents["grade"].isin(ECOLE_GRADES) & (residents["rentree"] == rentree)
    rows = residents[asked & residents["public"].astype(bool)]
    if not (rows["pupils"] > 0).any():
        return None
    # A pair that the table does not list has no pupil; -1 keeps those apart that it lists without a number.
    listed = rows.fillna({"pupils": -1.0}).pivot(index="commune", columns="grade", values="pupils")
    values = listed.reindex(index=communes, columns=list(ECOLE_GRADES)).fillna(0.0).to_numpy(dtype=np.float64)
    return np.where(values < 0, np.nan, values)


def _refuse_personal(path: Path, names: Sequence[str]) -> None:
    personal = tuple(name for name in names if _PERSONAL.fullmatch(name))
    if personal:
        remedy = (
            "Count the pupils by commune, rentrée, grade and sector first, and give that table alone: what names or locates a "
            "single pupil must not leave the information system it was drawn from (RGPD). The name of a commune is nom_commune"
        )
        raise InputError([Fault(str(path), "seems to hold pupils one by one: columns", rows=personal, remedy=remedy)])


def _grades(opened: Sheet) -> tuple[pd.Series[str], pd.Series[str]]:
    """Grade of each row ("" for a level that is not ours) and the part of it that the row is about (SEGPA, ...)."""
    text = opened.text("grade")
    spelling = {written: grade_of(written) for written in text.unique()}
    unknown = text.map(lambda written: spelling[written] is None)
    if opened.has("grade"):
        remedy = "Write CP to CM2 or 6e to 3e, one grade a row, and leave out lines of totals"
        opened.note("grade", f"unknown grade: {examples(text[unknown])}", unknown, remedy)
    known = text.map(lambda written: spelling[written] or ("", ""))
    return known.str[0].replace(OTHER, ""), known.str[1]


def _sectors(opened: Sheet) -> pd.Series[bool]:
    """True for public, and where the file has no such column; a column called "public" may also say yes or no."""
    text = opened.text("sector")
    if not opened.has("sector"):
        return pd.Series(True, index=text.index)
    if normalise(opened.header("sector")) == "public":
        text = text.str.lower().replace({**_YES_PUBLIC, **_NO_PUBLIC})
    values, bad = cells.to_public(text)
    opened.note("sector", f"neither public nor private: {examples(text[bad])}", bad, "Write public or privé")
    return values


def _pupils(opened: Sheet) -> pd.Series[float]:
    text = opened.text("pupils")
    secret = text.map(lambda cell: _SECRET.fullmatch(cell) is not None).astype(bool)
    values, bad = cells.to_numbers(text.where(~secret, ""))
    if opened.has("pupils"):
        remedy = "Correct the cell, or leave it empty if it is secret"
        opened.note("pupils", f"not a number: {examples(text[bad])}", bad, remedy)
    return values


def _rest(opened: Sheet, frame: pd.DataFrame, part: pd.Series[str]) -> pd.Series[str]:
    """What names a row within its commune; the line itself where a cell of it could not be read."""
    sector = frame["public"].map({True: "public", False: "private"})
    level = frame["grade"].where(frame["grade"] != "", frame["written"].map(normalise))
    names = frame["rentree"].astype(str) + " " + level + " " + part + " " + sector + " " + frame["uai"]
    names = names.str.split().str.join(" ")
    unread = set().union(*(opened.told(column) for column in ("rentree", "grade", "sector")))
    lines = pd.Series([f"line {line}" for line in frame.index], index=frame.index)
    return names.where(~frame.index.isin(list(unread)), lines)


def _note_gaps(opened: Sheet, frame: pd.DataFrame) -> None:
    """A rentrée without any row between two others, écoles and collèges apart, is a fault of the extract."""
    for schools, grades in (("écoles", ECOLE_GRADES), ("collèges", GRADES)):
        years = sorted(set(frame.loc[frame["grade"].isin(grades) & (frame["rentree"] > 0), "rentree"].tolist()))
        gaps = tuple(str(year) for year in range(years[0], years[-1]) if year not in years) if years else ()
        if gaps:
            message = f"rentrées missing between {years[0]} and {years[-1]} for the grades of {schools}"
            remedy = "Add them, or leave out the rentrées before them"
            opened.faults.append(Fault(opened.file, message, opened.header("rentree"), gaps, remedy))


def _outside(rows: pd.DataFrame) -> list[str]:
    """Communes with their pupils in the last rentrée that they are listed in."""
    sums = rows.groupby(["commune", "rentree"])["pupils"].sum(min_count=1).reset_index()
    last = sums.drop_duplicates("commune", keep="last")
    return [f"{commune} ({told_pupils(count)})" for commune, count in zip(last["commune"], last["pupils"], strict=True)]


def _account_for_secret(rows: pd.DataFrame, ledger: Ledger) -> None:
    secret = rows[rows["pupils"].isna()]
    sector = secret["public"].map({True: "public", False: "private"})
    named = secret["commune"] + " " + secret["rentree"].astype(str) + " " + secret["written"] + " " + sector
    named = (named + " " + secret["uai"]).str.strip()
    consequence = "secret or empty: missing, not zero; where other schools have a number, these are summed"
    ledger.match("rows of the table of residents with a number", len(rows), named, consequence)
