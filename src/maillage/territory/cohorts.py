"""What is known of the pupils to come, as checked tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

import pandas as pd

GRADES = ("6e", "5e", "4e", "3e")
"""Grades of a collège, youngest first."""

ECOLE_GRADES = ("cp", "ce1", "ce2", "cm1", "cm2")
"""Grades of an école élémentaire, youngest first."""

COLLEGE_COLUMNS = tuple(f"p{grade}" for grade in GRADES)
"""Columns of pupils by grade in tables of collèges: ``p6e, p5e, p4e, p3e``."""

IPS_SCALE_FROM = 2022
"""First rentrée of the present scale of the IPS: no figure of an earlier one is compared with a later one."""

SPECIAL_KINDS = ("segpa", "ulis")
"""Pupils who are placed by a commission, not by their sector."""


def _empty(*columns: str) -> pd.DataFrame:
    return pd.DataFrame(columns=list(columns))


@dataclass(frozen=True, eq=False)
class Cohorts:
    """What is known of the pupils to come. Every table may be empty; rentrées after the base one may be among them.

    Attributes
    ----------
    population : DataFrame
        Columns ``year, age_min, age_max, population``: the département on 1 January.
    births : DataFrame
        Columns ``commune, year, births``.
    history : DataFrame
        Columns ``uai, rentree, pupils, p6e, p5e, p4e, p3e`` of public collèges, SEGPA and ULIS included; NaN where not
        published.
    closed_history : DataFrame
        As `history`, of public collèges that are not open at the base rentrée: they count in sums of the whole only.
    ecole_history : DataFrame
        Columns ``commune, rentree, cp, ce1, ce2, cm1, cm2``: public école pupils by commune of residence.
    projection : DataFrame
        Columns ``rentree, variant, pupils``: totals of public collège pupils to agree with.
    private_history : DataFrame
        As `history`, of every private collège of the territory, those closed since too.
    private_ecoles : DataFrame
        As `ecole_history`, of private écoles, by the commune they stand in.
    special : DataFrame
        Columns ``uai, rentree, kind, pupils, p6e, p5e, p4e, p3e``: SEGPA and ULIS pupils of public collèges, `kind` being
        one of `SPECIAL_KINDS`; grades NaN where only the total is published.
    residents : DataFrame
        Columns ``commune, rentree, grade, public, pupils``: pupils by commune of residence, from the planner's own extract
        (ONDE for écoles, BEE for collèges); `grade` is one of `ECOLE_GRADES` or `GRADES`, `public` a bool. Pupils are NaN
        where secret; what is not listed has none.
    population_communes : DataFrame
        Columns ``commune, year, age, population``: census, single years of age, both sexes.
    omphale : DataFrame
        Columns ``variant, year, age_min, age_max, population``: INSEE's projection of the territory on 1 January, both
        sexes; `variant` is "central", "high" or "low".
    dwellings : DataFrame
        Columns ``name, commune, year, dwellings, kind, demolition``: the planner's programmes of dwellings, lived in (or
        gone, where `demolition`) by the rentrée of `year`; `kind` is "house", "flat", "social_flat" or "mixed".
    ecole_ips : DataFrame
        Columns ``commune, rentree, ips, pupils``: mean IPS of the public écoles standing in each commune, the same écoles in
        every rentrée from `IPS_SCALE_FROM` on; `pupils` are theirs (CP to CM2), NaN where no number is known at all.
    """

    population: pd.DataFrame
    births: pd.DataFrame
    history: pd.DataFrame
    ecole_history: pd.DataFrame
    projection: pd.DataFrame
    closed_history: pd.DataFrame = field(default_factory=partial(_empty, "uai", "rentree", "pupils", *COLLEGE_COLUMNS))
    private_history: pd.DataFrame = field(default_factory=partial(_empty, "uai", "rentree", "pupils", *COLLEGE_COLUMNS))
    private_ecoles: pd.DataFrame = field(default_factory=partial(_empty, "commune", "rentree", *ECOLE_GRADES))
    special: pd.DataFrame = field(default_factory=partial(_empty, "uai", "rentree", "kind", "pupils", *COLLEGE_COLUMNS))
    residents: pd.DataFrame = field(default_factory=partial(_empty, "commune", "rentree", "grade", "public", "pupils"))
    population_communes: pd.DataFrame = field(default_factory=partial(_empty, "commune", "year", "age", "population"))
    omphale: pd.DataFrame = field(default_factory=partial(_empty, "variant", "year", "age_min", "age_max", "population"))
    dwellings: pd.DataFrame = field(
        default_factory=partial(_empty, "name", "commune", "year", "dwellings", "kind", "demolition")
    )
    ecole_ips: pd.DataFrame = field(default_factory=partial(_empty, "commune", "rentree", "ips", "pupils"))
