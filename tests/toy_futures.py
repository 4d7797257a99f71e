"""Simulated futures of the toy territory, by hand: the projection with the pupils of some units changed."""

from __future__ import annotations

from typing import Any

import numpy as np

from maillage.demography.demand import Demand
from toy import PUPILS, toy_demand

Change = dict[tuple[int, int], float]
"""Pupils by unit and rentrée."""

TOO_MANY_AT_B: tuple[Change, ...] = ({(2, 2025): 80}, {(3, 2026): 125})
"""Two futures in which B, that has 160 places, gets 80 + 90 = 170 pupils in 2025, and 40 + 125 = 165 in 2026."""


def toy_futures(*changes: Change, **demand: Any) -> Demand:
    """The toy's demand with one future for each of the changes."""
    totals = np.repeat(PUPILS[None], len(changes), axis=0)
    for number, change in enumerate(changes):
        for (unit, rentree), pupils in change.items():
            totals[number, unit, rentree - 2024] = pupils
    draws = np.repeat(totals[:, :, None, :] / 4, 4, axis=2).astype(np.float32)
    return toy_demand(draws=draws, **demand)
