"""The collèges of a territory at its base rentrée: public and private, where they stand, what they publish."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from maillage.arrays import Floats
from maillage.sources.capacity import latest
from maillage.sources.cells import departement_of_commune, departement_of_uai
from maillage.sources.ledger import Ledger

GRADE_COLUMNS = ["p6e", "p5e", "p4e", "p3e"]


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
    history : DataFrame
        ``uai, rentree, pupils, p6e, p5e, p4e, p3e`` of the public ones.
    """

    base: int
    public: pd.DataFrame
    private: pd.DataFrame
    history: pd.DataFrame


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
    if rows["public"].sum() == 0 or not rows["pupils"].notna().any():
        remedy = f"Choose one of {sorted(set(ips['rentree']) | set(pupils['rentree']))}"
        ledger.fault(tables.files["college_ips"], f"no enrolment of public collèges at base rentrée {chosen}", remedy=remedy)
        return None
    rows = rows.assign(commune=rows["commune"].map(current))
    public = _public(rows[rows["public"]], pupils, chosen, tables.files, ledger)
    private = _private(rows[~rows["public"]], ledger)
    return Roster(chosen, public, private, _history(public, pupils, chosen))


def _pupils_here(table: pd.DataFrame | None, code: str) -> pd.DataFrame:
    columns = ["uai", "rentree", "name", "commune", "public", "priority", "pupils", *GRADE_COLUMNS]
    if table is None:
        return pd.DataFrame(columns=columns).astype({"rentree": int, "public": bool, "pupils": float})
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


def _public(rows: pd.DataFrame, pupils: pd.DataFrame, base: int, files: dict[str, str], ledger: Ledger) -> pd.DataFrame:
    rows = rows.drop(columns="public").reset_index(drop=True)
    lost = rows.loc[rows["x_m"].isna() | rows["y_m"].isna(), "uai"]
    if len(lost):
        remedy = "Add their coordinates to the positions file"
        ledger.fault(files["positions"], "public collèges without a position", lost, column="uai", remedy=remedy)
    empty = rows.loc[~(rows["pupils"] > 0), "uai"]
    if len(empty):
        message = f"public collèges without enrolment at base rentrée {base}"
        ledger.fault(files.get("college_pupils", files["college_ips"]), message, empty, column="pupils",
                     remedy="Add their pupils, or choose another base_rentree")  # fmt: skip
    ledger.match("public collèges with a position", len(rows), lost)
    ledger.match(
        "public collèges with an IPS", len(rows), rows.loc[rows["ips"].isna(), "uai"], "IPS taken from their sector's écoles"
    )
    grades, years = _grades(rows, pupils, base)
    if len(pupils):
        last = latest(pupils, base).set_index("uai")["priority"]
        priority = rows["uai"].map(last).fillna("").astype(str)
        ledger.match("public collèges with effectifs by grade", len(rows), rows.loc[~rows["uai"].isin(pupils["uai"]), "uai"],
                     "grades as in the whole territory; taken to be outside priority education")  # fmt: skip
    else:
        priority = pd.Series("", index=rows.index, dtype=str)
    other = int((years != base).sum())
    shown = ", ".join(str(y) for y in sorted(set(years.tolist()) - {base, 0})) or "none"
    ledger.estimate(
        "pupils by grade", other, len(rows), f"shares of the grades in another rentrée ({shown}; none: a quarter each)"
    )
    return rows.assign(priority=priority, **dict(zip(GRADE_COLUMNS, grades.T, strict=True)))


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
    kept = rows[~bare].reset_index(drop=True)
    consequence = "placed in the middle of their commune"
    ledger.match("private collèges with a position", len(kept), kept.loc[kept["x_m"].isna(), "uai"], consequence)
    return kept


def _history(public: pd.DataFrame, pupils: pd.DataFrame, base: int) -> pd.DataFrame:
    """Enrolments known, the base rentrée's among them."""
    columns = ["uai", "rentree", "pupils", *GRADE_COLUMNS]
    past = pupils.loc[pupils["uai"].isin(public["uai"]), columns]
    counted = set(past.loc[past["rentree"] == base, "uai"])
    now = public.loc[~public["uai"].isin(counted), ["uai", "pupils"]].assign(
        rentree=base, **dict.fromkeys(GRADE_COLUMNS, np.nan)
    )
    rows = pd.concat([past, now[columns]], ignore_index=True) if len(past) else now[columns]
    return rows.sort_values(["uai", "rentree"], ignore_index=True)
