"""A small invented study: 40 units, 6 collèges (2 private beside them), one plan that closes a collège, one impossible."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely

from maillage.demography.demand import Demand
from maillage.plan import Breach, Plan
from maillage.scenario import Goals, Rules, Scenario, StudySettings
from maillage.studies import Study
from maillage.territory import Bassins, Cohorts, Colleges, Estimate, Match, PrivateColleges, Source, Territory, Units
from maillage.travel.times import TravelTimes

COLUMNS, ROWS, CELL_M = 8, 5, 4000.0
BASE, START, UNTIL = 2024, 2025, 2030
SITES = np.array([[5000, 5000], [27000, 4000], [15000, 9500], [6000, 16000], [19000, 15500], [28000, 17000]], dtype=float)
CORNER_M = np.array([650_000.0, 7_050_000.0])
NAMES = ("Jean Ferrat", "Les Sources", "Élise Freinet", "Val Doré", "Aimé Césaire", "Louise Michel")
RENTREES = np.arange(BASE, UNTIL + 1)


def _polygons(rng: np.random.Generator) -> list[shapely.Polygon]:
    """A grid whose inner corners are shaken, so that neighbours share slanted borders."""
    x, y = np.meshgrid(np.arange(COLUMNS + 1) * CELL_M, np.arange(ROWS + 1) * CELL_M)
    shake = rng.uniform(-900, 900, (2, *x.shape))
    x, y = 650_000 + x + shake[0], 7_050_000 + y + shake[1]
    corners = np.dstack([x, y])
    return [
        shapely.Polygon([corners[r, c], corners[r, c + 1], corners[r + 1, c + 1], corners[r + 1, c]])
        for r in range(ROWS)
        for c in range(COLUMNS)
    ]


def _edges() -> np.ndarray:
    index = np.arange(ROWS * COLUMNS).reshape(ROWS, COLUMNS)
    across = np.column_stack([index[:, :-1].ravel(), index[:, 1:].ravel()])
    down = np.column_stack([index[:-1].ravel(), index[1:].ravel()])
    return np.vstack([across, down]).astype(np.int32)


def _units(rng: np.random.Generator) -> Units:
    polygons = np.array(_polygons(rng), dtype=object)
    xy_m = shapely.get_coordinates(shapely.centroid(polygons))
    present = np.linalg.norm(xy_m[:, None] - (SITES + CORNER_M)[None], axis=2).argmin(axis=1)
    present[13], present[20] = 2, 3
    count = len(polygons)
    pupils = rng.uniform(20, 90, count)
    ips = rng.normal(92, 12, count)
    edges = _edges()
    return Units(
        unit=np.array([f"99{i + 1:03d}" for i in range(count)]),
        commune=np.array([f"99{i + 1:03d}" for i in range(count)]),
        name=np.array([f"Bourg-{i + 1}" for i in range(count)]),
        xy_m=xy_m,
        geometry=polygons,
        area_km2=shapely.area(polygons) / 1e6,
        present=present.astype(np.int32),
        present_assumed=np.arange(count) == 39,
        approximate=np.arange(count) == 20,
        pupils=pupils,
        ips=ips,
        ips_sd=np.full(count, 28.0),
        ips_imputed=np.arange(count) % 7 == 0,
        group=pupils * np.clip(0.45 - (ips - 92) / 80, 0.05, 0.95),
        ecole_pupils=np.repeat(pupils[:, None] / 4, 5, axis=1),
        ecole_served=np.arange(count) % 9 == 0,
        edges=edges,
        edge_length_m=np.full(len(edges), CELL_M),
    )


def _colleges(units: Units) -> Colleges:
    pupils = np.bincount(units.present, weights=units.pupils, minlength=6)
    xy_m = SITES + CORNER_M
    unit = np.linalg.norm(units.xy_m[:, None] - xy_m[None], axis=2).argmin(axis=0)
    ips = np.bincount(units.present, weights=units.pupils * units.ips, minlength=6) / pupils
    return Colleges(
        uai=np.array([f"099000{s}A" for s in range(6)]),
        name=np.array(NAMES),
        commune=units.commune[unit],
        xy_m=xy_m,
        unit=unit.astype(np.int32),
        pupils=pupils,
        grade_pupils=np.repeat(pupils[:, None] / 4, 4, axis=1),
        ips=ips,
        ips_sd=np.full(6, 30.0),
        priority=np.array(["", "REP", "", "", "REP+", ""]),
        capacity_low=pupils * 1.0,
        capacity=pupils * np.array([1.3, 1.15, 1.02, 1.9, 1.2, 0.97]),
        capacity_high=pupils * 2.0,
        capacity_estimated=np.array([True, False, True, False, True, False]),
        lunch_rate=np.array([0.6, 0.7, 0.62, 0.62, 0.5, 0.0]),
        lunch_rate_estimated=np.array([False, False, True, True, False, False]),
        seats=np.array([120, 150, np.nan, 100, 90, np.nan]),
        sittings=np.array([2, 2, np.nan, 2, 2, np.nan]),
        canteen_estimated=np.array([False, False, False, True, False, False]),
        kitchen=np.array([0, 1, 1, 3, 4, -1], dtype=np.int32),
        production_meals=np.array([400, 700, np.nan, 300, 300, np.nan]),
        ecole_meals=np.array([0, 120, 0, 0, 40, 0.0]),
    )


def _territory() -> Territory:
    units = _units(np.random.default_rng(7))
    colleges = _colleges(units)
    history = pd.DataFrame(
        [
            {
                "uai": uai,
                "rentree": year,
                "pupils": p * (1 + 0.01 * (BASE - year)),
                "p6e": p / 4,
                "p5e": p / 4,
                "p4e": p / 4,
                "p3e": p / 4,
            }
            for uai, p in zip(colleges.uai, colleges.pupils, strict=True)
            for year in range(BASE - 4, BASE + 1)
        ]
    )
    return Territory(
        code="99",
        name="Val-d'Ostreval",
        base_rentree=BASE,
        units=units,
        colleges=colleges,
        private=PrivateColleges(
            uai=np.array(["0990100P", "0990101P"]),
            name=np.array(["Sainte-Odile", "Saint-Yves"]),
            commune=np.array(["99010", "99030"]),
            xy_m=np.array([[660_000.0, 7_055_000.0], [670_000.0, 7_062_000.0]]),
            pupils=np.array([320.0, 210.0]),
            ips=np.array([118.0, 112.0]),
            ips_sd=np.array([24.0, 25.0]),
        ),
        cohorts=Cohorts(pd.DataFrame(), pd.DataFrame(), history, pd.DataFrame(), pd.DataFrame()),
        communes_sectored=39,
        group_share=0.45,
        group_ips=82.0,
        fictional=True,
        sources=(
            Source("fr-en-ips-colleges-ap2023.csv", "IPS of collèges", "rentrée 2024", 8, "ab" * 32),
            Source("communes.geojson", "commune outlines", "2024", 40, "cd" * 32),
        ),
        matches=(
            Match("collèges and positions", 6, 6),
            Match("communes and sectors", 39, 40, ("99040",), "given to neighbours"),
        ),
        estimates=(
            Estimate("capacity", 3, 6, "highest enrolment seen / 0.92, rounded up to 25"),
            Estimate("unit IPS", 6, 40, "regression on median income"),
        ),
    )


def _demand(territory: Territory, variant: str) -> Demand:
    slope = {"central": -0.02, "high": -0.01, "low": -0.035}[variant]
    growth = (1 + slope + np.linspace(-0.02, 0.03, len(territory.units)))[:, None] ** np.arange(len(RENTREES))
    total = territory.units.pupils[:, None] * growth
    method = ("2025-2029: cohorts at school moved up year by year.", "2030: births of the commune.")
    return Demand(RENTREES, np.repeat(total[:, None] / 4, 4, axis=1), variant, np.ones(len(RENTREES)), method=method)


def _travel(territory: Territory) -> TravelTimes:
    km = 1.3 * np.linalg.norm(territory.units.xy_m[:, None] - territory.colleges.xy_m[None], axis=2) / 1000
    return TravelTimes(3 + km / 45 * 60, km, "car", True, "crow-fly distance x 1.3 at 45 km/h, plus 3 min")


def _plan(scenario: Scenario, territory: Territory, assignment: np.ndarray, status: str, **more: object) -> Plan:
    is_open = np.isin(np.arange(6), assignment)
    present = territory.units.present
    return Plan(scenario, assignment, present, territory.colleges.uai, is_open, START, UNTIL, status, **more)  # type: ignore[arg-type]


def _plans(territory: Territory, travel: TravelTimes) -> tuple[Plan, ...]:
    present = territory.units.present
    nearest = travel.minutes.argmin(axis=1)
    fewer = np.delete(travel.minutes, 3, axis=1).argmin(axis=1)
    fewer = np.where(fewer >= 3, fewer + 1, fewer)
    swapped = present.copy()
    swapped[[12, 13, 22]] = 4
    nan, breaches = (
        float("nan"),
        (
            Breach("capacity", "0990002A", 2025, 12.4, "pupils"),
            Breach("capacity", "0990002A", 2026, 9.1, "pupils"),
            Breach("canteen seats", "0990001A", 2025, 19.0, "lunches"),
        ),
    )
    return (
        _plan(
            Scenario(name="present", title="Au fil de l'eau", present=True),
            territory,
            present,
            "present",
            objective=nan,
            bound=nan,
            gap=0.0,
            seconds=0.0,
            method="none",
            breaches=breaches,
        ),
        _plan(
            Scenario(name="access", title="Accès d'abord", rules=Rules(max_minutes=45)),
            territory,
            nearest,
            "proven",
            objective=0.912,
            bound=0.9101,
            gap=0.0021,
            seconds=1.84,
            method="HiGHS 1.11",
        ),
        _plan(
            Scenario(name="close-1", title="Fermer un collège", close=1, goals=Goals(travel=1, moves=1)),
            territory,
            fewer,
            "feasible",
            objective=1.31,
            bound=1.2314,
            gap=0.06,
            seconds=30.2,
            method="HiGHS 1.11",
        ),
        _plan(
            Scenario(
                name="mix",
                title="Mixité d'abord",
                goals=Goals(travel=1, mix=3),
                rules=Rules(max_moved_share=0.2, min_pupils=150, contiguous=True),
            ),
            territory,
            swapped,
            "proven",
            objective=2.2,
            bound=2.19,
            gap=0.0045,
            seconds=4.0,
            method="HiGHS 1.11",
        ),
    )


@pytest.fixture(scope="session")
def toy_study() -> Study:
    """The invented study, complete."""
    territory = _territory()
    variants = {name: _demand(territory, name) for name in ("central", "high", "low")}
    travel = _travel(territory)
    plans = _plans(territory, travel)
    hurried = Scenario(name="hurried", title="Réponse à venir")
    hopeless = Scenario(name="close-5", title="Fermer cinq collèges", close=5)
    reasons = (
        "capacity (central): at most 525 places in 1 open collèges for 2269 pupils in 2025, 1744 short",
        "a reason of tomorrow about 0990001A",
    )
    return Study(
        territory=territory,
        scenarios=tuple(p.scenario for p in plans),
        plans=plans,
        impossible=((hopeless, reasons),),
        unsolved=((hurried, ("scenario 'hurried': no plan found in 1 s; give it more time",)),),
        demand=variants["central"],
        variants=variants,
        travel=travel,
        settings=StudySettings(start=START, until=UNTIL, title="Étude d'essai"),
        seconds=12.0,
    )


@pytest.fixture(scope="session")
def doubtful_study(toy_study: Study) -> Study:
    """The same in two bassins, west and east, with 60 simulated futures of the central variant that stray year by year."""
    territory = toy_study.territory
    west = territory.colleges.xy_m[:, 0] < CORNER_M[0] + 16_000
    college = np.where(west, 0, 1)
    bassins = Bassins(np.array(["Ouest", "Est"]), college[territory.units.present], college, "made for the test")
    pupils = toy_study.demand.pupils
    normal = np.random.default_rng(2).standard_normal((60, len(territory.units), 1, 1))
    draws = (pupils * np.exp(0.03 * normal * np.arange(len(RENTREES)))).astype(np.float32)
    demand = replace(toy_study.demand, draws=draws)
    variants = {**toy_study.variants, "central": demand}
    return replace(toy_study, territory=replace(territory, bassins=bassins), demand=demand, variants=variants)


@pytest.fixture(scope="session")
def renamed_study(toy_study: Study) -> Study:
    """The same with hostile names, and a sector too small to be told."""
    territory = toy_study.territory
    names = np.array(["<script>alert(1)</script>", "=cmd()", "\"quoted\" & 'single'", "../../etc", "مدرسة", "😀"])
    colleges = replace(territory.colleges, name=names)
    units = replace(territory.units, name=np.array(["<img src=x onerror=alert(1)>"] * len(territory.units)))
    return replace(toy_study, territory=replace(territory, colleges=colleges, units=units, name="<b>Ostreval</b>"))
