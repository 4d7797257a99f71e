"""A territory small enough to work out by hand: four units in a row, a public collège at either end.

::

    u0 (99001) -- u1 (99002) -- u2 (99003) -- u3 (99004)      6 km squares, shared borders of 6 km
    A 0990001N                                B 0990002P      private 0990003R in u1

    unit    pupils 2024 / 2025 / 2026   IPS   group   present   minutes to A / B
    u0          100 / 90 / 80            80     60       A            5 / 20
    u1           60 / 60 / 60           100     25       A           12 /  9
    u2           40 / 40 / 40            85     20       B           15 / 10
    u3          100 / 90 / 80           120     30       B           20 /  5
    all         300 / 280 / 260          98    135

Today A has 160 pupils (IPS 87.5) and B 140 (IPS 110); D = (|85 - 0.45 x 160| + |50 - 0.45 x 140|) / (2 x 300 x 0.45 x 0.55)
= 26 / 148.5. Over 2025 and 2026 the mean pupils are 85, 60, 40, 85 and today's sectors make 85 x 5 + 60 x 12 + 40 x 10
+ 85 x 5 = 1,970 pupil-minutes. A has 280 places (250 to 300), B 160 (140 to 180): B can close, A cannot. A's kitchen
cooks 200 meals a day for both and 30 for écoles; A seats 90 x 2, B 40 x 2; 60 % lunch at A, 50 % at B.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pandas as pd
from shapely.geometry import box

from maillage.demography.demand import Demand
from maillage.territory import Cohorts, Colleges, PrivateColleges, Territory, Units
from maillage.travel.times import TravelTimes

A, B, PRIVATE = "0990001N", "0990002P", "0990003R"
PUPILS = np.array([[100.0, 90.0, 80.0], [60.0, 60.0, 60.0], [40.0, 40.0, 40.0], [100.0, 90.0, 80.0]])
MINUTES = np.array([[5.0, 20.0], [12.0, 9.0], [15.0, 10.0], [20.0, 5.0]])
DISTANCE_KM = np.array([[2.0, 16.0], [8.0, 6.0], [12.0, 8.0], [18.0, 2.0]])


def toy_territory(**changes: Any) -> Territory:
    """The toy; a keyword changes a field of it, or, given a dict, some columns of one of its tables.

    ``toy_territory(colleges={"capacity": np.array([100.0, 100.0])}, group_share=0.3)``
    """
    territory = Territory(
        code="99",
        name="Toy",
        base_rentree=2024,
        units=_units(),
        colleges=_colleges(),
        private=_private(),
        cohorts=_cohorts(),
        communes_sectored=4,
        group_share=0.45,
        group_ips=93.0,
        fictional=True,
    )
    for name, value in changes.items():
        if isinstance(value, dict):
            changes[name] = dataclasses.replace(getattr(territory, name), **value)
    return dataclasses.replace(territory, **changes)


def toy_travel(**changes: Any) -> TravelTimes:
    """Minutes and kilometres of the table above."""
    times = TravelTimes(MINUTES, DISTANCE_KM, mode="car", approximate=False, method="By hand.")
    return dataclasses.replace(times, **changes)


def toy_demand(**changes: Any) -> Demand:
    """Rentrées 2024 to 2026, a quarter of the pupils in each grade."""
    pupils = np.repeat(PUPILS[:, None, :] / 4, 4, axis=1)
    demand = Demand(np.arange(2024, 2027), pupils, variant="central", private_factor=np.ones(3), method=("By hand.",))
    return dataclasses.replace(demand, **changes)


def _units() -> Units:
    west_m = 600_000.0 + 6_000.0 * np.arange(4)
    squares = np.empty(4, dtype=object)
    squares[:] = [box(x, 7_000_000, x + 6_000, 7_006_000) for x in west_m]
    commune = np.array(["99001", "99002", "99003", "99004"])
    return Units(
        unit=commune,
        commune=commune,
        name=np.array(["Aubrac-sur-Ys", "Brionne-le-Val", "Crécy-lès-Eaux", "Doulanges"]),
        xy_m=np.column_stack([west_m + 3_000, np.full(4, 7_003_000.0)]),
        geometry=squares,
        area_km2=np.full(4, 36.0),
        present=np.array([0, 0, 1, 1], np.int32),
        present_assumed=np.zeros(4, bool),
        approximate=np.zeros(4, bool),
        pupils=PUPILS[:, 0],
        ips=np.array([80.0, 100.0, 85.0, 120.0]),
        ips_sd=np.full(4, 20.0),
        ips_imputed=np.zeros(4, bool),
        group=np.array([60.0, 25.0, 20.0, 30.0]),
        ecole_pupils=np.repeat(PUPILS[:, :1] / 4, 5, axis=1),
        ecole_served=np.zeros(4, bool),
        edges=np.array([[0, 1], [1, 2], [2, 3]], np.int32),
        edge_length_m=np.full(3, 6_000.0),
    )


def _colleges() -> Colleges:
    pupils = np.array([160.0, 140.0])
    return Colleges(
        uai=np.array([A, B]),
        name=np.array(["Collège des Aulnes", "Collège des Bouleaux"]),
        commune=np.array(["99001", "99004"]),
        xy_m=np.array([[603_000.0, 7_003_000.0], [621_000.0, 7_003_000.0]]),
        unit=np.array([0, 3], np.int32),
        pupils=pupils,
        grade_pupils=np.repeat(pupils[:, None] / 4, 4, axis=1),
        ips=np.array([87.5, 110.0]),
        # Within 20 squared, between units 93.75 and 250.
        ips_sd=np.sqrt([493.75, 650.0]),
        priority=np.array(["REP", ""]),
        capacity_low=np.array([250.0, 140.0]),
        capacity=np.array([280.0, 160.0]),
        capacity_high=np.array([300.0, 180.0]),
        capacity_estimated=np.array([False, True]),
        lunch_rate=np.array([0.6, 0.5]),
        lunch_rate_estimated=np.zeros(2, bool),
        seats=np.array([90.0, 40.0]),
        sittings=np.array([2.0, 2.0]),
        canteen_estimated=np.zeros(2, bool),
        kitchen=np.array([0, 0], np.int32),
        production_meals=np.array([200.0, np.nan]),
        ecole_meals=np.array([30.0, 0.0]),
    )


def _private() -> PrivateColleges:
    return PrivateColleges(
        uai=np.array([PRIVATE]),
        name=np.array(["Collège privé Sainte-Odile"]),
        commune=np.array(["99002"]),
        xy_m=np.array([[609_000.0, 7_003_000.0]]),
        pupils=np.array([60.0]),
        ips=np.array([118.0]),
        ips_sd=np.array([25.0]),
    )


def _cohorts() -> Cohorts:
    empty: dict[str, list[str]] = {
        "population": ["year", "age_min", "age_max", "population"],
        "births": ["commune", "year", "births"],
        "ecole_history": ["commune", "rentree", "cp", "ce1", "ce2", "cm1", "cm2"],
        "projection": ["rentree", "variant", "pupils"],
    }
    history = pd.DataFrame(
        {
            "uai": [A, B, A, B],
            "rentree": [2023, 2023, 2024, 2024],
            "pupils": [168.0, 140.0, 160.0, 140.0],
            **{f"p{grade}e": [42.0, 35.0, 40.0, 35.0] for grade in (6, 5, 4, 3)},
        }
    )
    return Cohorts(history=history, **{name: pd.DataFrame(columns=columns) for name, columns in empty.items()})
