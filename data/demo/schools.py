"""Public and private collèges: where they stand, whom they recruit, how many pupils, what social level."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, replace

import numpy as np

from demo.land import CITIES, Floats, Ints, Land, nearest
from demo.names import CODE, college_names, uai
from demo.people import BASE, COLLEGE_PUPILS, People

RENTREES = tuple(range(2019, BASE + 1))
PRIVATE_COLLEGES = 32
IPS_MEAN, IPS_BETWEEN_SD, IPS_WITHIN_SD = 89.5, 9.65, 29.67
PRIVATE_IPS_MEAN, PRIVATE_BETWEEN_SD, PRIVATE_WITHIN_SD = 116.3, 8.8, 28.2
OUTSIDE_UAI = uai("098", 41)


@dataclass(frozen=True)
class Colleges:
    """Collèges of one sector (public or private); `pupils` is (collèges, rentrées, 4 grades)."""

    uai: list[str]
    name: list[str]
    commune: Ints
    site_m: Floats
    pupils: Floats
    ips: Floats
    ips_sd: Floats
    priority: list[str]
    segpa: Ints
    ulis: Ints

    def __len__(self) -> int:
        return len(self.uai)

    def total(self, rentree: int) -> Floats:
        """Pupils of one rentrée."""
        return self.pupils[:, RENTREES.index(rentree)].sum(axis=1)


@dataclass(frozen=True)
class Sectors:
    """`cell` is the public collège of every cell; `second` gives a whole commune its second collège; `outside` lists the
    communes that a collège of the neighbouring département recruits."""

    cell: Ints
    second: dict[int, int]
    outside: tuple[int, ...]

    def weights(self, land: Land, people: People, count: int) -> Floats:
        """Share (cells, collèges) of a cell's public pupils that each collège recruits."""
        share = np.zeros((len(self.cell), count))
        share[np.arange(len(self.cell)), self.cell] = 1.0
        for commune, college in self.second.items():
            cells = land.cells_of(commune)
            share[cells, college] += 1.0
            share[cells] /= 2.0
        share[np.isin(land.commune, self.outside)] = 0.0
        return share


def place_public(land: Land, rng: np.random.Generator) -> tuple[Ints, Ints, Floats]:
    """Cell, commune and position of every public collège: one to a bourg, spread over the cells of a city."""
    cells: list[int] = []
    for commune in np.flatnonzero(land.seat):
        own = land.cells_of(int(commune))
        chosen = [int(own[0])] if land.seat[commune] == 1 else _spread(land.site_m[own], int(land.seat[commune]))
        cells += chosen if land.seat[commune] == 1 else [int(own[i]) for i in chosen]
    at = np.array(cells)
    return at, land.commune[at], land.site_m[at] + rng.normal(size=(len(at), 2)) * 170.0


def _spread(points_m: Floats, count: int) -> list[int]:
    """`count` points far from one another (farthest-first, from the second point)."""
    chosen = [1]
    while len(chosen) < count:
        gap = nearest(points_m[chosen], points_m)[0]
        chosen.append(int(np.argmax(np.where(gap < 4_200.0, gap, 0.0))))
    return chosen


def place_private(land: Land, people: People, rng: np.random.Generator) -> tuple[Ints, Floats]:
    """Private collèges: two in the three largest cities, one in the other cities, the rest in the better-off bourgs."""
    level = np.bincount(land.commune, people.ips) / np.bincount(land.commune)
    bourgs = np.flatnonzero(land.seat == 1)
    best = bourgs[np.argsort(-(level[bourgs] + rng.normal(size=len(bourgs)) * 6.0), kind="stable")]
    communes = [0, 1, 2, *range(len(CITIES)), *best[: PRIVATE_COLLEGES - 3 - len(CITIES)]]
    sites = []
    for rank, commune in enumerate(communes):
        own = land.cells_of(int(commune))
        better = own[np.argsort(-people.ips[own], kind="stable")]
        sites.append(land.site_m[better[min(rank % 2, len(better) - 1)]] + rng.normal(size=2) * 150.0)
    return np.array(communes), np.array(sites)


