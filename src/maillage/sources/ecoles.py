"""Public écoles by commune: how many pupils live where, by grade, and the IPS of those who do.

An école's pupils are published where the école stands, not where they live; small communes often have none. Communes
without école are therefore served by their neighbours' écoles, in proportion to their inhabitants, every école's total
being kept.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy.sparse as sp

from maillage.arrays import Bools, Floats, Strings
from maillage.margins import fit_totals
from maillage.sources.capacity import latest
from maillage.sources.ledger import Ledger
from maillage.sources.sectors import Places
from maillage.territory import ECOLE_GRADES

LEAST_COVER, MOST_COVER = 0.9, 1.1
"""A count by residence tells where écoliers live if it has this share of those of the écoles: one of the private sector too,
or of some communes only, has not."""


@dataclass(frozen=True, eq=False)
class Ecoles:
    """Public écoles, by commune of residence.

    Attributes
    ----------
    pupils : (C, 5) float
        Pupils living in each commune by grade, CP to CM2.
    weight : (C,) float
        Estimate of public pupils of collège age, in any unit: `pupils`, or inhabitants where no école is known at all.
    served : (C,) bool
        The commune has no école row.
    ips : (C,) float
        Mean IPS of the écoles standing in the commune, weighted by pupils; NaN where none is published.
    ips_attended : (C,) float
        Mean IPS of the écoles its pupils are taken to attend; NaN where none is published.
    history : DataFrame
        ``commune, rentree, cp, ce1, ce2, cm1, cm2`` by commune of residence; empty where no école figures by grade are given.
    """

    pupils: Floats
    weight: Floats
    served: Bools
    ips: Floats
    ips_attended: Floats
    history: pd.DataFrame


def join_ecoles(
    pupils: pd.DataFrame | None, ips: pd.DataFrame | None, names: Strings, inhabitants: Floats, places: Places, base: int,
    ledger: Ledger, at_home: Floats | None = None,
) -> Ecoles:  # fmt: skip
    """Join école pupils and écoles' IPS to communes, and spread pupils over the communes they are taken to live in.

    Parameters
    ----------
    pupils : DataFrame or None
        Public écoles of the territory: ``uai, rentree, commune, commune_name`` and the five grades.
    ips : DataFrame or None
        Public écoles of the territory: ``uai, rentree, commune, pupils, ips``. Where `pupils` is None, its pupils divided
        by five stand for each grade.
    names : (C,) str
        Names of the communes, by which écoles without INSEE code are joined.
    inhabitants : (C,) float
        Weights of communes within what their écoles recruit; positive.
    places : Places
    base : int
        Base rentrée; the last one up to it is used.
    ledger : Ledger
    at_home : (C, 5) float, optional
        Public écoliers by commune of residence and grade, counted; NaN where secret. Where their total is that of the écoles,
        or nearly, they take the place of the écoles' pupils spread over the communes.
    """
    by_uai = {} if ips is None else dict(zip(ips["uai"], ips["commune"], strict=True))
    rows = _graded(pupils, ips, ledger)
    rows = rows.assign(commune=communes_of(rows, by_uai, places.communes, names, "public", ledger))
    rows = rows[rows["commune"] != ""]
    today = rows[rows["rentree"] == _last_rentree(rows["rentree"], base)]
    located = _by_commune(today, places.communes)
    attends = _attendance(located.sum(axis=1), inhabitants, places)
    own = _mean_ips(None if ips is None else latest(ips, base), today, places.communes)
    lives, served = np.asarray(attends.T @ located), located.sum(axis=1) <= 0
    if at_home is not None and _agree(at_home, located, ledger):
        lives, served = _counted_at_home(at_home, lives, ledger)
    else:
        _account_for_spread(located, rows if pupils is None else rows.iloc[:0], ledger)
    return Ecoles(
        pupils=lives,
        weight=lives.sum(axis=1) if lives.sum() > 0 else inhabitants,
        served=served,
        ips=own,
        ips_attended=_attended(own, located.sum(axis=1), attends),
        history=_history(rows if pupils is not None else rows.iloc[:0], attends, places.communes),
    )


def plain_name(name: str) -> str:
    """Commune name as files that spell it differently agree on: capitals, no accents, SAINT in full, no CEDEX.

    >>> plain_name("St-Léonard"), plain_name("SAINT LEONARD CEDEX 2")
    ('SAINT LEONARD', 'SAINT LEONARD')
    """
    letters = unicodedata.normalize("NFKD", name.replace("œ", "oe").replace("Œ", "OE"))
    text = "".join(letter for letter in letters if not unicodedata.combining(letter)).upper()
    words = re.sub(r"[^A-Z0-9]+", " ", re.sub(r"\bCEDEX\b.*", "", text)).split()
    return " ".join({"ST": "SAINT", "STE": "SAINTE"}.get(word, word) for word in words)


def _graded(pupils: pd.DataFrame | None, ips: pd.DataFrame | None, ledger: Ledger) -> pd.DataFrame:
    """Rows with the five grades, from the école table, else from the pupils of the IPS table."""
    columns = ["uai", "rentree", "commune", "commune_name", *ECOLE_GRADES]
    if pupils is not None:
        return counted(pupils, "public", ledger)[columns]
    if ips is None:
        return pd.DataFrame({name: pd.Series(dtype=object) for name in columns}).astype({"rentree": int})
    known = ips[ips["pupils"].notna()]
    return known.assign(commune_name="", **dict.fromkeys(ECOLE_GRADES, known["pupils"] / 5))[columns]


def _agree(at_home: Floats, located: Floats, ledger: Ledger) -> bool:
    """Whether the écoliers counted where they live are about as many as those the écoles count; true where no école does."""
    attending = located.sum()
    share = float(np.nansum(at_home) / attending) if attending > 0 else 1.0
    agree = LEAST_COVER <= share <= MOST_COVER
    what = "tables of residents whose public écoliers of the base rentrée are those of the écoles"
    consequence = f"outside {LEAST_COVER:.0%} to {MOST_COVER:.0%} of them: not used to tell where écoliers live today"
    ledger.match(what, 1, [] if agree else [f"{share:.0%}"], consequence)
    return agree


def _counted_at_home(at_home: Floats, spread: Floats, ledger: Ledger) -> tuple[Floats, Bools]:
    """Pupils as counted by residence, those of the écoles where a number is secret, and which communes have such a number."""
    secret = np.isnan(at_home)
    communes: Bools = np.asarray(secret.any(axis=1), dtype=np.bool_)
    method = "numbers that the table of residents keeps secret: a share of the écoles' pupils, by inhabitants"
    ledger.estimate("école pupils by commune", int(communes.sum()), len(communes), method)
    return np.where(secret, spread, at_home), communes


def _account_for_spread(located: Floats, fifths: pd.DataFrame, ledger: Ledger) -> None:
    count = fifths["uai"].nunique()
    method = "no figures by grade: a fifth of each école's pupils in the IPS file"
    ledger.estimate("école pupils by grade", count, count, method)
    if located.sum() > 0:
        method = "communes without école row: a share of the neighbouring écoles' pupils, by inhabitants; totals kept"
        ledger.estimate("école pupils by commune", int((located.sum(axis=1) <= 0).sum()), len(located), method)


def counted(pupils: pd.DataFrame, sector: str, ledger: Ledger) -> pd.DataFrame:
    """Rows of the écoles of one sector, grades that are not published counting no pupil, which is told."""
    secret = pupils.loc[pupils[list(ECOLE_GRADES)].isna().any(axis=1), ["uai", "rentree"]]
    named = secret["uai"] + " " + secret["rentree"].astype(str)
    ledger.match(f"rows of {sector} écoles with every grade", len(pupils), named, "grades missing or secret count no pupil")
    return pupils.fillna(dict.fromkeys(ECOLE_GRADES, 0.0))


def communes_of(
    rows: pd.DataFrame, by_uai: dict[str, str], communes: Strings, names: Strings, sector: str, ledger: Ledger
) -> pd.Series[str]:
    """INSEE code of each row: its own, else that of its UAI, else that of its commune's name where only one has it."""
    plain = pd.Series([plain_name(str(name)) for name in names])
    by_name, by_bare = _only_ones(plain, communes), _only_ones(plain.map(_without_article), communes)
    written = {name: plain_name(name) for name in rows["commune_name"].unique()}
    spelling = {name: by_name.get(p) or by_bare.get(_without_article(p), "") for name, p in written.items()}
    code = rows["commune"].where(rows["commune"] != "", rows["uai"].map(lambda uai: by_uai.get(uai, "")))
    code = code.where(code != "", rows["commune_name"].map(spelling)).astype(str)
    known = code.isin(communes.tolist())
    lost = rows.loc[~known, "uai"]
    consequence = "left out: neither UAI nor name of the commune tells where they are"
    ledger.match(f"{sector} écoles joined to a commune", rows["uai"].nunique(), lost, consequence)
    return code.where(known, "")


