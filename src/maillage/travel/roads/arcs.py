"""Reading a network given as arrays of one-way arcs."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from maillage.arrays import Floats, Ints, Objects
from maillage.errors import Fault, InputError
from maillage.travel.roads.projection import to_lambert93
from maillage.travel.roads.segments import Segments
from maillage.travel.roads.users import CALM, EVERYONE


def read_arcs(
    tail: npt.ArrayLike,
    head: npt.ArrayLike,
    seconds: npt.ArrayLike,
    lonlat: npt.ArrayLike | None,
    xy_m: npt.ArrayLike | None,
    length_m: npt.ArrayLike | None,
    urban: npt.ArrayLike | None,
) -> Segments:
    """Segments of one-way arcs; see `RoadNetwork.from_arrays`."""
    faults: list[Fault] = []
    place = _node_places(lonlat, xy_m, faults)
    columns = {"tail": np.asarray(tail), "head": np.asarray(head), "seconds": np.asarray(seconds, np.float64)}
    columns |= {name: np.asarray(values) for name, values in (("length_m", length_m), ("urban", urban)) if values is not None}
    faults += _column_faults(columns, len(place))
    if faults:
        raise InputError(faults)
    ends = np.column_stack([columns["tail"], columns["head"]]).astype(np.int32).reshape(-1, 2)
    straight = place[ends[:, 1]] - place[ends[:, 0]]
    return Segments(
        line=straight_lines(place, ends),
        length_m=columns.get("length_m", np.hypot(straight[:, 0], straight[:, 1])).astype(np.float64),
        along_s=columns["seconds"],
        against_s=np.full(len(ends), np.inf),
        along_users=np.where(np.isfinite(columns["seconds"]), EVERYONE, CALM).astype(np.uint8),
        against_users=np.full(len(ends), CALM, np.uint8),
        urban=columns.get("urban", np.zeros(len(ends))).astype(bool),
        ferry=np.zeros(len(ends), bool),
        origin="arrays",
        ends=ends,
        xy_m=place,
    )


def straight_lines(place: Floats, ends: Ints) -> Objects:
    """(R,) LineStrings between nodes."""
    return np.asarray(shapely.linestrings(place[ends]), dtype=object)


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
