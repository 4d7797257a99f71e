"""Present sectors: the national carte scolaire of public collèges, or a plain table of communes and collèges."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

import maillage.sources.schema as schema
from maillage.sources.layout import Layout, Sheet, examples, open_sheet

CARTE_SCOLAIRE = Layout(
    "fr-en-carte-scolaire-colleges-publics",
    {
        "commune": ("code_insee", "code_insee_de_la_commune", "code_commune"),
        "uai": ("code_rne", "uai", "rne"),
        "whole": ("secteur_unique",),
        "street": ("type_et_libelle",),
        "hamlet": ("lieu_dit",),
        "number_from": ("n_de_voie_debut", "no_de_voie_debut", "numero_de_voie_debut"),
        "number_to": ("n_de_voie_fin", "no_de_voie_fin", "numero_de_voie_fin"),
        "parity": ("parite",),
    },
    optional=frozenset({"hamlet"}),
)

PLAIN_SECTORS = Layout(
    "communes and collèges",
    {
        "commune": ("code_insee", "code_commune", "commune", "insee", "insee_com", "codgeo", "code_insee_de_la_commune"),
        "uai": ("code_rne", "uai", "rne", "numero_uai", "code_uai", "college"),
    },
)

_PARITIES = frozenset({"", "I", "P", "PI"})


def read_sectors(path: Path) -> pd.DataFrame:
    """Which collège each commune, or street of a commune, is sectored to.

    Reads ``fr-en-carte-scolaire-colleges-publics`` (technical names or labels) and plain tables of two columns,
    ``code_insee,code_rne``.

    Returns
    -------
    DataFrame
        Columns ``commune, uai, whole, street, number_from, number_to, parity, weight``. `whole`: the collège takes the
        whole commune (with others, if the sector is shared). `street`: street or hamlet; an empty street in a row that is
        not whole means a commune divided in a way the table does not tell. `number_from`, `number_to`: house numbers,
        NaN where not given. `parity`: ``"I"`` odd, ``"P"`` even, ``"PI"`` both. `weight`: share of the commune's
        addresses taken to lie in the row, uniform over the commune's rows since addresses are not in the table; sums to
        1 in every commune. A row repeated word for word is read once.

    Raises
    ------
    InputError
        Every fault of the file.
    """
    sheet = open_sheet(path, [CARTE_SCOLAIRE, PLAIN_SECTORS])
    frame = _official(sheet) if sheet.layout is CARTE_SCOLAIRE else _plain(sheet)
    frame = frame.drop_duplicates()
    frame["weight"] = 1.0 / frame.groupby("commune")["uai"].transform("size")
    return sheet.finish(frame, schema.SECTORS)


def _official(sheet: Sheet) -> pd.DataFrame:
    parity = sheet.codes("parity")
    odd = ~parity.isin(_PARITIES)
    sheet.note("parity", f"not a parity (I, P or PI): {examples(parity[odd])}", odd, "Correct the cell")
    street = sheet.text("street")
    return pd.DataFrame(
        {
            "commune": sheet.codes("commune"),
            "uai": sheet.codes("uai"),
            "whole": sheet.flags("whole"),
            "street": street.where(street != "", sheet.text("hamlet")),
            "number_from": sheet.numbers("number_from"),
            "number_to": sheet.numbers("number_to"),
            "parity": parity,
        }
    )


def _plain(sheet: Sheet) -> pd.DataFrame:
    pairs = pd.DataFrame({"commune": sheet.codes("commune"), "uai": sheet.codes("uai")}).drop_duplicates()
    alone = ~pairs["commune"].duplicated(keep=False)
    return pairs.assign(whole=alone, street="", number_from=float("nan"), number_to=float("nan"), parity="")
