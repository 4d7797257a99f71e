"""Past enrolments of the collèges, public and private, their SEGPA and ULIS, and all that is irregular in them.

Nothing is mended here: a collège that closes, opens or is missing for a year is named, and two establishments that follow
each other at one address are not guessed to be one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from maillage.sources.ledger import Ledger, told_pupils
from maillage.territory import COLLEGE_COLUMNS, SPECIAL_KINDS

HISTORY_COLUMNS = ["uai", "rentree", "pupils", *COLLEGE_COLUMNS]

_GRADES = list(COLLEGE_COLUMNS)

GRADES_TOLERANCE = 0.02
"""Share of the total by which four grades may miss it."""


@dataclass(frozen=True, eq=False)
class Histories:
    """Enrolments known of a territory, the base rentrée's and later ones among them; fields of `Cohorts`.

    Attributes
    ----------
    public : DataFrame
        ``uai, rentree, pupils, p6e, p5e, p4e, p3e`` of the public collèges open at the base rentrée.
    closed : DataFrame
        The same of public collèges that are not open at the base rentrée: for sums of the whole, never for one collège.
    private : DataFrame
        The same of every private collège, closed ones too: they count as a whole.
    special : DataFrame
        ``uai, rentree, kind, pupils, p6e, p5e, p4e, p3e``: SEGPA and ULIS of the public ones.
    """

    public: pd.DataFrame
    closed: pd.DataFrame
    private: pd.DataFrame
    special: pd.DataFrame


def join_histories(
    open_now: pd.DataFrame, pupils: pd.DataFrame, known: Collection[str], base: int, ledger: Ledger
) -> Histories:
    """Enrolments of the collèges, and an account of what opened, closed, is missing or contradicts itself.

    Parameters
    ----------
    open_now : DataFrame
        ``uai, public, pupils``: collèges open at the base rentrée.
    pupils : DataFrame
        Rows of the effectifs of the département, every rentrée: as `read_college_pupils`.
    known : collection of str
        UAI that the positions or the IPS table, which hold collèges only, know.
    base : int
        Base rentrée.
    ledger : Ledger
    """
    college = pupils["college"] | pupils["uai"].isin(known)
    _account_for_others(pupils, college, ledger)
    public_now, private_now = (open_now[open_now["public"] == sector] for sector in (True, False))
    ours = pupils["uai"].isin(public_now["uai"])
    private = pupils[college & ~pupils["public"] & ~ours]
    public_history = _with_base(public_now, pupils[ours], base)
    closed = pupils.loc[college & pupils["public"] & ~ours, HISTORY_COLUMNS].sort_values(["uai", "rentree"], ignore_index=True)
    _account_for_grades(pupils[college], ledger)
    _account_for_closed(pupils[ours | (college & pupils["public"])], public_now["uai"], base, "public", ledger)
    _account_for_closed(private, private_now["uai"], base, "private", ledger)
    _account_for_series(public_history, pupils.loc[pupils["public"], "rentree"], base, ledger)
    special = special_pupils(pupils[ours])
    _account_for_special(special, pupils[ours], ledger)
    return Histories(public_history, closed, _with_base(private_now, private, base), special)


def special_pupils(pupils: pd.DataFrame) -> pd.DataFrame:
    """SEGPA and ULIS as rows: ``uai, rentree, kind, pupils, p6e, p5e, p4e, p3e``; a kind without any pupil is left out.

    `pupils` is the published total, else the sum of the grades; grades are NaN where only the total is published.
    """
    parts = []
    for kind in SPECIAL_KINDS:
        grades = pupils[[f"{kind}_{column}" for column in COLLEGE_COLUMNS]].set_axis(_GRADES, axis=1)
        total = pupils[kind].fillna(grades.sum(axis=1, skipna=False))
        part = pupils[["uai", "rentree"]].assign(kind=kind, pupils=total).join(grades)
        parts.append(part[(part[["pupils", *_GRADES]] > 0).any(axis=1)])
    return pd.concat(parts).sort_values(["uai", "rentree", "kind"], ignore_index=True)


def _with_base(now: pd.DataFrame, past: pd.DataFrame, base: int) -> pd.DataFrame:
    """Enrolments of `past`, and those of the base rentrée that only `now` has."""
    past = past[HISTORY_COLUMNS]
    counted = set(past.loc[past["rentree"] == base, "uai"])
    new = now.loc[~now["uai"].isin(counted) & now["pupils"].notna(), ["uai", "pupils"]]
    new = new.assign(rentree=base, **dict.fromkeys(_GRADES, np.nan))[HISTORY_COLUMNS]
    rows = pd.concat([past, new], ignore_index=True) if len(past) and len(new) else past if len(past) else new
    return rows.sort_values(["uai", "rentree"], ignore_index=True)


def _account_for_others(pupils: pd.DataFrame, college: pd.Series[bool], ledger: Ledger) -> None:
    """Name the establishments with pupils of these grades that are no collège: lycées, EREA."""
    consequence = "no collège, by their name and by the other files: left out of every history with their pupils"
    if total := pupils["uai"].nunique():
        ledger.match("establishments of every rentrée that are collèges", total, _last_seen(pupils[~college]), consequence)


def _account_for_closed(rows: pd.DataFrame, ours: pd.Series[str], base: int, sector: str, ledger: Ledger) -> None:
    """Name the collèges of one sector in other rentrées that are not open at the base one."""
    seen = rows[~(rows["pupils"] == 0)]
    before, after = seen[seen["rentree"] < base], seen[seen["rentree"] > base]
    told = {*ours, *seen.loc[(seen["rentree"] == base) & (seen["pupils"] > 0), "uai"]}  # the others by the roster
    fate = (
        "their pupils count in sums of the whole only"
        if sector == "public"
        else "their pupils stay in the history of the private sector"
    )
    for when, there, event in (("earlier", before, "closed before it"), ("later", after, "opened after it")):
        away = there[~there["uai"].isin(told)]
        if len(there):
            what = f"{sector} collèges of {when} rentrées open at the base rentrée"
            consequence = f"{event}, or under another UAI then, which is not guessed: {fate}"
            ledger.match(what, there["uai"].nunique(), _last_seen(away), consequence)
        told |= set(away["uai"])


def _account_for_grades(pupils: pd.DataFrame, ledger: Ledger) -> None:
    """Name the collèges whose four grades do not add up to their total: the grades are then used as shares of it."""
    known = pupils[pupils[[*_GRADES, "pupils"]].notna().all(axis=1) & (pupils["pupils"] > 0)]
    apart = (known[_GRADES].sum(axis=1) - known["pupils"]).abs() > np.maximum(GRADES_TOLERANCE * known["pupils"], 2.0)
    named = [f"{uai} ({rentree})" for uai, rentree in known.loc[apart, ["uai", "rentree"]].itertuples(index=False)]
    if len(known):
        consequence = "the figures contradict each other: of the base rentrée, grades are taken as shares of the total"
        ledger.match("collèges and rentrées whose grades add up to their total", len(known), named, consequence)


def _account_for_series(history: pd.DataFrame, published: pd.Series[int], base: int, ledger: Ledger) -> None:
    """Name the public collèges that opened after the first rentrée published, and those with a gap in their series."""
    rentrees = sorted({*published.tolist(), base})
    late, gaps, total = [], [], 0
    for uai, series in history[~(history["pupils"] == 0)].groupby("uai")["rentree"]:
        total += 1
        first, last, own = series.min(), series.max(), set(series)
        late += [f"{uai} ({first})"] if first > rentrees[0] else []
        missing = [str(year) for year in rentrees if first < year < last and year not in own]
        gaps += [f"{uai} ({', '.join(missing)})"] if missing else []
    if len(rentrees) > 1:
        consequence = "opened later: their history starts in the rentrée named"
        ledger.match("public collèges open since the first rentrée published", total, late, consequence)
        consequence = "the rentrées named are missing: nothing is filled in"
        ledger.match("public collèges without a gap in their rentrées", total, gaps, consequence)


def _account_for_special(special: pd.DataFrame, pupils: pd.DataFrame, ledger: Ledger) -> None:
    """Name the SEGPA and ULIS whose figures contradict each other or the grades they are part of."""
    whole = special[special[["pupils", *_GRADES]].notna().all(axis=1)]
    parts = whole[_GRADES].sum(axis=1)
    apart = whole[parts != whole["pupils"]]
    if len(whole):
        told = zip(apart["uai"], apart["rentree"], apart["kind"].str.upper(), strict=True)
        consequence = "kept as published, total and grades"
        ledger.match("SEGPA and ULIS whose grades add up to their total", len(whole), _rows(told), consequence)
    sums = special.groupby(["uai", "rentree"])[_GRADES].sum(min_count=1)
    grades = pupils.set_index(["uai", "rentree"])[_GRADES].reindex(sums.index)
    larger = (sums > grades).stack()
    named = larger.index[larger.to_numpy(dtype=bool)]
    if len(sums):
        rows = ((uai, rentree, column[1:]) for uai, rentree, column in named)
        consequence = "kept as published: more pupils in SEGPA and ULIS than in the whole grade"
        ledger.match(
            "SEGPA and ULIS no larger than their grade",
            int((sums.notna() & grades.notna()).sum().sum()),
            _rows(rows),
            consequence,
        )


def _rows(rows: Iterable[tuple[object, ...]]) -> list[str]:
    return [" ".join(str(part) for part in row) for row in rows]


def _last_seen(rows: pd.DataFrame) -> list[str]:
    """Each UAI with its last rentrée and its pupils then."""
    last = rows.sort_values("rentree").drop_duplicates("uai", keep="last")
    return [f"{u} ({r}: {told_pupils(n)})" for u, r, n in zip(last["uai"], last["rentree"], last["pupils"], strict=True)]
