"""One way to measure a plan of the toy territory, shared by the tests of every family of indicators."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from maillage.indicators import evaluate
from toy import toy_demand, toy_territory, toy_travel
from toy_plans import TODAY, plan_of

Measure = Callable[..., dict[str, np.ndarray]]


@pytest.fixture
def measure() -> Measure:
    """``measure(assignment, start=..., territory=..., demand=..., travel=...)``: values of each indicator, 2024 to 2026."""

    def run(assignment: tuple[int, ...] = TODAY, start: int = 2025, **stages: Any) -> dict[str, np.ndarray]:
        territory = stages.get("territory") or toy_territory()
        demand, travel = stages.get("demand") or toy_demand(), stages.get("travel") or toy_travel()
        table = evaluate(territory, plan_of(territory, assignment, start), demand, travel)
        return {str(name): rows["value"].to_numpy() for name, rows in table.groupby("indicator", sort=False)}

    return run
