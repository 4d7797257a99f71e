"""`Islands`: the pieces a network falls into, for everybody or for one kind of user; never hidden."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from maillage.arrays import Bools, Floats, Ints, frozen
from maillage.errors import Fault, InputError
from maillage.travel.roads.users import USER_BIT, User, may_use

if TYPE_CHECKING:
    from maillage.travel.roads.network import RoadNetwork


@dataclass(frozen=True, eq=False)
class Islands:
    """Pieces of a network, those of most nodes first; every array is read-only.

    Attributes
    ----------
    user : str or None
        Whose pieces: within one, this user can go from every node to every other and back. None: what hangs together
        whatever the direction and the user.
    num_nodes, num_segments : (C,) int32
    km : (C,) float
        Length of the segments with both ends in the piece.
    share : (C,) float
        Of all these kilometres.
    xy_m : (C, 2) float
        A place to look at: the middle of the piece's longest segment, or its only node.
    piece : (N,) int32
        Piece of each node; -1 = this user comes near it by no segment.
    between_km : float
        Kilometres this user may use that lie between pieces: one-way stumps, one-way links.
    """

    user: User | None
    num_nodes: Ints
    num_segments: Ints
    km: Floats
    share: Floats
    xy_m: Floats
    piece: Ints
    between_km: float

    def __post_init__(self) -> None:
        for name in ("num_nodes", "num_segments", "piece"):
            object.__setattr__(self, name, frozen(getattr(self, name), np.int32))
        for name in ("km", "share", "xy_m"):
            object.__setattr__(self, name, frozen(getattr(self, name), np.float64))

    def __len__(self) -> int:
        return len(self.num_nodes)

    def __str__(self) -> str:
        whose = "roads that hang together" if self.user is None else f"roads open to {self.user}, there and back"
        if not len(self):
            return f"No {whose}."
        rest_km = float(self.km[1:].sum())
        pieces, nodes = counted(len(self), "piece"), counted(int(self.num_nodes[0]), "node")
        text = f"{whose[0].upper()}{whose[1:]}: {pieces}; the largest has {nodes}, "
        text += f"{self.km[0]:,.1f} km ({100 * self.share[0]:.1f} %), the others {rest_km:,.1f} km"
        return text + (f"; between pieces {self.between_km:,.1f} km." if self.user is not None else ".")

    def to_pandas(self) -> pd.DataFrame:
        """One row a piece: nodes, segments, km, share, x_m, y_m."""
        columns = {"nodes": self.num_nodes, "segments": self.num_segments, "km": self.km, "share": self.share}
        return pd.DataFrame(columns | {"x_m": self.xy_m[:, 0], "y_m": self.xy_m[:, 1]})


def counted(number: int, what: str) -> str:
    """A number of things: "1 piece", "1,204 pieces"."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def find_islands(network: RoadNetwork, user: User | None) -> Islands:
    """Pieces of a network; see `RoadNetwork.islands`."""
    if user is not None and user not in USER_BIT:
        raise InputError([Fault("islands", f"unknown user {user!r}", "user", remedy=f"Use {', '.join(USER_BIT)} or None")])
    number = network.num_nodes
    ways = [np.ones(len(network.tail), bool)] * 2
    if user is not None:
        ways = [may_use(users, user) for users in (network.along_users, network.against_users)]
    start = np.concatenate([network.tail[ways[0]], network.head[ways[1]]])
    end = np.concatenate([network.head[ways[0]], network.tail[ways[1]]])
    graph = coo_array((np.ones(len(start), np.int8), (start, end)), shape=(number, number))
    _, label = connected_components(graph, directed=user is not None, connection="strong")
    near = np.ones(number, bool) if user is None else np.bincount(np.concatenate([start, end]), minlength=number) > 0
    piece, size = _by_size(label, near)
    return _measured(network, user, ways[0] | ways[1], piece, size)


def _by_size(label: Ints, near: Bools) -> tuple[Ints, Ints]:
    """Pieces renumbered from the largest, the node of least number first among equals; -1 where no segment is near."""
    names, first, dense, size = np.unique(label[near], return_index=True, return_inverse=True, return_counts=True)
    order = np.lexsort((first, -size))
    rank = np.empty(len(names), np.int32)
    rank[order] = np.arange(len(names))
    piece = np.full(len(label), -1, np.int32)
    piece[near] = rank[dense]
    return piece, size[order].astype(np.int32)


def _measured(network: RoadNetwork, user: User | None, usable: Bools, piece: Ints, size: Ints) -> Islands:
    home = piece[network.tail]
    inside = np.flatnonzero(usable & (home == piece[network.head]) & (home >= 0))
    km = np.bincount(home[inside], network.length_m[inside], len(size)) / 1000
    place = np.zeros((len(size), 2))
    nodes = np.flatnonzero(piece >= 0)[::-1]
    place[piece[nodes]] = network.xy_m[nodes]
    by_length = inside[np.argsort(network.length_m[inside], kind="stable")]
    longest = np.full(len(size), -1)
    longest[home[by_length]] = by_length  # the last to be written is the longest
    known = longest >= 0
    place[known] = shapely.get_coordinates(shapely.line_interpolate_point(network.line[longest[known]], 0.5, normalized=True))
    all_km = float(network.length_m[usable].sum()) / 1000
    return Islands(
        user=user,
        num_nodes=size,
        num_segments=np.bincount(home[inside], minlength=len(size)).astype(np.int32),
        km=km,
        share=km / all_km if all_km else np.zeros(len(size)),
        xy_m=place,
        piece=piece,
        between_km=max(0.0, all_km - float(km.sum())),
    )
