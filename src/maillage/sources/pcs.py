"""Occupations of pupils' families (PCS in the four groups of the DEPP) by collège: the planner's own table."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

import maillage.sources.schema as schema
from maillage.arrays import Floats, Strings
from maillage.sources.capacity import latest, refuse_strangers
from maillage.sources.layout import Layout, Sheet, open_sheet
from maillage.sources.ledger import Ledger

PCS_GROUPS = ("tres_favorisee", "favorisee", "moyenne", "defavorisee")
"""Groups of occupations of the DEPP, most privileged first; *défavorisée* holds those that are not known."""

ROUNDING = 0.015
"""Four shares rounded to whole per cents may miss 1 by this much."""

PCS = Layout(
    "pcs",
    {
        "uai": ("uai", "code_uai", "rne", "code_rne", "numero_uai"),
        "rentree": ("rentree", "rentree_scolaire", "annee"),
        "tres_favorisee": ("tres_favorisee", "tres_favorisees", "pcs_tres_favorisee", "a"),
        "favorisee": ("favorisee", "favorisees", "pcs_favorisee", "b"),
        "moyenne": ("moyenne", "moyennes", "pcs_moyenne", "c"),
        "defavorisee": ("defavorisee", "defavorisees", "pcs_defavorisee", "d"),
    },
)


def read_pcs(path: Path, *, sheet: str | None = None, columns: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Pupils by group of occupations, from the planner's CSV or spreadsheet: numbers of pupils, or shares.

    A file of whole numbers holds pupils (or whole per cents, which come to the same) unless none exceeds 1; any other holds
    shares.

    Parameters
    ----------
    path, sheet, columns
        As for `read_capacity`.

    Returns
    -------
    DataFrame
        One row a collège and rentrée: ``uai, rentree, tres_favorisee, favorisee, moyenne, defavorisee``, shares that add up
        to 1.

    Raises
    ------
    InputError
        Every fault of the file: missing or negative numbers, shares above 1 or that do not add up to 1, a collège without any
        pupil, a UAI twice in a rentrée.
    """
    opened = open_sheet(path, [PCS.mapped(columns)], sheet=sheet)
    groups = pd.DataFrame({name: opened.numbers(name) for name in PCS_GROUPS})
    total, valid = groups.sum(axis=1), (groups >= 0).all(axis=1)
    if _are_pupils(groups):
        nobody = valid & (total <= 0)
        opened.note("defavorisee", "no pupil in any of the four groups", nobody, "Fill the row, or leave it out")
    else:
        _check_shares(opened, groups, total, valid)
    shares = groups.div(total.where(valid & (total > 0), 1.0), axis=0)
    frame = pd.DataFrame({"uai": opened.codes("uai"), "rentree": opened.rentrees(), **shares})
    return opened.finish(frame, schema.PCS)


def join_pcs(uai: Strings, table: pd.DataFrame | None, base: int, *, file: str, ledger: Ledger) -> Floats | None:
    """(S,) share of disadvantaged pupils (PCS *défavorisée*) of each collège, NaN where not given; None without a table.

    The rentrée is the last one up to `base`, else the first after it; where it is another one, the ledger says so.
    """
    if table is None:
        return None
    refuse_strangers(table, uai, file, ledger)
    chosen = latest(table, base).set_index("uai").reindex(uai)
    given = chosen["defavorisee"].notna().to_numpy()
    other = uai[given & (chosen["rentree"] != base).to_numpy()]
    ledger.match("PCS of the base rentrée", int(given.sum()), other, "the shares of another rentrée stand for it")
    consequence = "their disadvantaged pupils are imputed from the IPS, at the share of the collèges with PCS"
    ledger.match("collèges with PCS", len(uai), uai[~given], consequence)
    return np.asarray(chosen["defavorisee"], dtype=np.float64)


def _are_pupils(groups: pd.DataFrame) -> bool:
    known = groups.to_numpy()[np.isfinite(groups.to_numpy())]
    return bool(np.all(known % 1 == 0) and np.any(known > 1))


def _check_shares(opened: Sheet, groups: pd.DataFrame, total: pd.Series[float], valid: pd.Series[bool]) -> None:
    remedy = "Give shares from 0 to 1, or numbers of pupils"
    above = groups > 1
    for name in PCS_GROUPS:
        opened.note(name, "share above 1", above[name], remedy)
    off = valid & ~above.any(axis=1) & ((total - 1).abs() > ROUNDING)
    opened.note("defavorisee", "the four shares do not add up to 1", off, "Correct the row, or give numbers of pupils")