def _only_ones(names: pd.Series[str], communes: Strings) -> dict[str, str]:
    """Commune of each name that one commune only bears."""
    once = ~names.duplicated(keep=False).to_numpy()
    return dict(zip(names[once], communes[once].tolist(), strict=True))


def _without_article(plain: str) -> str:
    """The contours of some vintages leave out the article of a commune's name."""
    return re.sub(r"^(LES?|LA|L) ", "", plain)


def _by_commune(rows: pd.DataFrame, communes: Strings) -> Floats:
    """(C, 5) pupils of the écoles standing in each commune."""
    sums = rows.groupby("commune")[list(ECOLE_GRADES)].sum().reindex(communes).fillna(0.0)
    return np.asarray(sums, dtype=np.float64)


def _attendance(located: Floats, inhabitants: Floats, places: Places) -> sp.csr_array:
    """(C, C) share of the écoles' pupils in commune r (row) who live in commune c; rows of communes with écoles sum to 1."""
    size = len(located)
    has = located > 0
    if not has.any():
        return sp.csr_array((size, size))
    lives, attends = [np.flatnonzero(has)], [np.flatnonzero(has)]
    both = np.vstack([places.edges, places.edges[:, ::-1]])
    beside = both[~has[both[:, 0]] & has[both[:, 1]]]
    lives.append(beside[:, 0])
    attends.append(beside[:, 1])
    far = np.setdiff1d(np.flatnonzero(~has), beside[:, 0])
    for c in far:
        gap = np.linalg.norm(places.commune_xy_m - places.commune_xy_m[c], axis=1)
        lives.append(np.array([c]))
        attends.append(np.array([int(np.argmin(np.where(has, gap, np.inf)))]))
    row, column = np.concatenate(lives), np.concatenate(attends)
    seed = sp.csr_array((inhabitants[row], (row, column)), shape=(size, size))
    pupils = fit_totals(seed, inhabitants, located)
    return sp.csr_array(sp.diags_array(1 / np.where(has, located, 1.0)) @ pupils.T)


