"""Seeded territories of any size, as large and as noisy as a département: no real place, no real school.

Children are born by commune, grow up there and go to the collège of their sector. What is counted of them (births, écoles,
collèges) strays as small numbers do, around sizes that rise and fall from bassin to bassin.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from shapely import box

from maillage.arrays import Floats
from maillage.territory import (
    COLLEGE_COLUMNS,
    ECOLE_GRADES,
    GRADES,
    Bassins,
    Cohorts,
    Colleges,
    PrivateColleges,
    Territory,
    Units,
)

BASE = 2024
RENTREES = range(BASE - 4, BASE + 1)
BIRTH_YEARS = range(BASE - 15, BASE)
BORN = range(RENTREES[0] - 14, BASE)
"""Birth years of everyone counted: from the 3e of the first rentrée to the children born in the year before the base one."""

PUPILS_PER_COLLEGE = 480
COLLEGES_PER_BASSIN = 8
MOST_COMMUNES = 1_500
PUBLIC_SHARE = 0.8
TREND = 0.01
"""Births fall by so much a year."""

CELL_M = 2_000.0
IPS, IPS_SD = 100.0, 25.0

Ints = npt.NDArray[np.int64]


def synthetic(num_units: int, num_colleges: int = 125, seed: int = 0) -> Territory:
    """A territory of `num_units` square units, each in the sector of the nearest of `num_colleges` collèges.

    Five rentrées of collèges and écoles by grade, births of fifteen years, bassins of about eight collèges. Up to 1,500 units
    each is a commune; more than that are parts of communes, as squares or quarters are.
    """
    rng = np.random.default_rng(seed)
    side = int(np.ceil(np.sqrt(num_units)))
    cell = np.column_stack(np.divmod(np.arange(num_units), side))
    xy_m = (cell + 0.5) * CELL_M + (600_000.0, 6_900_000.0)
    homes = rng.choice(num_units, num_colleges, replace=False)
    present = _nearest(xy_m, xy_m[homes])
    centres = xy_m[rng.choice(homes, max(1, num_colleges // COLLEGES_PER_BASSIN), replace=False)]
    names = np.array([f"Bassin {b + 1}" for b in range(len(centres))])
    bassins = Bassins(names, _nearest(xy_m, centres), _nearest(xy_m[homes], centres), "Seeded.")
    children = _children(num_units, num_colleges, bassins.unit, rng)
    per_commune = -(-num_units // MOST_COMMUNES)
    commune = np.array([f"{u // per_commune:05d}" for u in range(num_units)])
    by_grade = _colleges_by_grade(children, present, num_colleges, rng)
    ecoles = {rentree: rng.poisson(0.86 * children[:, _places(rentree - 6, ECOLE_GRADES)]) for rentree in RENTREES}
    uai = np.array([f"{s:07d}A" for s in range(num_colleges)])
    units = _units(commune, xy_m, cell, side, present, children, by_grade[BASE], ecoles[BASE])
    return Territory(
        code="00",
        name=f"Synthetic, {num_units:,} units",
        base_rentree=BASE,
        units=units,
        colleges=_colleges(uai, commune, xy_m, homes, by_grade[BASE]),
        private=_private(),
        cohorts=_cohorts(commune, uai, children, by_grade, ecoles, rng),
        communes_sectored=len(np.unique(commune)),
        group_share=0.45,
        group_ips=IPS - 4.0,
        bassins=bassins,
        fictional=True,
    )


def _nearest(xy_m: Floats, places_m: Floats) -> Ints:
    from scipy.spatial import cKDTree

    return np.asarray(cKDTree(places_m).query(xy_m)[1], np.int64)


def _children(num_units: int, num_colleges: int, bassin: npt.NDArray[np.int32], rng: np.random.Generator) -> Floats:
    """(U, len(BORN)) expected children: communes of all sizes, falling numbers, bassins that stray from each other."""
    size = rng.lognormal(0.0, 1.2, num_units)
    size *= num_colleges * PUPILS_PER_COLLEGE / len(GRADES) / PUBLIC_SHARE / size.sum()
    steps = rng.normal(0.0, 0.02, (int(bassin.max()) + 1, len(BORN)))
    index = np.exp(np.cumsum(steps, axis=1) - TREND * (np.array(BORN) - BORN.index(BASE - 12) - BORN[0]))
    return np.asarray(size[:, None] * index[bassin])


def _places(youngest: int, grades: tuple[str, ...]) -> list[int]:
    """Columns of the birth years of some grades; `youngest` is that of the first."""
    return [BORN.index(youngest - g) for g in range(len(grades))]


def _colleges_by_grade(children: Floats, present: Ints, num_colleges: int, rng: np.random.Generator) -> dict[int, Ints]:
    """Rentrée to (S, 4) pupils; each collège draws a share of its own, at least one pupil a grade."""
    share = PUBLIC_SHARE * np.exp(rng.normal(0.0, 0.1, num_colleges))
    of_sector = np.stack([np.bincount(present, column, minlength=num_colleges) for column in children.T], axis=1)
    entered = rng.poisson(share[:, None] * of_sector)
    return {
        rentree: np.maximum(rng.normal(1.0, 0.01, (num_colleges, 4)) * entered[:, _places(rentree - 11, GRADES)], 1).astype(int)
        for rentree in RENTREES
    }


def _units(
    commune: npt.NDArray[np.str_],
    xy_m: Floats,
    cell: Ints,
    side: int,
    present: Ints,
    children: Floats,
    grades: Ints,
    ecole: Ints,
) -> Units:
    count, half = len(commune), CELL_M / 2
    weight = children[:, _places(BASE - 11, GRADES)].sum(axis=1)
    of_sector = np.bincount(present, weight, minlength=len(grades))
    pupils = grades.sum(axis=1)[present] * weight / of_sector[present]
    node = np.arange(count)
    along = node[(cell[:, 1] < side - 1) & (node + 1 < count)]
    edges = np.concatenate([np.column_stack([along, along + 1]), np.column_stack([node[: count - side], node[side:]])])
    return Units(
        unit=np.array([f"{code}-{u}" for u, code in enumerate(commune)]),
        commune=commune,
        name=commune,
        xy_m=xy_m,
        geometry=box(*(xy_m - half).T, *(xy_m + half).T),
        area_km2=np.full(count, (CELL_M / 1000) ** 2),
        present=present,
        present_assumed=np.zeros(count, bool),
        approximate=np.zeros(count, bool),
        pupils=pupils,
        ips=np.full(count, IPS),
        ips_sd=np.full(count, IPS_SD),
        ips_imputed=np.zeros(count, bool),
        group=0.45 * pupils,
        ecole_pupils=ecole.astype(float),
        ecole_served=np.zeros(count, bool),
        edges=edges,
        edge_length_m=np.full(len(edges), CELL_M),
    )


def _colleges(uai: npt.NDArray[np.str_], commune: npt.NDArray[np.str_], xy_m: Floats, homes: Ints, grades: Ints) -> Colleges:
    count, pupils = len(uai), grades.sum(axis=1).astype(float)
    ones, nowhere = np.ones(count), np.full(count, np.nan)
    return Colleges(
        uai=uai,
        name=np.array([f"Collège {s + 1}" for s in range(count)]),
        commune=commune[homes],
        xy_m=xy_m[homes],
        unit=homes,
        pupils=pupils,
        grade_pupils=grades.astype(float),
        ips=IPS * ones,
        ips_sd=IPS_SD * ones,
        priority=np.full(count, ""),
        capacity_low=1.1 * pupils,
        capacity=1.2 * pupils,
        capacity_high=1.3 * pupils,
        capacity_estimated=ones > 0,
        lunch_rate=0.6 * ones,
        lunch_rate_estimated=ones > 0,
        seats=nowhere,
        sittings=nowhere,
        canteen_estimated=ones > 0,
        kitchen=np.full(count, -1),
        production_meals=nowhere,
        ecole_meals=0.0 * ones,
    )


def _private() -> PrivateColleges:
    words, numbers = np.empty(0, np.str_), np.empty(0)
    return PrivateColleges(words, words, words, np.empty((0, 2)), numbers, numbers, numbers)


def _cohorts(
    commune: npt.NDArray[np.str_],
    uai: npt.NDArray[np.str_],
    children: Floats,
    by_grade: dict[int, Ints],
    ecoles: dict[int, Ints],
    rng: np.random.Generator,
) -> Cohorts:
    born = children[:, [BORN.index(year) for year in BIRTH_YEARS]]
    births = pd.DataFrame(rng.poisson(born), index=commune, columns=list(BIRTH_YEARS)).groupby(level=0).sum()
    long = births.stack().rename_axis(["commune", "year"]).rename("births").reset_index()
    history = [pd.DataFrame(table, columns=list(COLLEGE_COLUMNS)).assign(uai=uai, rentree=r) for r, table in by_grade.items()]
    past = pd.concat(history, ignore_index=True)
    past["pupils"] = past[list(COLLEGE_COLUMNS)].sum(axis=1)
    tables = [
        pd.DataFrame(table, columns=list(ECOLE_GRADES))
        .groupby(commune)
        .sum()
        .rename_axis("commune")
        .reset_index()
        .assign(rentree=r)
        for r, table in ecoles.items()
    ]
    return Cohorts(
        population=pd.DataFrame(columns=["year", "age_min", "age_max", "population"]),
        births=long,
        history=past,
        ecole_history=pd.concat(tables, ignore_index=True),
        projection=pd.DataFrame(columns=["rentree", "variant", "pupils"]),
    )
