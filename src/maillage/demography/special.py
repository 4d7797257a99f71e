"""SEGPA and ULIS: pupils placed by a commission into a few collèges, from several sectors, with ratios of their own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from maillage.arrays import Floats
from maillage.demography.areas import Areas
from maillage.demography.feeders import Feeders
from maillage.demography.growth import recency
from maillage.demography.repeats import refuse_repeats
from maillage.territory import COLLEGE_COLUMNS, GRADES, SPECIAL_KINDS, Territory

PLAUSIBLE = (0.5, 2.0)
"""Bounds of the ratio of a grade to the one before: half of the SEGPA pupils may enter after 6e."""

FEWEST = 20.0
"""With fewer pupils in all, ratios say nothing: grades move up unchanged."""


@dataclass(frozen=True, eq=False)
class Special:
    """SEGPA and ULIS pupils of the collèges.

    Attributes
    ----------
    tables : dict of int to (S, 2, 4) float
        By rentrée up to the base one: pupils by collège, kind (`SPECIAL_KINDS`) and grade. Where only a total is published, it
        is shared over the grades as in the whole département, or equally.
    base : int
        Base rentrée.
    colleges : int
    """

    tables: dict[int, Floats]
    base: int
    colleges: int

    def at(self, rentree: int) -> Floats:
        """(S, 2, 4) pupils at a rentrée, or at the nearest one known, the later of two; none where nothing is known."""
        if not self.tables:
            return np.zeros((self.colleges, len(SPECIAL_KINDS), len(GRADES)))
        nearest = min(self.tables, key=lambda known: (abs(known - rentree), -known))
        return self.tables[nearest]


def special_of(territory: Territory) -> Special:
    """SEGPA and ULIS pupils known up to the base rentrée; `InputError` where a collège, rentrée and kind comes twice."""
    refuse_repeats(territory.cohorts.special, ["uai", "rentree", "kind"], "SEGPA and ULIS")
    table, base, count = territory.cohorts.special, territory.base_rentree, len(territory.colleges)
    position = territory.college_positions()
    table = table[table["uai"].isin(list(position)) & (table["rentree"].astype(int) <= base)]
    tables: dict[int, Floats] = {}
    for rentree, rows in table.groupby("rentree"):
        filled = np.zeros((count, len(SPECIAL_KINDS), len(GRADES)))
        for k, kind in enumerate(SPECIAL_KINDS):
            of_kind = rows[rows["kind"] == kind]
            where = [position[uai] for uai in of_kind["uai"]]
            filled[where, k] = _by_grade(of_kind[list(COLLEGE_COLUMNS)].to_numpy(float), of_kind["pupils"].to_numpy(float))
        tables[int(str(rentree))] = filled
    return Special(tables, base, count)


def special_pupils(special: Special, feeders: Feeders, areas: Areas, until: int) -> Floats:
    """SEGPA and ULIS pupils to come, by collège, kind and grade.

    A collège's new 6e of a kind are the mean of its known rentrées (recent ones weigh more), times the size of the cohort in
    its bassin relative to that of the base rentrée's: they come from several sectors. Grades move up at the département's own
    ratios of the kind, which count those who enter after 6e.

    Returns
    -------
    (S, 2, 4, T) float
        From the base rentrée.
    """
    years = until - special.base + 1
    out = np.zeros((special.colleges, len(SPECIAL_KINDS), len(GRADES), years))
    if not special.tables:
        return out
    known = tuple(range(min(special.tables), max(special.tables) + 1))
    weight = np.array([w if r in special.tables else 0.0 for r, w in zip(known, recency(known), strict=True)])
    entering = np.tensordot(weight, np.stack([special.at(r)[:, :, 0] for r in known]), 1) / weight.sum()
    ratio = _ratios(special)
    index = _bassin_index(feeders, areas, special.base, until)[areas.bassin[:-1]]
    out[..., 0] = special.at(special.base)
    for t in range(1, years):
        out[:, :, 0, t] = entering * index[:, t, None]
        out[:, :, 1:, t] = out[:, :, :-1, t - 1] * ratio
    return out


def _bassin_index(feeders: Feeders, areas: Areas, base: int, until: int) -> Floats:
    """(B, T) children behind the 6e of each rentrée relative to those behind the 6e of the base rentrée."""
    reference = areas.by_bassin(areas.by_sector(feeders.of(base)))
    columns = [areas.by_bassin(areas.by_sector(feeders.of(r))) for r in range(base, until + 1)]
    return np.stack([np.divide(c, reference, out=np.ones_like(c), where=reference > 0) for c in columns], axis=1)


def _ratios(special: Special) -> Floats:
    """(2, 3) pupils of a grade over those of the grade before, a year earlier; 1 where too few or not plausible."""
    ratio = np.ones((len(SPECIAL_KINDS), len(GRADES) - 1))
    pairs = [r for r in special.tables if r + 1 in special.tables]
    if not pairs:
        return ratio
    before: Floats = np.stack([special.tables[r][:, :, :-1] for r in pairs]).sum(axis=(0, 1))
    after: Floats = np.stack([special.tables[r + 1][:, :, 1:] for r in pairs]).sum(axis=(0, 1))
    found: Floats = np.divide(after, before, out=np.ones_like(ratio), where=before > FEWEST)
    plausible = np.asarray((found >= PLAUSIBLE[0]) & (found <= PLAUSIBLE[1]))
    return np.where(plausible, found, 1.0)


def _by_grade(grades: Floats, totals: Floats) -> Floats:
    """(N, 4) pupils by grade; totals without grades are shared as the others are, or equally."""
    whole = np.asarray(np.isfinite(grades).all(axis=1), bool)
    usual = grades[whole].sum(axis=0)
    usual = usual / usual.sum() if usual.sum() > 0 else np.full(len(GRADES), 1 / len(GRADES))
    return np.where(whole[:, None], grades, np.nan_to_num(totals)[:, None] * usual)