def _last_rentree(rentrees: pd.Series[int], base: int) -> int:
    """The last one up to `base`, else the first; 0 where there is none."""
    known = sorted(set(rentrees.tolist()))
    return max((r for r in known if r <= base), default=known[0] if known else 0)


def _mean_ips(ips: pd.DataFrame | None, today: pd.DataFrame, communes: Strings) -> Floats:
    """(C,) pupil-weighted mean IPS of the écoles of each commune; écoles of unknown size count as the mean one."""
    if ips is None:
        return np.full(len(communes), np.nan)
    size = today.set_index("uai")[list(ECOLE_GRADES)].sum(axis=1)
    known = ips[ips["ips"].notna() & ips["commune"].isin(communes.tolist())]
    weight = known["pupils"].fillna(known["uai"].map(size)).astype(float)
    weight = weight.fillna(weight.mean()).fillna(1.0).clip(lower=1.0)
    sums = pd.DataFrame({"commune": known["commune"], "w": weight, "wi": weight * known["ips"]}).groupby("commune").sum()
    return np.asarray((sums["wi"] / sums["w"]).reindex(communes), dtype=np.float64)


def _attended(own: Floats, located: Floats, attends: sp.csr_array) -> Floats:
    known = np.where(np.isfinite(own), located, 0.0)
    pupils = attends.T @ known
    total = attends.T @ (known * np.nan_to_num(own))
    return np.asarray(np.divide(total, pupils, out=np.full(len(own), np.nan), where=pupils > 0))


def _history(rows: pd.DataFrame, attends: sp.csr_array, communes: Strings) -> pd.DataFrame:
    """Pupils by commune of residence and rentrée, today's attendance taken for every rentrée."""
    known = np.asarray(attends.sum(axis=1)) > 0
    spread = attends + sp.diags_array(np.where(known, 0.0, 1.0))
    parts = []
    for rentree, year in rows.groupby("rentree"):
        lives = spread.T @ _by_commune(year, communes)
        frame = pd.DataFrame(lives, columns=list(ECOLE_GRADES))
        frame.insert(0, "commune", communes)
        frame.insert(1, "rentree", int(str(rentree)))
        parts.append(frame[lives.sum(axis=1) > 0])
    columns = ["commune", "rentree", *ECOLE_GRADES]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns).astype({"rentree": int})
