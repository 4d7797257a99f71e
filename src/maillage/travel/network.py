"""`RoadNetwork`: segments of road between nodes, with lengths, car times in both directions, and who may use them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from maillage.arrays import Bools, Floats, Ints, Objects, frozen
from maillage.errors import Fault, InputError
from maillage.travel.bdtopo import read_troncons
from maillage.travel.graphs import read_graph
from maillage.travel.projection import to_lambert93
from maillage.travel.segments import Segments
from maillage.travel.users import CALM, EVERYONE, Users

if TYPE_CHECKING:
    import networkx as nx

LONGEST_M = 3.0e9
"""Most metres of road in one network: no journey is longer, and its length fits the 36 bits of decimetres it is counted in."""


@dataclass(frozen=True, eq=False)
class RoadNetwork:
    """Roads as a graph; every array is read-only.

    Attributes
    ----------
    tail, head : (R,) int32
        Nodes at both ends of each segment, in the direction it is drawn.
    length_m : (R,) float
    along_s, against_s : (R,) float
        Seconds of a motor vehicle from tail to head and from head to tail, junctions apart; inf = no motor vehicle that way.
    along_users, against_users : (R,) uint8
        Who may go from tail to head and from head to tail: bits of `maillage.travel.users.USER_BIT`.
    urban : (R,) bool
        In a town.
    ferry : (R,) bool
        A crossing by ferry: it takes everyone `along_s` or `against_s`, whatever their own speed.
    line : (R,) object
        shapely LineString from tail to head, metres.
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
    def from_arrays(
        cls,
        tail: npt.ArrayLike,
        head: npt.ArrayLike,
        seconds: npt.ArrayLike,
        lonlat: npt.ArrayLike | None = None,
        *,
        xy_m: npt.ArrayLike | None = None,
        length_m: npt.ArrayLike | None = None,
        urban: npt.ArrayLike | None = None,
    ) -> RoadNetwork:
        """Network of one-way arcs given as arrays.

        Parameters
        ----------
        tail, head : (A,) integers
            Nodes of each arc; a two-way road is two arcs. Parallel arcs count by the fastest.
        seconds : (A,) float
            Car seconds, >= 0; inf = closed to cars (still walkable, in both directions).
        lonlat : (N, 2) float, optional
            Degrees (WGS 84), in metropolitan France; projected to EPSG:2154.
        xy_m : (N, 2) float, optional
            Metres instead; one of the two is needed.
        length_m : (A,) float, optional
            Metres, >= 0; the straight line between the nodes if absent.
        urban : (A,) bool, optional
            In a town; nowhere if absent.

        Raises
        ------
        InputError
            Every fault at once: lengths that differ, ids out of range, negative or NaN times, no or bad coordinates.
        """
        faults: list[Fault] = []
        place = _node_places(lonlat, xy_m, faults)
        columns = {"tail": np.asarray(tail), "head": np.asarray(head), "seconds": np.asarray(seconds, np.float64)}
        columns |= {
            name: np.asarray(values) for name, values in (("length_m", length_m), ("urban", urban)) if values is not None
        }
        faults += _column_faults(columns, len(place))
        if faults:
            raise InputError(faults)
        ends = columns["tail"].astype(np.int32), columns["head"].astype(np.int32)
        straight = place[ends[1]] - place[ends[0]]
        return cls(
            tail=ends[0],
            head=ends[1],
            length_m=columns.get("length_m", np.hypot(straight[:, 0], straight[:, 1])).astype(np.float64),
            along_s=columns["seconds"],
            against_s=np.full(len(ends[0]), np.inf),
            along_users=np.where(np.isfinite(columns["seconds"]), EVERYONE, CALM).astype(np.uint8),
            against_users=np.full(len(ends[0]), CALM, np.uint8),
            urban=columns.get("urban", np.zeros(len(ends[0]))).astype(bool),
            ferry=np.zeros(len(ends[0]), bool),
            line=straight_lines(place, *ends),
            xy_m=place,
            origin="arrays",
        )

    @classmethod
    def from_bdtopo(cls, path: str | Path) -> RoadNetwork:
        """Roads of IGN's BD TOPO V3: layer ``troncon_de_route`` of a GeoPackage in EPSG:2154.

        Car speed is ``vitesse_moyenne_vl`` (0 = not drivable), one-ways ``sens_de_circulation``, closures
        ``acces_vehicule_leger``. Segments meet where their ends agree to 0.1 m; bridges and tunnels do not meet what they
        cross, because segments join at their ends only.

        Raises
        ------
        InputError
            Unreadable file, layer or columns missing, another CRS, geometries that are not lines, unknown values,
            negative or missing speeds: all at once.
        """
        return cls._of_segments(read_troncons(Path(path)))

    @classmethod
    def from_networkx(cls, graph: nx.Graph[Any]) -> RoadNetwork:
        """A networkx graph such as OSMnx makes.

        Nodes need ``x`` and ``y`` (degrees, unless ``graph.graph["crs"]`` names another system); edges need ``length``
        (metres) and may have ``travel_time`` (seconds, taken as it is), else ``maxspeed`` (km/h, or "30 mph", or a list:
        the least), else ``speed_kph``, else a default by ``highway``. Cars are taken to do 4/5 of a speed limit (as OSRM
        assumes). Edges of an undirected graph are open in both directions.

        Raises
        ------
        InputError
            Attributes missing or not numbers, unknown CRS, coordinates outside metropolitan France.
        """
        return cls._of_segments(read_graph(graph))

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

    @cached_property
    def components(self) -> Ints:
        """(C,) nodes in each connected piece, whatever the direction and the mode, largest first."""
        ones = np.ones(len(self.tail), np.int8)
        graph = coo_array((ones, (self.tail, self.head)), shape=(self.num_nodes, self.num_nodes))
        _, piece = connected_components(graph, directed=False)
        return frozen(np.sort(np.bincount(piece))[::-1], np.int32)

    def __repr__(self) -> str:
        km = self.length_m.sum() / 1000
        largest = 100 * self.components[0] / max(self.num_nodes, 1) if len(self.components) else 0.0
        return (
            f"RoadNetwork({self.origin}: {len(self.tail):,} segments, {km:,.0f} km, {self.num_nodes:,} nodes, "
            f"{len(self.components):,} pieces, the largest with {largest:.1f} % of the nodes)"
        )


