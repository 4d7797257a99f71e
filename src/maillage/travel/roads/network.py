"""`RoadNetwork`: segments of road between nodes, with lengths, car times in both directions, and who may use them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from maillage.arrays import Bools, Floats, Ints, Objects, frozen
from maillage.errors import Fault, InputError
from maillage.travel.roads.captions import Language
from maillage.travel.roads.changes import closed, meeting, with_speed
from maillage.travel.roads.drawing import Colour, draw
from maillage.travel.roads.islands import Islands, counted, find_islands
from maillage.travel.roads.loading import FromFiles
from maillage.travel.roads.segments import Segments
from maillage.travel.roads.users import User, Users
from maillage.travel.search.preparation import Preparation

if TYPE_CHECKING:
    import geopandas as gpd
    import shapely
    from matplotlib.axes import Axes

LONGEST_M = 3.0e9
"""Most metres of road in one network: no journey is longer, and its length fits the 36 bits of decimetres it is counted in."""

COLUMNS = ("tail", "head", "length_m", "along_s", "against_s", "along_users", "against_users", "urban", "ferry", "line")
"""Those with one value a segment."""


@dataclass(frozen=True, eq=False)
class RoadNetwork(FromFiles):
    """Roads as a graph; every array is read-only.

    Segments between the same two nodes are all kept: each may be the fastest of somebody.

    Attributes
    ----------
    tail, head : (R,) int32
        Nodes at both ends of each segment, in the direction it is drawn.
    length_m : (R,) float
    along_s, against_s : (R,) float
        Seconds of a motor vehicle from tail to head and from head to tail, junctions apart; inf = no motor vehicle that way.
    along_users, against_users : (R,) uint8
        Who may go from tail to head and from head to tail: bits of `maillage.travel.roads.users.USER_BIT`.
    urban : (R,) bool
        In a town.
    ferry : (R,) bool
        A crossing by ferry: it takes everyone `along_s` or `against_s`, whatever their own speed.
    line : (R,) object
        shapely LineString from tail to head, metres; of no length where it joins the roads at a barrier.
    xy_m : (N, 2) float
        Nodes; metres in EPSG:2154 unless built from `from_arrays` with `xy_m` in another metric system.
    origin : str
        Where the network comes from, for reports.
    notes : tuple of str
        What was left out or assumed when the roads were read, with counts.
    """

    tail: Ints
    head: Ints
    length_m: Floats
    along_s: Floats
    against_s: Floats
    along_users: Users
    against_users: Users
    urban: Bools
    ferry: Bools
    line: Objects
    xy_m: Floats
    origin: str
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        sizes = {len(getattr(self, name)) for name in COLUMNS}
        if len(sizes) > 1:
            message = "columns of different lengths: " + ", ".join(f"{name} {len(getattr(self, name))}" for name in COLUMNS)
            raise InputError([Fault("RoadNetwork", message, remedy="Give one value a segment")])
        for name in ("length_m", "along_s", "against_s", "urban", "ferry", "line", "xy_m"):
            object.__setattr__(self, name, frozen(getattr(self, name)))
        for name in ("along_users", "against_users"):
            object.__setattr__(self, name, frozen(getattr(self, name), np.uint8))
        for name in ("tail", "head"):
            object.__setattr__(self, name, frozen(getattr(self, name), np.int32))
        total_m = float(self.length_m.sum())
        if not 0 <= total_m <= LONGEST_M:
            message = f"roads of {total_m / 1000:,.0f} km in all instead of 0 to {LONGEST_M / 1000:,.0f}"
            raise InputError([Fault("RoadNetwork", message, "length_m", remedy="Give lengths in metres")])

    @classmethod
    def _of_segments(cls, roads: Segments) -> RoadNetwork:
        tail, head, place = roads.nodes()
        return cls(
            tail, head, roads.length_m, roads.along_s, roads.against_s, roads.along_users, roads.against_users, roads.urban,
            roads.ferry, roads.line, place, roads.origin, roads.notes,
        )  # fmt: skip

    @property
    def num_nodes(self) -> int:
        """Number of nodes."""
        return len(self.xy_m)

    @property
    def arcs(self) -> tuple[Ints, Ints]:
        """Tail and head of every direction of every segment, (2 R,) each: first all as drawn, then all back."""
        return np.concatenate([self.tail, self.head]), np.concatenate([self.head, self.tail])

    @cached_property
    def preparation(self) -> Preparation:
        """What makes searches fast, once there are enough of them."""
        return Preparation(*self.arcs, self.num_nodes, self.xy_m)

    @cached_property
    def components(self) -> Ints:
        """(C,) nodes in each connected piece, whatever the direction and the mode, largest first."""
        return self.islands().num_nodes

    def islands(self, user: User | None = None) -> Islands:
        """All pieces of the network, from which the rest cannot be reached, large or small.

        Points are not put on the *small* ones only: under 1,000 nodes and under 1 % of the largest.

        Parameters
        ----------
        user : {"car", "coach", "bicycle", "foot"}, optional
            Pieces within which this user can go from every node to every other and back. None: roads that hang together,
            whatever the direction and the user.
        """
        return find_islands(self, user)

    def meeting(self, shape: shapely.Geometry) -> Bools:
        """(R,) segments that touch a shape (metres, as `xy_m`): a bridge by a line drawn across it, a town by its outline."""
        return meeting(self, shape)

    def closed(self, segments: npt.ArrayLike, *, along: bool = True, against: bool = True) -> RoadNetwork:
        """The network with segments closed to everyone: what if this bridge were shut?

        Parameters
        ----------
        segments : (R,) bool or (K,) integers
        along, against : bool
            Directions to close.

        Raises
        ------
        InputError
            Segments out of range.
        """
        return closed(self, segments, along, against)

    def with_speed(
        self, segments: npt.ArrayLike, speed_km_h: npt.ArrayLike, *, along: bool = True, against: bool = True
    ) -> RoadNetwork:
        """The network with other mean speeds of motor vehicles where they may go; what is closed stays closed.

        Parameters
        ----------
        segments : (R,) bool or (K,) integers
        speed_km_h : float or (K,) float
            One for all, or one for each segment chosen, in their order.
        along, against : bool
            Directions to change.

        Raises
        ------
        InputError
            Segments out of range, speeds not above 0, not one or K of them.
        """
        return with_speed(self, segments, speed_km_h, along, against)

    def plot(
        self,
        ax: Axes | None = None,
        *,
        colour: Colour = "speed",
        user: User = "car",
        one_ways: bool = False,
        islands: bool = True,
        points: Any = None,
        over: gpd.GeoDataFrame | None = None,
        title: str | None = None,
        language: Language = "en",
    ) -> Axes:
        """Draw the network with matplotlib.

        Parameters
        ----------
        ax : Axes, optional
            A new figure if absent.
        colour : {"speed", "town", "none"}
            Roads by mean speed of motor vehicles (the slower direction that is open), whoever the user, by town and country, or
            in one grey.
        user : {"car", "coach", "bicycle", "foot"}
            Whose roads are drawn full; those closed to this user are thin and light.
        one_ways : bool
            Arrows on one-way streets.
        islands : bool
            In red: all that this user cannot reach from the largest piece and come back, large or small.
        points : (P, 2) array or GeoDataFrame, optional
            Collèges, homes; an array in the metres of the network.
        over : GeoDataFrame, optional
            Isochrones or routes.
        title : str, optional
            Otherwise the origin, segments and kilometres.
        language : {"en", "fr"}
            Of title and legend.

        Returns
        -------
        Axes
            Of a new figure, with the legend beside the map; on axes that were given, the legend lies on the map.

        Raises
        ------
        InputError
            matplotlib is not installed, unknown colour or language.
        """
        return draw(self, ax, colour, user, one_ways, islands, points, over, title, language)

    def __repr__(self) -> str:
        km = self.length_m.sum() / 1000
        largest = 100 * self.components[0] / max(self.num_nodes, 1) if len(self.components) else 0.0
        segments, nodes = counted(len(self.tail), "segment"), counted(self.num_nodes, "node")
        return (
            f"RoadNetwork({self.origin}: {segments}, {km:,.0f} km, {nodes}, "
            f"{counted(len(self.components), 'piece')}, the largest with {largest:.1f} % of the nodes)"
        )