def draw_sectors(land: Land, people: People, college_cell: Ints, rng: np.random.Generator) -> Sectors:
    """Sectors grown from each collège along neighbouring cells, balanced by hand-like weights rather than by distance."""
    node = _nodes(land)
    demand = np.bincount(node, people.population * people.youth * (1 - people.private))
    demand *= COLLEGE_PUPILS / demand.sum()
    roads = _node_links(land, node, rng)
    start = node[college_cell]
    near = _grow(roads, start, np.ones(len(start)), len(demand))
    wish = np.clip(np.exp(rng.normal(size=len(start)) * 0.28) * 480.0, 230.0, 860.0)
    load = np.bincount(near, demand, len(start))
    wish = wish**0.75 * np.maximum(load, 60.0) ** 0.25
    reach = np.exp(rng.normal(size=len(start)) * 0.16)
    for _ in range(60):
        owner = _grow(roads, start, reach, len(demand))
        load = np.bincount(owner, demand, len(start))
        reach = np.clip(reach * (np.maximum(load, 40.0) / (wish * COLLEGE_PUPILS / wish.sum())) ** 0.10, 0.4, 3.0)
    return _special_cases(land, owner[node], rng)


def _nodes(land: Land) -> Ints:
    """Cells of the cities count one by one; every other commune is kept whole."""
    alone = land.seat[land.commune] >= 2
    key = np.where(alone, len(land.population) + np.arange(len(land.commune)), land.commune)
    return np.unique(key, return_inverse=True)[1].astype(np.int64)


def _node_links(land: Land, node: Ints, rng: np.random.Generator) -> list[list[tuple[int, float]]]:
    """Neighbours of every node and how far they feel: distance, lengthened or shortened by old ties and barriers."""
    size = np.bincount(node)
    centre = np.column_stack([np.bincount(node, land.site_m[:, k]) / size for k in (0, 1)])
    links: list[set[int]] = [set() for _ in size]
    for a, b in node[land.links]:
        if a != b:
            links[a].add(int(b))
            links[b].add(int(a))
    tie = {(a, b): float(np.exp(rng.normal() * 0.17)) for a, near in enumerate(links) for b in sorted(near) if a < b}
    return [
        [(b, float(np.hypot(*(centre[a] - centre[b]))) * tie[min(a, b), max(a, b)]) for b in sorted(near)]
        for a, near in enumerate(links)
    ]


def _grow(roads: list[list[tuple[int, float]]], start: Ints, reach: Floats, count: int) -> Ints:
    """Owner of every node: nearest start along the links, distances multiplied by the start's `reach`."""
    owner = np.full(count, -1)
    queue = [(0.0, int(node), j) for j, node in enumerate(start)]
    heapq.heapify(queue)
    while queue:
        far, node, j = heapq.heappop(queue)
        if owner[node] < 0:
            owner[node] = j
            for other, step in roads[node]:
                if owner[other] < 0:
                    heapq.heappush(queue, (far + step * reach[j], other, j))
    return owner


def _special_cases(land: Land, cell: Ints, rng: np.random.Generator) -> Sectors:
    """Four whole communes shared with a neighbouring sector, two at the rim recruited from outside."""
    villages = set(np.flatnonzero(land.seat == 0).tolist())
    border = sorted({(int(land.commune[a]), int(cell[b])) for a, b in land.links if cell[a] != cell[b]})
    border = [(c, j) for c, j in border if c in villages and np.bincount(land.commune)[c] == 1]
    second: dict[int, int] = {}
    for i in rng.permutation(len(border)):
        if len(second) < 4 and 900 < land.population[border[i][0]] < 3_500:
            second.setdefault(*border[i])
    far = np.abs(land.centre_m - land.centre_m.mean(axis=0)) / land.centre_m.std(axis=0)
    rim = np.argsort(-far.max(axis=1), kind="stable")
    outside = tuple(int(c) for c in rim if c in villages and c not in second and land.population[c] < 700)[:2]
    return Sectors(cell, second, outside)


def enrol(land: Land, people: People, share: Floats, rng: np.random.Generator) -> Floats:
    """Pupils (collèges, rentrées, 4): the sector's cohorts, with the stay-aways and newcomers of each collège."""
    habit = np.exp(rng.normal(size=share.shape[1]) * 0.025)
    counts = []
    for rentree in RENTREES:
        sent = (people.college(land, rentree) * (1 - people.private)[:, None]).T @ share
        counts.append(sent.T * habit[:, None] * np.exp(rng.normal(size=sent.T.shape) * 0.012))
    pupils = np.stack(counts, axis=1)
    return np.round(pupils * COLLEGE_PUPILS / pupils[:, -1].sum())


