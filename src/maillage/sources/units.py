"""Cutting communes into units, each with one present collège.

A small commune with one collège is one unit. A large one, or one whose streets are shared between collèges, is cut:
along IRIS where their contours are given, else into geometric cells. Which part goes to which collège is then an
approximation: the parts nearest a collège are given to it, as many as its share of the commune's pupils.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

from maillage.arrays import Floats, Ints
from maillage.margins import largest_remainder
from maillage.sources.geography import cut_into_cells, fit_partition, living_points

OUTSIDE = -1
"""Present collège of a unit sectored outside the territory."""


@dataclass(frozen=True)
class Shared:
    """Pupils of one commune that go to one collège; `college` is `OUTSIDE` and `xy_m` its place for another département."""

    college: int
    pupils: float
    xy_m: tuple[float, float]


@dataclass(frozen=True)
class Commune:
    """One commune to be cut: its code, name, polygon (EPSG:2154) and the collèges that share its pupils."""

    code: str
    name: str
    geometry: Any
    shared: tuple[Shared, ...]


@dataclass(frozen=True)
class Iris:
    """One IRIS of a commune: code, name, polygon (EPSG:2154), and how many young people live there (NaN unknown)."""

    code: str
    name: str
    geometry: Any
    young: float


@dataclass(frozen=True)
class Part:
    """One unit to be: `pupils` go to `college`; `iris` is empty where the part is not an IRIS."""

    unit: str
    commune: str
    name: str
    geometry: Any
    college: int
    pupils: float
    approximate: bool
    iris: str = ""


@dataclass(frozen=True)
class CutRule:
    """When a commune is cut (above so many pupils) and how finely (pupils a part)."""

    split_above_pupils: float = 300.0
    part_pupils: float = 150.0


def cut_communes(communes: Sequence[Commune], iris: Mapping[str, Sequence[Iris]], rule: CutRule) -> list[Part]:
    """Cut every commune that needs it; parts keep the order of `communes`, and their polygons partition each commune.

    Parameters
    ----------
    communes : sequence of Commune
    iris : mapping of INSEE code to Iris
        Empty where no IRIS contours are given.
    rule : CutRule

    Returns
    -------
    list of Part
        Every collège of a commune has at least one part of it; the pupils of each commune and collège are conserved.
    """
    return [part for commune in communes for part in _cut(commune, iris.get(commune.code, ()), rule)]


def _cut(commune: Commune, iris: Sequence[Iris], rule: CutRule) -> list[Part]:
    if not _needs_cutting(commune, rule):
        college, pupils = commune.shared[0].college, sum(share.pupils for share in commune.shared)
        return [Part(commune.code, commune.code, commune.name, commune.geometry, college, pupils, approximate=False)]
    cells = sum(max(1, ceil(share.pupils / rule.part_pupils)) for share in commune.shared)
    blocks = _iris_blocks(commune, iris) or _cell_blocks(commune, cells)
    share_of = _nearest_with_slots(commune.shared, np.array([block.geometry for block in blocks], dtype=object))
    weight = _weights(np.array([block.young for block in blocks]), share_of)
    certain = len(commune.shared) == 1 and blocks[0].is_iris
    return [
        Part(
            unit=block.code,
            commune=commune.code,
            name=block.name,
            geometry=block.geometry,
            college=commune.shared[k].college,
            pupils=commune.shared[k].pupils * w,
            approximate=not certain,
            iris=block.code if block.is_iris else "",
        )
        for block, k, w in zip(blocks, share_of, weight, strict=True)
    ]


def _needs_cutting(commune: Commune, rule: CutRule) -> bool:
    """Shared between collèges or large; a commune sectored wholly outside is never replanned, so it stays whole."""
    if all(share.college == OUTSIDE for share in commune.shared):
        return False
    return len(commune.shared) > 1 or commune.shared[0].pupils > rule.split_above_pupils


@dataclass(frozen=True)
class _Block:
    code: str
    name: str
    geometry: Any
    young: float
    is_iris: bool


def _iris_blocks(commune: Commune, iris: Sequence[Iris]) -> list[_Block]:
    """The commune's IRIS fitted to its outline; none where they are too few to tell its collèges apart."""
    if len(iris) < max(2, len(commune.shared)):
        return []
    fitted = fit_partition(commune.geometry, [i.geometry for i in iris])
    blocks = [
        _Block(i.code, f"{commune.name}, {i.name}", g, i.young, True)
        for i, g in zip(iris, fitted, strict=True)
        if not g.is_empty
    ]
    return blocks if len(blocks) >= max(2, len(commune.shared)) else []


def _cell_blocks(commune: Commune, count: int) -> list[_Block]:
    anchors = np.array([share.xy_m for share in commune.shared])
    cells = cut_into_cells(commune.geometry, count, anchors)
    width = len(str(len(cells)))
    return [
        _Block(f"{commune.code}-{n:0{width}d}", f"{commune.name} {n}", cell, np.nan, False) for n, cell in enumerate(cells, 1)
    ]


def _nearest_with_slots(shared: Sequence[Shared], blocks: Any) -> Ints:
    """Which collège each block goes to: slots by pupils (largest remainder), least total squared distance.

    Squared distances rather than plain ones: they give each collège one compact piece.
    """
    pupils = np.array([share.pupils for share in shared])
    pupils = pupils if pupils.sum() > 0 else np.ones(len(shared))
    slot = np.repeat(np.arange(len(shared)), largest_remainder(pupils, len(blocks)))
    site = np.array([share.xy_m for share in shared])
    cost = ((living_points(blocks)[:, None, :] - site[None, :, :]) ** 2).sum(axis=2)
    block, chosen = linear_sum_assignment(cost[:, slot])
    share_of = np.empty(len(blocks), dtype=np.int32)
    share_of[block] = slot[chosen]
    return share_of


def _weights(young: Floats, share_of: Ints) -> Floats:
    """Share of its collège's pupils in each block: by young people where known for all of them, else evenly."""
    weight = np.ones(len(young))
    for k in np.unique(share_of):
        mine = share_of == k
        known = young[mine]
        weight[mine] = known if np.isfinite(known).all() and known.sum() > 0 else 1.0
        weight[mine] /= weight[mine].sum()
    return weight
