"""Random territories with everything that real ones have and lack: sectors outside, bassins, gaps, no écoles, SEGPA, births."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
from shapely.geometry import box

from maillage.territory import COLLEGE_COLUMNS, ECOLE_GRADES, Bassins, Cohorts, Territory
from toy import toy_territory

BASE = 2024


def random_territory(seed: int, **fixed: bool) -> Territory:
    """Two to five collèges, as many sectors of one to four units, and what a coin decides (or `fixed` does).

    ``outside``: a unit sectored outside, without pupils; ``bassins``; ``ecoles`` at the base rentrée; ``ecole_history`` and
    ``history`` with gaps; ``births``; ``population``; ``special``; ``private``.
    """
    rng = np.random.default_rng(seed)
    names = ("outside", "bassins", "ecoles", "ecole_history", "history", "births", "population", "special", "private")
    has = {name: bool(rng.random() < 0.6) for name in names} | fixed
    sites = int(rng.integers(2, 6))
    present = np.repeat(np.arange(sites), rng.integers(1, 5, sites))
    present = np.append(present, -1) if has["outside"] else present
    pupils = np.where(present >= 0, rng.integers(0, 120, len(present)) * (rng.random(len(present)) < 0.85), 0.0)
    ecole = rng.integers(0, 60, (len(present), 5)).astype(float) * has["ecoles"]
    communes = np.array([f"99{u:03d}" for u in range(len(present))])
    uai = np.array([f"099{s:04d}A" for s in range(sites)])
    in_college = np.bincount(present[present >= 0], pupils[present >= 0], minlength=sites)
    toy = toy_territory()
    units = _units(toy, communes, present, pupils, ecole)
    split = rng.dirichlet(np.full(4, 30.0), sites)
    split = split * np.where(rng.random(sites) < 0.1, np.nan, 1.0)[:, None]
    colleges = _colleges(toy, uai, units, present, in_college, in_college[:, None] * split)
    place = np.append(rng.integers(0, 2, sites), 0)
    bassins = Bassins(np.array(["East", "West"]), place[present], place[:-1], "by chance") if has["bassins"] else None
    tables = {name: make(rng, uai, communes) for name, make in _TABLES.items() if has[name]}
    if "history" in tables:
        now = pd.DataFrame({"uai": uai, "rentree": BASE, "pupils": in_college})
        now[list(COLLEGE_COLUMNS)] = colleges.grade_pupils
        tables["history"] = pd.concat([tables["history"], now], ignore_index=True)
    private = toy.private if has["private"] else dataclasses.replace(toy.private, **_none(toy.private))
    cohorts = dataclasses.replace(toy.cohorts, **({"history": toy.cohorts.history.iloc[:0]} | tables))
    return dataclasses.replace(
        toy, units=units, colleges=colleges, private=private, cohorts=cohorts, bassins=bassins, base_rentree=BASE
    )


def with_tables(territory: Territory, **tables: pd.DataFrame) -> Territory:
    """The territory with other tables of cohorts."""
    return dataclasses.replace(territory, cohorts=dataclasses.replace(territory.cohorts, **tables))


def every_table(cohorts: Cohorts) -> dict[str, pd.DataFrame]:
    """Name to table."""
    return {field.name: getattr(cohorts, field.name) for field in dataclasses.fields(cohorts)}


def _none(table):
    return {field.name: getattr(table, field.name)[:0] for field in dataclasses.fields(table)}


def _units(toy, communes, present, pupils, ecole):
    size = len(communes)
    west_m = 600_000.0 + 6_000.0 * np.arange(size)
    squares = np.empty(size, dtype=object)
    squares[:] = [box(x, 7_000_000, x + 6_000, 7_006_000) for x in west_m]
    return dataclasses.replace(
        toy.units,
        unit=communes,
        commune=communes,
        name=communes,
        xy_m=np.column_stack([west_m + 3_000, np.full(size, 7_003_000.0)]),
        geometry=squares,
        area_km2=np.full(size, 36.0),
        present=present.astype(np.int32),
        present_assumed=np.zeros(size, bool),
        approximate=np.zeros(size, bool),
        pupils=pupils,
        ips=np.full(size, 100.0),
        ips_sd=np.full(size, 20.0),
        ips_imputed=np.zeros(size, bool),
        group=pupils * 0.45,
        ecole_pupils=ecole,
        ecole_served=np.zeros(size, bool),
        edges=np.column_stack([np.arange(size - 1), np.arange(1, size)]).astype(np.int32),
        edge_length_m=np.full(size - 1, 6_000.0),
    )


def _colleges(toy, uai, units, present, pupils, grades):
    stands = np.array([np.flatnonzero(present == s)[0] for s in range(len(uai))])
    return dataclasses.replace(
        toy.colleges,
        **{
            field.name: np.resize(getattr(toy.colleges, field.name), len(uai))
            for field in dataclasses.fields(toy.colleges)
            if field.name not in ("xy_m", "grade_pupils", "commune")
        }
        | {"uai": uai, "name": uai, "unit": stands.astype(np.int32), "xy_m": units.xy_m[stands], "pupils": pupils},
        grade_pupils=grades,
        commune=units.commune[stands],
    )


def _history(rng, uai, communes):
    rows = []
    for rentree in range(BASE - 5, BASE):
        if rng.random() < 0.2:
            continue
        for name in uai:
            if rng.random() < 0.9:
                grades = rng.integers(0, 90, 4).astype(float)
                rows.append((name, rentree, grades.sum(), *(grades if rng.random() < 0.9 else [np.nan] * 4)))
    return pd.DataFrame(rows, columns=["uai", "rentree", "pupils", *COLLEGE_COLUMNS]).astype({"rentree": int})


def _ecoles(rng, uai, communes):
    rows = [
        (commune, rentree, *rng.integers(0, 60, 5).astype(float))
        for rentree in range(BASE - 4, BASE + 1)
        if rng.random() < 0.8
        for commune in communes
        if rng.random() < 0.9
    ]
    return pd.DataFrame(rows, columns=["commune", "rentree", *ECOLE_GRADES]).astype({"rentree": int})


def _births(rng, uai, communes):
    first, last = int(rng.integers(2010, 2016)), int(rng.integers(2018, 2024))
    rows = [(c, y, float(rng.integers(0, 60))) for c in communes if rng.random() < 0.8 for y in range(first, last + 1)]
    return pd.DataFrame(rows, columns=["commune", "year", "births"])


def _population(rng, uai, communes):
    people = rng.integers(100, 900, 18).astype(float)
    return pd.DataFrame({"year": BASE, "age_min": range(18), "age_max": range(18), "population": people})


def _special(rng, uai, communes):
    rows = [
        (name, rentree, "segpa", grades.sum(), *(grades if rng.random() < 0.8 else [np.nan] * 4))
        for name in uai[: int(rng.integers(1, len(uai)))]
        for rentree in (BASE - 2, BASE)
        for grades in [rng.integers(0, 9, 4).astype(float)]
    ]
    return pd.DataFrame(rows, columns=["uai", "rentree", "kind", "pupils", *COLLEGE_COLUMNS])


_TABLES = {
    "history": _history,
    "ecole_history": _ecoles,
    "births": _births,
    "population": _population,
    "special": _special,
}
