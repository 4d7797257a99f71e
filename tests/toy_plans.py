"""Plans of the toy territory, made by hand."""

from __future__ import annotations

import numpy as np

from maillage.plan import Plan
from maillage.scenario import Scenario
from maillage.territory import Territory

TODAY, SWAPPED, ALL_TO_A = (0, 0, 1, 1), (0, 1, 0, 1), (0, 0, 0, 0)
"""Collège of each unit: as today; u1 and u2 change places; B closes."""


def plan_of(territory: Territory, assignment: tuple[int, ...], start: int = 2025) -> Plan:
    """A plan of the toy whose closed collèges are those without a unit."""
    return Plan(
        scenario=Scenario(name="toy"),
        assignment=np.array(assignment, np.int32),
        present=territory.units.present,
        uai=territory.colleges.uai,
        open=np.isin(np.arange(len(territory.colleges)), assignment),
        start=start,
        until=2026,
        status="feasible",
        objective=1.0,
        bound=1.0,
        gap=0.0,
        seconds=0.0,
        method="by hand",
    )