def enrol_private(land: Land, people: People, site_m: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Pupils (private collèges, rentrées, 4) and the share of each cell's private pupils they take (by distance)."""
    offset = land.site_m[:, None, :] - site_m[None]
    distance_m = np.hypot(offset[..., 0], offset[..., 1])
    pull = np.exp(rng.normal(size=len(site_m)) * 0.25) / (distance_m + 2_500.0) ** 2.2
    share = pull / pull.sum(axis=1, keepdims=True)
    counts = [(people.college(land, rentree) * people.private[:, None]).T @ share for rentree in RENTREES]
    return np.round(np.stack([c.T for c in counts], axis=1)), share


def level(raw: Floats, pupils: Floats, mean: float, sd: float) -> Floats:
    """`raw` moved and stretched to a pupil-weighted mean and standard deviation."""
    centre = np.average(raw, weights=pupils)
    spread = np.sqrt(np.average((raw - centre) ** 2, weights=pupils))
    return mean + (raw - centre) * sd / spread


def calibrate_ips(people: People, land: Land, share: Floats, pupils: Floats, rng: np.random.Generator) -> tuple[People, Floats]:
    """IPS of the public collèges, and the cells' IPS stretched alike, so that both tell the same story."""
    cohort = people.college(land, BASE).sum(axis=1) * (1 - people.private)
    weight = share * cohort[:, None]
    raw = people.ips @ weight / weight.sum(axis=0) + rng.normal(size=share.shape[1]) * 1.2
    centre = np.average(raw, weights=pupils)
    raw = raw + 0.014 * np.maximum(raw - centre, 0.0) ** 2  # the few best-off collèges stand out more than the worst-off
    stretch = IPS_BETWEEN_SD / np.sqrt(np.average((raw - centre) ** 2, weights=pupils))
    ips = raw
    for _ in range(40):
        ips = np.clip(level(ips, pupils, IPS_MEAN, IPS_BETWEEN_SD), 62.8, 113.9)
    cells = np.clip(IPS_MEAN + (people.ips - centre) * stretch, 52.0, 138.0)
    return replace(people, ips=cells), ips


def within_sd(ips: Floats, pupils: Floats, mean_sd: float, rng: np.random.Generator) -> Floats:
    """Standard deviation within each collège: a little larger where the IPS is higher; pupil-weighted variance as given."""
    sd = np.clip(mean_sd + 0.11 * (ips - ips.mean()) + rng.normal(size=len(ips)) * 1.4, 22.0, 38.0)
    return sd * mean_sd / np.sqrt(np.average(sd**2, weights=pupils))


def label_priority(ips: Floats, rng: np.random.Generator) -> list[str]:
    """10 REP+ and 32 REP, the map being older than today's IPS: nearly, not exactly, the lowest ones."""
    order = np.argsort(ips + rng.normal(size=len(ips)) * 2.5, kind="stable")
    labels = np.full(len(ips), "", dtype=object)
    labels[order[:10]] = "REP+"
    labels[order[10:42]] = "REP"
    return labels.tolist()


def adapted_places(count: int, with_segpa: int, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """SEGPA and ULIS pupils of each collège at the base rentrée."""
    segpa, ulis = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    chosen = rng.permutation(count)
    segpa[chosen[:with_segpa]] = rng.integers(44, 65, size=with_segpa)
    ulis[rng.permutation(count)[: count // 2]] = rng.integers(8, 13, size=count // 2)
    return segpa, ulis


def assemble(
    numbers: Ints,
    prefix: str,
    commune: Ints,
    site_m: Floats,
    pupils: Floats,
    ips: Floats,
    sd: Floats,
    priority: list[str],
    segpa: int,
    rng: np.random.Generator,
) -> Colleges:
    """Collèges with their identifiers and invented names."""
    names = [f"{prefix}{name}" for name in college_names(len(numbers), rng)]
    adapted = adapted_places(len(numbers), segpa, rng)
    codes = [uai(CODE, int(n)) for n in numbers]
    return Colleges(codes, names, commune, site_m, pupils, ips, sd, priority, *adapted)
