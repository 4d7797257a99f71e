"""Pupils of collèges by grade, SEGPA and ULIS among them, as the ministry of education publishes them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

import maillage.sources.schema as schema
from maillage.sources.education import COMMUNE_NAME, RENTREE, SECTOR
from maillage.sources.layout import Layout, Sheet, open_sheet
from maillage.territory import COLLEGE_COLUMNS, SPECIAL_KINDS


def _grade_names(grade: int) -> tuple[str, ...]:
    return (f"{grade}eme_total", f"nombre_total_de_{grade}emes", f"nombre_de_{grade}emes_total", f"{grade}emes_total")


def _special_names(kind: str, column: str) -> tuple[str, ...]:
    grade = column[1]
    return (f"{grade}eme_{kind}", f"nombre_de_{grade}emes_{kind}", f"{grade}emes_{kind}")


SPECIAL_GRADES = {f"{kind}_{column}": (kind, column) for kind in SPECIAL_KINDS for column in COLLEGE_COLUMNS}
"""Columns of SEGPA and ULIS pupils by grade, ``segpa_p6e`` to ``ulis_p3e``: the kind and the grade of each."""

COLLEGE_PUPILS = Layout(
    "fr-en-college-effectifs-niveau-sexe-lv",
    {
        "uai": ("numero_college", "numero_du_college", "uai"),
        "rentree": RENTREE,
        "denomination": ("denomination_principale",),
        "patronym": ("patronyme",),
        "commune_name": ("commune", "nom_commune", "libelle_commune"),
        "commune": ("code_commune",),
        "public": SECTOR,
        "rep": ("rep",),
        # The export of 2024 calls REP+ "rep0".
        "rep_plus": ("rep_plus", "rep0", "rep__2"),
        # The label of the total goes on with a whole sentence on what is counted.
        "pupils": ("nombre_eleves_total", "nombre_d_eleves_total", "nombre_d_eleves_total_nombre_d_eleves_dans_les_.*"),
        "p6e": _grade_names(6),
        "p5e": _grade_names(5),
        "p4e": _grade_names(4),
        "p3e": _grade_names(3),
        "segpa": ("nombre_eleves_segpa", "nombre_d_eleves_total_segpa", "nombre_eleves_total_segpa"),
        "ulis": ("nombre_eleves_ulis", "nombre_d_eleves_total_ulis", "nombre_eleves_total_ulis"),
        **{name: _special_names(*special) for name, special in SPECIAL_GRADES.items()},
    },
    optional=frozenset(
        {"denomination", "patronym", "commune_name", "commune", "rep", "rep_plus", *SPECIAL_KINDS, *SPECIAL_GRADES}
    ),
)

SECOND_DEGRE = Layout(
    "fr-en-effectifs-second-degre",
    {
        "uai": ("numero_d_etablissement", "numero_etablissement"),
        "rentree": RENTREE,
        "denomination": ("nom_etablissement",),
        "kind": ("type_d_etablissement", "type_etablissement"),
        "public": SECTOR,
        "pupils": ("nombre_d_eleves", "nombre_eleves"),
        "commune_name": COMMUNE_NAME,
    },
    optional=frozenset({"denomination", "commune_name"}),
)


def read_college_pupils(path: Path) -> pd.DataFrame:
    """Pupils of collèges by grade, or their totals.

    Reads ``fr-en-college-effectifs-niveau-sexe-lv`` in its three header generations (technical names, long labels, 2024
    and later) and ``fr-en-effectifs-second-degre``, whose collège totals serve as history.

    Returns
    -------
    DataFrame
        One row a collège and rentrée: ``uai, rentree, name, commune_name, commune, public, priority, pupils, p6e, p5e,
        p4e, p3e, segpa, ulis, segpa_p6e, ..., ulis_p3e, college``. `priority` is ``""``, ``"REP"`` or ``"REP+"``; `commune`
        is empty where the file only has a name; grades include SEGPA and ULIS and are NaN where the file only has totals,
        as are those of SEGPA and ULIS since 2024. `college` is False for a lycée or an EREA with some pupils of these
        grades: what its name does not call a collège.

    Raises
    ------
    InputError
        Every fault of the file.
    """
    sheet = open_sheet(path, [COLLEGE_PUPILS, SECOND_DEGRE])
    if sheet.layout is SECOND_DEGRE:
        sheet.keep(sheet.codes("kind").str.startswith("COLLEGE"), "a collège")
    name = (sheet.text("denomination") + " " + sheet.text("patronym")).str.strip()
    numbers = {c: sheet.numbers(c) for c in ("pupils", *COLLEGE_COLUMNS, *SPECIAL_KINDS, *SPECIAL_GRADES)}
    frame = pd.DataFrame(
        {
            "uai": sheet.codes("uai"),
            "rentree": sheet.rentrees(),
            "name": name,
            "commune_name": sheet.text("commune_name"),
            "commune": sheet.codes("commune"),
            "public": sheet.public(),
            "priority": _priority(sheet),
            **numbers,
            "college": _is_college(sheet),
        }
    )
    return sheet.finish(frame, schema.COLLEGE_PUPILS)


def _is_college(sheet: Sheet) -> pd.Series[bool]:
    """Whether each row is of a collège, by its name; the rows kept of the other dataset all are, and so is what has no name."""
    if sheet.layout is SECOND_DEGRE or not sheet.has("denomination"):
        return pd.Series(True, index=sheet.rows.index)
    name = sheet.text("denomination").str.upper().str.replace("È", "E", regex=False)
    return name.str.startswith("COLLEGE") | (name == "")


def _priority(sheet: Sheet) -> pd.Series[str]:
    rep, rep_plus = sheet.flags("rep"), sheet.flags("rep_plus")
    label = np.where(rep_plus, "REP+", np.where(rep, "REP", ""))
    return pd.Series(label, index=sheet.rows.index, dtype=str)
