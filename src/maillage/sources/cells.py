"""What a cell means: numbers, rentrées, sectors, yes and no, codes, whatever the spelling.

Each function takes a text Series and returns the values with a mask of the cells that mean nothing. A secrecy or
missing marker (`MISSING`) is not a fault: it is read as missing.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

MISSING = frozenset({"", "ns", "nd", "s", "so", "na", "nan", "none", "null", "n/a", "n.d.", "n.s."})
"""Markers of a missing or secret value, in lower case: INSEE's ``s nd so ns``, the ministry's ``NS NA``."""

FIRST_RENTREE, LAST_RENTREE = 1970, 2100

_SPACES = r"[\s\u00a0\u2009\u202f]"
_YES = frozenset({"1", "1.0", "oui", "o", "true", "vrai", "x", "rep", "rep+"})
_NO = frozenset({"0", "0.0", "non", "n", "false", "faux", *MISSING})
_PUBLIC = frozenset({"public", "pu", "publique"})


def to_numbers(text: pd.Series[str]) -> tuple[pd.Series[float], pd.Series[bool]]:
    """Numbers with a decimal point or comma and spaces between thousands; missing markers become NaN.

    >>> to_numbers(pd.Series(["12,5", "1 204", "ns", "many"]))[0].tolist()
    [12.5, 1204.0, nan, nan]
    """
    values = pd.to_numeric(text, errors="coerce").astype(float)
    bad = pd.Series(~np.isfinite(values.to_numpy()), index=text.index, dtype=bool)
    if bad.any():  # the slow road, for the few cells that are no plain number
        odd = text[bad]
        plain = odd.str.replace(_SPACES, "", regex=True).str.replace(",", ".", regex=False)
        values[bad] = pd.to_numeric(plain, errors="coerce").astype(float).replace([np.inf, -np.inf], np.nan)
        bad[bad] = values[bad].isna() & ~is_missing(odd)
    return values, bad


def to_rentrees(text: pd.Series[str]) -> tuple[pd.Series[int], pd.Series[bool]]:
    """Year in which the school year starts; 0 where the cell is none.

    >>> to_rentrees(pd.Series(["2022-2023", "2022", "2025-01-01", "2021.0", "22"]))[0].tolist()
    [2022, 2022, 2025, 2021, 0]
    """
    codes, spellings = pd.factorize(text)
    parts = pd.Series(spellings, dtype=object).astype(str).str.extract(r"^\s*(\d{4})(?:\.0|([-/]\d{2,4}\b.*))?\s*$")
    years = pd.to_numeric(parts[0], errors="coerce").fillna(0).astype(int)
    ends = pd.to_numeric(parts[1].str.extract(r"^[-/](\d{4})$")[0], errors="coerce")
    good = years.between(FIRST_RENTREE, LAST_RENTREE) & (ends.isna() | (ends == years + 1))
    values = pd.Series(years.where(good, 0).to_numpy()[codes], index=text.index, dtype=np.int64)
    return values, values == 0


def to_public(text: pd.Series[str]) -> tuple[pd.Series[bool], pd.Series[bool]]:
    """True for ``public``, False for ``privé`` in any spelling (``privé sous contrat``, ``PRIVE``, ``PR``)."""
    lower = text.str.lower()
    public = lower.isin(_PUBLIC)
    private = lower.str.startswith("priv") | lower.isin({"pr"})
    return public, ~(public | private)


def to_flags(text: pd.Series[str]) -> tuple[pd.Series[bool], pd.Series[bool]]:
    """True for ``1``, ``O``, ``oui``; False for ``0``, ``N``, ``non`` and for a missing cell."""
    lower = text.str.lower()
    yes = lower.isin(_YES)
    return yes, ~(yes | lower.isin(_NO))


def is_missing(text: pd.Series[str]) -> pd.Series[bool]:
    """True where the cell holds a marker of a missing or secret value."""
    return text.str.strip().str.lower().isin(MISSING)


def departement_code(text: str) -> str:
    """Département code as INSEE writes it, from any of its spellings.

    >>> [departement_code(code) for code in ("062", "62", "02A", "1", "01", "971", "62.0")]
    ['62', '62', '2A', '01', '01', '971', '62']
    """
    code = text.strip().upper().removesuffix(".0")
    if len(code) == 3 and code.startswith("0"):
        code = code[1:]
    return code.zfill(2) if code else ""


def departement_of_uai(uai: str) -> str:
    """Département in which an UAI was given (its first three characters), ``620`` and ``720`` being Corse.

    >>> departement_of_uai("0622579S"), departement_of_uai("6200001A")
    ('62', '2A')
    """
    start = uai[:3]
    return {"620": "2A", "720": "2B"}.get(start, departement_code(start))


def departement_of_commune(commune: str) -> str:
    """Département of an INSEE commune code: its first two characters, three overseas.

    >>> departement_of_commune("62041"), departement_of_commune("97411"), departement_of_commune("2A004")
    ('62', '974', '2A')
    """
    return commune[:3] if commune.startswith(("97", "98")) else commune[:2]


_ARRONDISSEMENTS = {"75056": range(75101, 75121), "69123": range(69381, 69390), "13055": range(13201, 13217)}
_COMMUNE_OF = {str(number): commune for commune, numbers in _ARRONDISSEMENTS.items() for number in numbers}


def commune_of_arrondissement(code: str) -> str:
    """Commune of a municipal arrondissement of Paris, Lyon or Marseille; any other code as it is.

    >>> commune_of_arrondissement("75113"), commune_of_arrondissement("62041")
    ('75056', '62041')
    """
    return _COMMUNE_OF.get(code, code)
