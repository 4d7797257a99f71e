"""Which rows of the tables of écoles are this département's, public or private, and the private ones by commune."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from maillage.sources.cells import departement_of_commune, departement_of_uai
from maillage.sources.communes import Communes
from maillage.sources.ecoles import communes_of, counted
from maillage.sources.ledger import Ledger
from maillage.sources.read import SourceTables
from maillage.territory import ECOLE_GRADES

_GRADES = list(ECOLE_GRADES)


@dataclass(frozen=True, eq=False)
class EcoleTables:
    """Écoles of one sector in the département, communes under their present codes; None where no file tells.

    `pupils`: ``uai, rentree, commune, commune_name`` and the five grades; `ips`: ``uai, rentree, commune, pupils, ips``.
    """

    pupils: pd.DataFrame | None
    ips: pd.DataFrame | None


def ecole_tables(tables: SourceTables, *, public: bool, current: Callable[[str], str]) -> EcoleTables:
    """The écoles of one sector."""
    code, ips, pupils = tables.config.territory.code, tables.ecole_ips, tables.ecole_pupils
    if ips is not None:
        ips = ips[(ips["public"] == public) & (ips["commune"].map(departement_of_commune) == code)]
        ips = ips.assign(commune=ips["commune"].map(current))
    if pupils is not None:
        pupils = pupils[(pupils["public"] == public) & (pupils["uai"].map(departement_of_uai) == code)]
        pupils = pupils.assign(commune=_known_communes(pupils, tables.directory).map(current))
        # Without a figure of the département the table must not stand in the way of the pupils of the IPS table.
        pupils = pupils if (pupils[_GRADES] > 0).any(axis=None) else None
    return EcoleTables(pupils, ips)


def private_ecoles(tables: EcoleTables, communes: Communes, ledger: Ledger) -> pd.DataFrame:
    """Private écoliers by the commune their école stands in: ``commune, rentree, cp, ce1, ce2, cm1, cm2``.

    Nothing is spread over the neighbours: a private école recruits over no area that is known.
    """
    if tables.pupils is None:
        return pd.DataFrame(columns=["commune", "rentree", *_GRADES])
    rows = counted(tables.pupils, "private", ledger)
    by_uai = {} if tables.ips is None else dict(zip(tables.ips["uai"], tables.ips["commune"], strict=True))
    rows = rows.assign(commune=communes_of(rows, by_uai, communes.code, communes.name, "private", ledger))
    sums = rows[rows["commune"] != ""].groupby(["commune", "rentree"], as_index=False)[_GRADES].sum()
    return pd.DataFrame(sums[sums[_GRADES].sum(axis=1) > 0].reset_index(drop=True))


def _known_communes(pupils: pd.DataFrame, directory: pd.DataFrame | None) -> pd.Series[str]:
    """Commune of each école row: its own, else that of the directory; empty where neither knows."""
    if directory is None:
        return pupils["commune"]
    known = directory.drop_duplicates("uai").set_index("uai")["commune"]
    return pupils["commune"].where(pupils["commune"] != "", pupils["uai"].map(known).fillna("")).astype(str)
