"""Tables of the ministry of education on collèges and écoles: IPS, pupils by grade, mode d'hébergement.

Published on data.education.gouv.fr, either with technical column names or with labels; each dataset has changed its
header over the years, and each reader here accepts all of them. All départements of a file are read.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

import maillage.sources.schema as schema
from maillage.errors import Fault
from maillage.sources.layout import Layout, Sheet, open_sheet
from maillage.territory import ECOLE_GRADES

_RENTREE = ("rentree_scolaire", "annee_scolaire", "rentree", "annee")
_SECTOR = ("secteur", "secteur_d_enseignement", "secteur_public_prive", "statut_public_prive")
_COMMUNE_NAME = ("nom_de_la_commune", "nom_commune", "commune", "libelle_commune", "localite_acheminement")
_COMMUNE = ("code_insee_de_la_commune", "code_insee", "code_commune_insee")
# The column has been published with a spelling mistake since 2022.
_NAME = ("nom_de_l_etablissment", "nom_de_l_etablissement", "nom_etablissement", "denomination_et_patronyme")

COLLEGE_IPS = Layout(
    "fr-en-ips-colleges",
    {
        "uai": ("uai", "numero_uai"),
        "rentree": _RENTREE,
        "name": _NAME,
        "commune": _COMMUNE,
        "commune_name": _COMMUNE_NAME,
        "public": _SECTOR,
        "ips": ("ips",),
        "ips_sd": ("ecart_type_de_l_ips", "ecart_type_ips"),
        "pupils": ("effectifs", "effectif"),
    },
    optional=frozenset({"pupils", "commune_name"}),
)

ECOLE_IPS = Layout(
    "fr-en-ips-ecoles",
    {name: COLLEGE_IPS.columns[name] for name in ("uai", "rentree", "commune", "public", "ips", "pupils", "ips_sd")},
    optional=frozenset({"pupils", "ips_sd"}),
)


def _grade_names(grade: int) -> tuple[str, ...]:
    return (f"{grade}eme_total", f"nombre_total_de_{grade}emes", f"nombre_de_{grade}emes_total", f"{grade}emes_total")


COLLEGE_PUPILS = Layout(
    "fr-en-college-effectifs-niveau-sexe-lv",
    {
        "uai": ("numero_college", "numero_du_college", "uai"),
        "rentree": _RENTREE,
        "denomination": ("denomination_principale",),
        "patronym": ("patronyme",),
        "commune_name": ("commune", "nom_commune", "libelle_commune"),
        "commune": ("code_commune",),
        "public": _SECTOR,
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
    },
    optional=frozenset({"denomination", "patronym", "commune_name", "commune", "rep", "rep_plus", "segpa", "ulis"}),
)

SECOND_DEGRE = Layout(
    "fr-en-effectifs-second-degre",
    {
        "uai": ("numero_d_etablissement", "numero_etablissement"),
        "rentree": _RENTREE,
        "denomination": ("nom_etablissement",),
        "kind": ("type_d_etablissement", "type_etablissement"),
        "public": _SECTOR,
        "pupils": ("nombre_d_eleves", "nombre_eleves"),
        "commune_name": _COMMUNE_NAME,
    },
    optional=frozenset({"denomination", "commune_name"}),
)

ECOLE_PUPILS = Layout(
    "fr-en-ecoles-effectifs-nb_classes",
    {
        "uai": ("numero_ecole", "numero_de_l_ecole"),
        "rentree": _RENTREE,
        "commune_name": ("commune",),
        "public": _SECTOR,
        **{
            grade: (f"nombre_eleves_{grade}_hors_ulis", f"nombre_d_eleves_en_{grade}_hors_ulis", f"nombre_eleves_{grade}")
            for grade in ECOLE_GRADES
        },
    },
)

BOARDING = Layout(
    "fr-en-mode-hebergement-eleves-etablissements-2d",
    {
        "uai": ("uai", "numero_uai", "numero_d_etablissement"),
        "rentree": ("rentree", "rentree_scolaire"),
        "pupils": (
            "nombre_d_eleves_dans_une_formation_du_second_degre",
            "nombre_d_eleves_dans_une_formation_du_2nd_degre",
            "nombre_d_eleves_2d",
        ),
        "demi_pensionnaires": (
            "nombre_d_eleves_2d_demi_pensionnaires",
            "nombre_d_eleves_du_second_degre_demi_pensionnaires",
            "nombre_d_eleves_demi_pensionnaires",
        ),
        "internes": (
            "nombre_d_eleves_2d_internes",
            "nombre_d_eleves_du_second_degre_internes",
            "nombre_d_eleves_internes",
        ),
    },
    optional=frozenset({"internes"}),
)


def read_college_ips(path: Path) -> pd.DataFrame:
    """IPS of collèges (``fr-en-ips-colleges-ap2022`` and ``-ap2023``).

    Returns
    -------
    DataFrame
        One row a collège and rentrée: ``uai, rentree, name, commune, commune_name, public, pupils, ips, ips_sd``.
        `ips` and `ips_sd` are NaN where secret (``NS``); `pupils` is NaN throughout in ap2023, which has no such column.

    Raises
    ------
    InputError
        Every fault of the file.
    """
    sheet = open_sheet(path, [COLLEGE_IPS])
    frame = pd.DataFrame(
        {
            "uai": sheet.codes("uai"),
            "rentree": sheet.rentrees(),
            "name": sheet.text("name"),
            "commune": sheet.codes("commune"),
            "commune_name": sheet.text("commune_name"),
            "public": sheet.public(),
            "pupils": sheet.numbers("pupils"),
            "ips": sheet.numbers("ips"),
            "ips_sd": sheet.numbers("ips_sd"),
        }
    )
    return sheet.finish(frame, schema.COLLEGE_IPS)


def read_ecole_ips(path: Path) -> pd.DataFrame:
    """IPS of écoles (``fr-en-ips-ecoles-ap2022``, CSV or parquet, with or without pupils).

    Returns
    -------
    DataFrame
        One row an école and rentrée: ``uai, rentree, commune, public, pupils, ips``; `ips` is NaN where secret (fewer
        than 25 CM2 pupils in five years), `pupils` (CP to CM2) where not published.

    Raises
    ------
    InputError
        Every fault of the file.
    """
    sheet = open_sheet(path, [ECOLE_IPS])
    if sheet.has("ips_sd"):
        # A standard deviation is published for collèges only.
        remedy = "Name it under ips_colleges; the file of écoles is fr-en-ips-ecoles"
        sheet.faults.append(Fault(str(path), "is the IPS of collèges, not of écoles", sheet.header("ips_sd"), remedy=remedy))
    frame = pd.DataFrame(
        {
            "uai": sheet.codes("uai"),
            "rentree": sheet.rentrees(),
            "commune": sheet.codes("commune"),
            "public": sheet.public(),
            "pupils": sheet.numbers("pupils"),
            "ips": sheet.numbers("ips"),
        }
    )
    return sheet.finish(frame, schema.ECOLE_IPS)


def read_college_pupils(path: Path) -> pd.DataFrame:
    """Pupils of collèges by grade, or their totals.

    Reads ``fr-en-college-effectifs-niveau-sexe-lv`` in its three header generations (technical names, long labels, 2024
    and later) and ``fr-en-effectifs-second-degre``, whose collège totals serve as history.

    Returns
    -------
    DataFrame
        One row a collège and rentrée: ``uai, rentree, name, commune_name, commune, public, priority, pupils, p6e, p5e,
        p4e, p3e, segpa, ulis``. `priority` is ``""``, ``"REP"`` or ``"REP+"``; `commune` is empty where the file only
        has a name; grades include SEGPA and ULIS and are NaN where the file only has totals.

    Raises
    ------
    InputError
        Every fault of the file.
    """
    sheet = open_sheet(path, [COLLEGE_PUPILS, SECOND_DEGRE])
    if sheet.layout is SECOND_DEGRE:
        sheet.keep(sheet.codes("kind").str.startswith("COLLEGE"), "a collège")
    name = (sheet.text("denomination") + " " + sheet.text("patronym")).str.strip()
    numbers = {c: sheet.numbers(c) for c in ("pupils", "p6e", "p5e", "p4e", "p3e", "segpa", "ulis")}
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
        }
    )
    return sheet.finish(frame, schema.COLLEGE_PUPILS)


def read_ecole_pupils(path: Path) -> pd.DataFrame:
    """Pupils of écoles by grade (``fr-en-ecoles-effectifs-nb_classes``).

    Returns
    -------
    DataFrame
        One row an école and rentrée: ``uai, rentree, commune, commune_name, public, cp, ce1, ce2, cm1, cm2`` (pupils
        outside ULIS). `commune` is always empty: the column that the ministry calls ``code_commune_insee`` holds the
        postal code, so the commune is to be found by UAI.

    Raises
    ------
    InputError
        Every fault of the file.
    """
    sheet = open_sheet(path, [ECOLE_PUPILS])
    grades = {grade: sheet.numbers(grade) for grade in ECOLE_GRADES}
    frame = pd.DataFrame(
        {
            "uai": sheet.codes("uai"),
            "rentree": sheet.rentrees(),
            "commune": "",
            "commune_name": sheet.text("commune_name"),
            "public": sheet.public(),
            **grades,
        }
    )
    return sheet.finish(frame, schema.ECOLE_PUPILS)


def read_boarding(path: Path) -> pd.DataFrame:
    """Demi-pensionnaires and boarders (``fr-en-mode-hebergement-eleves-etablissements-2d``).

    Returns
    -------
    DataFrame
        One row an establishment and rentrée: ``uai, rentree, pupils, demi_pensionnaires, internes`` (pupils of the second
        degré; NaN where secret).

    Raises
    ------
    InputError
        Every fault of the file, more demi-pensionnaires than pupils included.
    """
    sheet = open_sheet(path, [BOARDING])
    numbers = {c: sheet.numbers(c) for c in ("pupils", "demi_pensionnaires", "internes")}
    frame = pd.DataFrame({"uai": sheet.codes("uai"), "rentree": sheet.rentrees(), **numbers})
    too_many = frame["demi_pensionnaires"] > frame["pupils"]
    sheet.note("demi_pensionnaires", "more demi-pensionnaires than pupils", too_many, "Correct one of the two cells")
    return sheet.finish(frame, schema.BOARDING)


def _priority(sheet: Sheet) -> pd.Series[str]:
    rep, rep_plus = sheet.flags("rep"), sheet.flags("rep_plus")
    label = np.where(rep_plus, "REP+", np.where(rep, "REP", ""))
    return pd.Series(label, index=sheet.rows.index, dtype=str)
