"""The collèges of a territory at its base rentrée: public and private, where they stand, what they publish."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from maillage.arrays import Floats
from maillage.sources.capacity import latest
from maillage.sources.cells import departement_of_commune, departement_of_uai
from maillage.sources.college_pupils import SPECIAL_GRADES
from maillage.sources.history import Histories, join_histories
from maillage.sources.layout import header_of
from maillage.sources.ledger import Ledger, told_pupils
from maillage.territory import COLLEGE_COLUMNS, SPECIAL_KINDS

GRADE_COLUMNS = list(COLLEGE_COLUMNS)

ENROLMENT_TOLERANCE = 0.1
"""Two published enrolments of one collège and rentrée may differ by their date and scope; farther apart, they are told."""


@dataclass(frozen=True, eq=False)
class CollegeTables:
    """Checked tables on collèges, all départements; `pupils` may be None. `files` names each in faults."""

    ips: pd.DataFrame
    positions: pd.DataFrame
    pupils: pd.DataFrame | None
    files: dict[str, str]


@dataclass(frozen=True, eq=False)
class Roster:
    """The collèges of the territory, sorted by UAI.

    Attributes
    ----------
    base : int
        Base rentrée.
    public : DataFrame
        ``uai, name, commune, x_m, y_m, pupils, ips, ips_sd, priority, p6e, p5e, p4e, p3e``; IPS NaN where not published.
    private : DataFrame
        ``uai, name, commune, x_m, y_m, pupils, ips, ips_sd``; x_m, y_m NaN where not published.
    histories : Histories
        Enrolments of other rentrées too, SEGPA and ULIS.
    """

    base: int
    public: pd.DataFrame
    private: pd.DataFrame
    histories: Histories


def join_colleges(
    tables: CollegeTables, code: str, base: int | None, current: Callable[[str], str], ledger: Ledger
) -> Roster | None:
    """Join IPS, enrolment and positions of the collèges of département `code`.

    A collège is one that the IPS table lists at the base rentrée, or that has both pupils then and a position. Enrolment is
    that of the IPS table where it has any, else that of the effectifs; IPS is the last published up to the base rentrée.

    Parameters
    ----------
    tables : CollegeTables
    code : str
        ``"62"``, ``"2A"``, ``"971"``.
    base : int or None
        None: the last rentrée with IPS and enrolment.
    current : callable
        From an INSEE code to that of the commune it is now part of.
    ledger : Ledger

    Returns
    -------
    Roster, or None where there is nothing to go on (the faults are in the ledger).
    """
    ips = tables.ips[tables.ips["commune"].map(departement_of_commune) == code]
    pupils = _pupils_here(tables.pupils, code)
    if ips.empty:
        remedy = "Check the département's code, or give the file of the right one"
        ledger.fault(tables.files["college_ips"], f"no collège of département {code}", remedy=remedy)
        return None
    chosen = _base_rentree(ips, pupils) if base is None else base
    rows = _at_base(ips, pupils, tables.positions, chosen)
    if not rows.loc[rows["public"], "pupils"].notna().any():
        known = sorted({*_counted(ips), *_counted(pupils)})
        remedy = f"Choose one of {known}" if known else "Add a file of effectifs, or of IPS with pupils"
        ledger.fault(tables.files["college_ips"], f"no enrolment of public collèges at base rentrée {chosen}", remedy=remedy)
        return None
    if not (rows["public"] & rows["ips"].notna()).any():
        remedy = "Give a file of fr-en-ips-colleges in which they are published"
        message = f"no IPS of a public collège up to rentrée {chosen}: all missing or secret"
        ledger.fault(tables.files["college_ips"], message, column=header_of(tables.ips, "ips"), remedy=remedy)
        return None
    rows = rows.assign(commune=rows["commune"].map(current))
    public = _public(rows[rows["public"]], pupils, chosen, tables, ledger)
    _compare_enrolments(ips, pupils, rows["uai"], chosen, ledger)
    private = _private(rows[~rows["public"]], ledger)
    colleges = {*tables.ips["uai"], *tables.positions["uai"]}
    return Roster(chosen, public, private, join_histories(rows, pupils, colleges, chosen, ledger))


def _pupils_here(table: pd.DataFrame | None, code: str) -> pd.DataFrame:
    counts = ["pupils", *GRADE_COLUMNS, *SPECIAL_KINDS, *SPECIAL_GRADES]
    columns = ["uai", "rentree", "name", "commune", "public", "college", "priority", *counts]
    if table is None:
        kinds = {"rentree": int, "public": bool, "college": bool, **dict.fromkeys(counts, float)}
        return pd.DataFrame(columns=columns).astype(kinds)
    return table.loc[table["uai"].map(departement_of_uai) == code, columns]


def _base_rentree(ips: pd.DataFrame, pupils: pd.DataFrame) -> int:
    """Last rentrée of the IPS table in which most public collèges have a published enrolment."""
    counted = set(zip(pupils["uai"], pupils["rentree"], strict=True))
    public = ips[ips["public"]]
    known = public["pupils"].notna() | pd.Series(
        [pair in counted for pair in zip(public["uai"], public["rentree"], strict=True)], index=public.index, dtype=bool
    )
    share = known.groupby(public["rentree"]).mean()
    good = share[share > 0.5].index
    return int(max(good)) if len(good) else int(public["rentree"].max())


def _counted(table: pd.DataFrame) -> list[int]:
    """Rentrées of which a table has public enrolments."""
    return [int(year) for year in table.loc[table["public"] & (table["pupils"] > 0), "rentree"].unique()]


def _compare_enrolments(ips: pd.DataFrame, pupils: pd.DataFrame, kept: pd.Series[str], base: int, ledger: Ledger) -> None:
    """Account for where the two tables of enrolments differ, and for public collèges that only the effectifs know."""
    then = pupils[(pupils["rentree"] == base) & pupils["public"] & (pupils["pupils"] > 0)]
    lost = then[~then["uai"].isin(kept)]
    named = [f"{u} ({told_pupils(n)})" for u, n in zip(lost["uai"], lost["pupils"], strict=True)]
    consequence = "left out with their pupils: neither in the positions nor in the IPS file of that rentrée"
    if len(then):
        ledger.match("establishments of the effectifs that are collèges", len(then), named, consequence)
    both = ips[ips["rentree"] == base].merge(then[["uai", "pupils"]], on="uai", suffixes=("", "_counted"))
    both = both[both["pupils"].notna()]
    apart = both[(both["pupils"] - both["pupils_counted"]).abs() > ENROLMENT_TOLERANCE * both["pupils_counted"]]
    named = [
        f"{u} ({n:.0f} in the IPS file, {m:.0f} in the effectifs)"
        for u, n, m in zip(apart["uai"], apart["pupils"], apart["pupils_counted"], strict=True)
    ]
    what = f"enrolments within {ENROLMENT_TOLERANCE:.0%} of each other in the IPS file and the effectifs"
    if len(both):
        ledger.match(what, len(both), named, "that of the IPS file is used")


def _at_base(ips: pd.DataFrame, pupils: pd.DataFrame, positions: pd.DataFrame, base: int) -> pd.DataFrame:
    """One row a collège, public or private, open at the base rentrée."""
    place = positions.drop_duplicates("uai").set_index("uai")
    then = pupils[(pupils["rentree"] == base) & pupils["uai"].isin(place.index)].set_index("uai")
    listed = ips[ips["rentree"] == base].set_index("uai")
    uai = pd.Index(sorted(set(listed.index) | set(then.index)), name="uai")
    known = latest(ips, base).set_index("uai").reindex(uai)
    where = place.reindex(uai)
    return pd.DataFrame(
        {
            "name": where["name"].replace("", np.nan).fillna(known["name"]).fillna(""),
            "commune": known["commune"].fillna(where["commune"]).fillna(""),
            "public": known["public"].fillna(where["public"]).astype(bool),
            "x_m": where["x_m"],
            "y_m": where["y_m"],
            "pupils": listed["pupils"].reindex(uai).fillna(then["pupils"].reindex(uai)).astype(float),
            "ips": known["ips"],
            "ips_sd": known["ips_sd"],
        }
    ).reset_index()


def _public(rows: pd.DataFrame, pupils: pd.DataFrame, base: int, tables: CollegeTables, ledger: Ledger) -> pd.DataFrame:
    rows = rows.drop(columns="public").reset_index(drop=True)
    lost = rows.loc[rows["x_m"].isna() | rows["y_m"].isna(), "uai"]
    if len(lost):
        remedy, column = "Add their coordinates to the positions file", header_of(tables.positions, "uai")
        ledger.fault(tables.files["positions"], "public collèges without a position", lost, column=column, remedy=remedy)
    empty = rows.loc[~(rows["pupils"] > 0), "uai"]
    if len(empty):
        source, file = (tables.ips, "college_ips") if tables.pupils is None else (tables.pupils, "college_pupils")
        message = f"public collèges without enrolment at base rentrée {base}"
        remedy = "Add their pupils, choose another base_rentree, or take out the rows of a collège that is closed"
        ledger.fault(tables.files[file], message, empty, column=header_of(source, "pupils"), remedy=remedy)
    ledger.match("public collèges with a position", len(rows), lost)
    ledger.match(
        "public collèges with an IPS", len(rows), rows.loc[rows["ips"].isna(), "uai"], "IPS taken from their sector's écoles"
    )
    grades, years = _grades(rows, pupils, base)
    if len(pupils):
        last = latest(pupils, base).set_index("uai")["priority"]
        priority = rows["uai"].map(last).fillna("").astype(str)
        consequence = "grades as in the whole territory; taken to be outside priority education where no effectifs tell"
        ledger.match("public collèges with effectifs by grade", len(rows), rows.loc[years == 0, "uai"], consequence)
    else:
        priority = pd.Series("", index=rows.index, dtype=str)
    _account_for_grades(years, base, ledger)
    return rows.assign(priority=priority, **dict(zip(GRADE_COLUMNS, grades.T, strict=True)))


def _account_for_grades(years: np.ndarray, base: int, ledger: Ledger) -> None:
    other = (years != base) & (years > 0)
    shown = ", ".join(str(year) for year in sorted(set(years[other].tolist())))
    ledger.estimate("pupils by grade", other.sum(), len(years), f"shares of the grades in another rentrée ({shown})")
    method = (
        "no figures by grade: shares of the whole territory" if (years > 0).any() else "no figures by grade: a quarter each"
    )
    ledger.estimate("pupils by grade, unknown", (years == 0).sum(), len(years), method)


def _grades(rows: pd.DataFrame, pupils: pd.DataFrame, base: int) -> tuple[Floats, np.ndarray]:
    """(S, 4) pupils by grade scaled to each collège's total, and the rentrée they come from (0: the territory's shares)."""
    complete = pupils[pupils["uai"].isin(rows["uai"]) & (pupils[GRADE_COLUMNS].sum(axis=1, skipna=False) > 0)]
    found = latest(complete, base).set_index("uai").reindex(rows["uai"])
    counts = found[GRADE_COLUMNS].to_numpy(dtype=np.float64)
    whole = np.nansum(counts, axis=0) if np.isfinite(counts).any() else np.ones(4)
    counts = np.where(np.isfinite(counts), counts, whole)
    total = rows["pupils"].to_numpy(dtype=np.float64)
    return counts / counts.sum(axis=1, keepdims=True) * total[:, None], found["rentree"].fillna(0).to_numpy(dtype=int)


def _private(rows: pd.DataFrame, ledger: Ledger) -> pd.DataFrame:
    rows = rows.drop(columns="public")
    bare = rows["ips"].isna() | rows["ips_sd"].isna() | ~(rows["pupils"] > 0)
    consequence = "left out of every measure with private collèges"
    ledger.match("private collèges with IPS and enrolment", len(rows), rows.loc[bare, "uai"], consequence)
    return rows[~bare].reset_index(drop=True)
