"""Écoles: where they stand and how many pupils they have. Many villages have none and send their pupils to a neighbour."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demo.land import Floats, Ints, Land, nearest
from demo.names import CODE, uai
from demo.people import BASE, People
from demo.schools import RENTREES

PRIVATE_PART = 0.77  # private share at école over private share at collège
FIRST_NUMBER = 1001


@dataclass(frozen=True)
class Ecoles:
    """`pupils` is (écoles, rentrées, 5 grades); `cell` where the école stands; `ips` of its pupils."""

    uai: list[str]
    name: list[str]
    commune: Ints
    cell: Ints
    public: NDArray[np.bool_]
    pupils: Floats
    ips: Floats
    priority: list[str]

    def __len__(self) -> int:
        return len(self.uai)


def open_ecoles(land: Land, people: People, college_priority: list[str], sector: Ints, rng: np.random.Generator) -> Ecoles:
    """Public écoles by cell and a few private ones in the towns."""
    kids = people.ecole(land, BASE).sum(axis=1)
    private = np.clip(people.private * PRIVATE_PART, 0, 0.6)
    host = _host(land, kids * (1 - private), rng)
    public_cell, public_share = _split(np.bincount(host, kids * (1 - private), len(kids)).astype(float), 210.0, rng)
    towns = _private_towns(land)
    parish = towns[nearest(land.site_m[towns], land.site_m)[1]]
    private_cell, private_share = _split(np.bincount(parish, kids * private, len(kids)).astype(float), 260.0, rng)
    public = _count(land, people, 1 - private, host, public_cell, public_share)
    other = _count(land, people, private, parish, private_cell, private_share)
    cell = np.concatenate([public_cell, private_cell])
    is_public = np.arange(len(cell)) < len(public_cell)
    ips = people.ips[cell] + rng.normal(size=len(cell)) * 2.5 + np.where(is_public, 0.0, 15.0)
    labels = [college_priority[sector[c]] if p else "" for c, p in zip(cell, is_public, strict=True)]
    return Ecoles(
        uai=[uai(CODE, FIRST_NUMBER + i) for i in range(len(cell))],
        name=_names(land.commune[cell], is_public, rng),
        commune=land.commune[cell],
        cell=cell,
        public=is_public,
        pupils=np.vstack([public, other]),
        ips=np.round(np.clip(ips, 52.0, 145.0), 1),
        priority=labels,
    )


def _host(land: Land, kids: Floats, rng: np.random.Generator) -> Ints:
    """Cell whose écoles take each cell's pupils: its own, or the nearest with an école where it has too few pupils."""
    chance = np.clip((kids - 14.0) / 38.0, 0.04, 1.0)
    own = (rng.random(len(kids)) < chance) | (np.bincount(land.commune)[land.commune] > 1)
    open_cells = np.flatnonzero(own)
    closest = open_cells[nearest(land.site_m[open_cells], land.site_m)[1]]
    return np.where(own, np.arange(len(kids)), closest)


def _private_towns(land: Land) -> Ints:
    large = np.flatnonzero(land.population >= 6_500)
    return np.array([int(land.cells_of(int(c))[0]) for c in large])


def _split(kids: Floats, size: float, rng: np.random.Generator) -> tuple[Ints, Floats]:
    """Écoles of about `size` pupils: the cell of each, and its share of the cell's pupils."""
    cells, shares = [], []
    for cell in np.flatnonzero(kids):
        count = max(1, round(float(kids[cell]) / size))
        weight = np.exp(rng.normal(size=count) * 0.25)
        cells += [int(cell)] * count
        shares += (weight / weight.sum()).tolist()
    return np.array(cells), np.array(shares)


def _count(land: Land, people: People, part: Floats, host: Ints, cell: Ints, share: Floats) -> Floats:
    """Pupils (écoles, rentrées, 5) from the cohorts of the cells each école serves."""
    by_rentree = []
    for rentree in RENTREES:
        kids = people.ecole(land, rentree) * part[:, None]
        served = np.column_stack([np.bincount(host, kids[:, g], len(kids)) for g in range(5)])
        by_rentree.append(np.round(served[cell] * share[:, None]))
    return np.stack(by_rentree, axis=1)


def _names(commune: Ints, public: NDArray[np.bool_], rng: np.random.Generator) -> list[str]:
    words = (
        "LES LISERONS",
        "LE PREAU BLEU",
        "LES MARELLES",
        "LA RONDE",
        "LES CAILLOUX BLANCS",
        "LE CERF VOLANT",
        "LES SABLIERS",
    )
    seen: dict[int, int] = {}
    names = []
    for where, is_public in zip(commune.tolist(), public.tolist(), strict=True):
        rank = seen[where] = seen.get(where, -1) + 1
        lot = words[(rank + int(rng.integers(2))) % len(words)]
        names.append(f"{lot} {rank // len(words) + 1}" if is_public else f"INSTITUTION {lot} {rank + 1}")
    return names