def straight_lines(place: Floats, tail: Ints, head: Ints) -> Objects:
    """(R,) LineStrings between nodes."""
    return np.asarray(shapely.linestrings(np.stack([place[tail], place[head]], axis=1)), dtype=object)


def _node_places(lonlat: npt.ArrayLike | None, xy_m: npt.ArrayLike | None, faults: list[Fault]) -> Floats:
    """(N, 2) metres; what is wrong is added to `faults`."""
    if (lonlat is None) == (xy_m is None):
        faults.append(Fault("RoadNetwork", "coordinates are needed once", remedy="Give lonlat (degrees) or xy_m (metres)"))
        return np.empty((0, 2))
    name = "xy_m" if lonlat is None else "lonlat"
    place = np.asarray(xy_m if lonlat is None else lonlat, np.float64)
    if place.ndim != 2 or place.shape[1] != 2 or not np.isfinite(place).all():
        faults.append(Fault("RoadNetwork", "not one finite pair of numbers a node", name, remedy="Give an array (N, 2)"))
        return np.empty((0, 2))
    if lonlat is None:
        return place
    return to_lambert93(place, "EPSG:4326", faults)


def _column_faults(columns: dict[str, npt.NDArray[Any]], num_nodes: int) -> list[Fault]:
    shapes = {name: values.shape for name, values in columns.items()}
    if len(set(shapes.values())) > 1 or any(len(shape) != 1 for shape in shapes.values()):
        return [Fault("RoadNetwork", f"the arcs' arrays have different shapes: {shapes}", remedy="Give one value an arc")]
    return [
        fault
        for name, values in columns.items()
        for fault in (_id_faults(name, values, num_nodes) if name in ("tail", "head") else _number_faults(name, values))
    ]


def _id_faults(name: str, values: npt.NDArray[Any], num_nodes: int) -> list[Fault]:
    if values.size and not np.issubdtype(values.dtype, np.integer):
        return [Fault("RoadNetwork", "not integers", name, remedy="Give node numbers")]
    return _arc_fault(name, values, (values < 0) | (values >= num_nodes), f"node out of range 0 to {num_nodes - 1}")


def _number_faults(name: str, values: npt.NDArray[Any]) -> list[Fault]:
    """A closed arc takes endless seconds; nothing else may be endless."""
    wrong = ~(values >= 0) | (np.isinf(values) & (name != "seconds"))
    return _arc_fault(name, values, wrong, "negative, endless or missing")


def _arc_fault(name: str, values: npt.NDArray[Any], wrong: npt.NDArray[np.bool_], message: str) -> list[Fault]:
    if not wrong.any():
        return []
    rows = tuple(f"arc {i}: {values[i]}" for i in np.flatnonzero(wrong))
    return [Fault("RoadNetwork", message, name, rows, "Mend these arcs or leave them out")]
