"""Which neighbours stand between a unit and a site: the order in which a sector grows from its site."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from maillage.arrays import Bools, Floats, Index, Ints
from maillage.model.columns import Columns
from maillage.model.problem import Problem


@dataclass(frozen=True, eq=False)
class Nearer:
    """Support of the pairs under compact contiguity.

    Attributes
    ----------
    pair : (m,) int
        Columns of the pairs that need support.
    support_row, support_pair : (k,) int
        Row of `pair`, and column of a pair of the same site and a nearer neighbour, that supports it.
    """

    pair: Index
    support_row: Index
    support_pair: Index


def sites_alone(problem: Problem) -> Bools:
    """(S,) sites that may open and are the only such site in their unit."""
    assert problem.site_unit is not None
    may_open = np.ones(problem.shape[1], bool)
    may_open[list(problem.forced_closed)] = False
    count = np.bincount(problem.site_unit[may_open], minlength=problem.shape[0])
    return np.asarray(may_open & (count[problem.site_unit] == 1))


def nearer_neighbours(problem: Problem, columns: Columns) -> Nearer:
    """Pairs that need a neighbour's support, and who can give it."""
    assert problem.edges is not None
    assert problem.site_unit is not None
    rank = growth_rank(problem)
    tail = np.concatenate([problem.edges[:, 0], problem.edges[:, 1]])
    head = np.concatenate([problem.edges[:, 1], problem.edges[:, 0]])
    needs = np.ones(columns.pairs, bool)
    needs[_self_supported(problem, columns, tail, head)] = False
    edge, site = np.nonzero((rank[head] < rank[tail]) & (rank[tail] >= 0) & (rank[head] >= 0))
    pair, support = columns.position[tail[edge], site], columns.position[head[edge], site]
    useful = (pair >= 0) & (support >= 0)
    useful &= needs[np.where(useful, pair, 0)]
    kept = np.flatnonzero(needs)
    row_of_pair = np.full(columns.pairs, -1)
    row_of_pair[kept] = np.arange(len(kept))
    return Nearer(kept, row_of_pair[pair[useful]], support[useful])


def growth_rank(problem: Problem) -> Ints:
    """(U, S) place of each unit in the order in which the site's sector grows, 0 first; -1 = out of reach.

    By `Problem.nearness` where given; else by the number of borders to cross, then by cost a pupil.
    """
    assert problem.site_unit is not None
    units = problem.shape[0]
    pupils = problem.demand.mean(axis=1)
    if problem.nearness is not None:
        first, second = problem.nearness, np.zeros(problem.shape)
    else:
        first = _borders(problem)
        second = np.where(pupils[:, None] > 0, problem.cost / np.where(pupils > 0, pupils, 1)[:, None], 0.0)
    first = first.copy()
    first[problem.site_unit, np.arange(problem.shape[1])] = -1.0
    order = np.lexsort((second, first), axis=0)
    rank = np.empty(problem.shape, np.int32)
    np.put_along_axis(rank, order, np.arange(units, dtype=np.int32)[:, None], axis=0)
    rank[~np.isfinite(first)] = -1
    return rank


def path_lengths(edges: Ints, length: Floats, source: Ints, units: int) -> Floats:
    """(units, sources) length of the shortest path over neighbouring units; inf where there is none."""
    graph = sparse.csr_array((length, (edges[:, 0], edges[:, 1])), shape=(units, units))
    return np.asarray(csgraph.dijkstra(graph, directed=False, indices=source)).T


def _borders(problem: Problem) -> Floats:
    assert problem.edges is not None
    assert problem.site_unit is not None
    return path_lengths(problem.edges, np.ones(len(problem.edges)), problem.site_unit, problem.shape[0])


def _self_supported(problem: Problem, columns: Columns, tail: Ints, head: Ints) -> Ints:
    """Pairs that need nobody: a site's own unit, and the neighbours of a unit that holds several sites."""
    assert problem.site_unit is not None
    site = np.arange(problem.shape[1])
    own = columns.position[problem.site_unit, site]
    shared = np.flatnonzero(~sites_alone(problem))
    beside = [columns.position[tail[head == problem.site_unit[s]], s] for s in shared]
    found = np.concatenate([own, *beside])
    return np.asarray(found[found >= 0])


def joined_edges(edges: Ints, xy_m: Floats) -> Ints:
    """Edges between units (those with a negative end dropped), parts without a link joined to their nearest neighbour.

    An island, or a commune cut off by a gap in the contours, still belongs to some sector: it is linked at the shortest
    distance between points.
    """
    kept = np.unique(np.sort(edges[(edges >= 0).all(axis=1)], axis=1), axis=0)
    graph = sparse.csr_array((np.ones(len(kept)), (kept[:, 0], kept[:, 1])), shape=(len(xy_m), len(xy_m)))
    parts, part = csgraph.connected_components(graph, directed=False)
    links = []
    main = int(np.bincount(part).argmax()) if parts else 0
    joined = part == main
    while not joined.all():
        outside, inside = np.flatnonzero(~joined), np.flatnonzero(joined)
        apart = np.linalg.norm(xy_m[outside][:, None] - xy_m[inside][None], axis=2)
        o, i = np.unravel_index(int(apart.argmin()), apart.shape)
        links.append(sorted((int(outside[o]), int(inside[i]))))
        joined |= part == part[outside[o]]
    return np.concatenate([kept, np.array(links, int).reshape(-1, 2)]).astype(np.int32)
