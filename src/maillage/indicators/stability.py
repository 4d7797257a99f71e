"""Stability: who changes collège, and which collèges close."""

from __future__ import annotations

import numpy as np

from maillage.arrays import Floats
from maillage.indicators.registry import if_moved, indicator, never
from maillage.indicators.situation import Situation, count, ratio


@indicator("moved_pupils", "pupils", "lower", if_moved)
def moved_pupils(situation: Situation) -> Floats:
    """Pupils whose collège in that rentrée is not the one of today's sectors."""
    moved = situation.site != situation.today[:, None]
    return np.asarray((situation.pupils * moved).sum(axis=0))


@indicator("moved_share", "share", "lower", if_moved)
def moved_share(situation: Situation) -> Floats:
    """The same as a share of the pupils who have, today or under the plan, a public collège of the territory."""
    concerned = situation.inside | (situation.today >= 0)[:, None]
    total = np.where(concerned, situation.pupils, 0.0).sum(axis=0)
    return ratio(moved_pupils(situation), total)


@indicator("open_colleges", "collèges", "", never)
def open_colleges(situation: Situation) -> Floats:
    """Public collèges open."""
    return count(situation.open)


@indicator("closed_colleges", "collèges", "", never)
def closed_colleges(situation: Situation) -> Floats:
    """Public collèges of today that are closed in that rentrée."""
    return count(~situation.open)
