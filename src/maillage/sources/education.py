"""Tables of the ministry of education on collèges and écoles: IPS, écoliers by grade, mode d'hébergement.

Published on data.education.gouv.fr, either with technical column names or with labels; each dataset has changed its
header over the years, and each reader here accepts all of them. All départements of a file are read.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

import maillage.sources.schema as schema
from maillage.errors import Fault
from maillage.sources.layout import Layout, open_sheet
from maillage.territory import ECOLE_GRADES

RENTREE = ("rentree_scolaire", "annee_scolaire", "rentree", "annee")
SECTOR = ("secteur", "secteur_d_enseignement", "secteur_public_prive", "statut_public_prive")
COMMUNE_NAME = ("nom_de_la_commune", "nom_commune", "commune", "libelle_commune", "localite_acheminement")
_COMMUNE = ("code_insee_de_la_commune", "code_insee", "code_commune_insee")
# The column has been published with a spelling mistake since 2022.
_NAME = ("nom_de_l_etablissment", "nom_de_l_etablissement", "nom_etablissement", "denomination_et_patronyme")

COLLEGE_IPS = Layout(
    "fr-en-ips-colleges",
    {
        "uai": ("uai", "numero_uai"),
        "rentree": RENTREE,
        "name": _NAME,
        "commune": _COMMUNE,
        "commune_name": COMMUNE_NAME,
        "public": SECTOR,
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


ECOLE_PUPILS = Layout(
    "fr-en-ecoles-effectifs-nb_classes",
    {
        "uai": ("numero_ecole", "numero_de_l_ecole"),
        "rentree": RENTREE,
        "commune_name": ("commune",),
        "public": SECTOR,
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
