"""What-ifs on a network: segments closed, speeds changed. The network itself never changes; a new one is made."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import shapely

from maillage.arrays import Bools, Index
from maillage.errors import Fault, InputError

if TYPE_CHECKING:
    from maillage.travel.roads.network import RoadNetwork

SIDES = ("along", "against")


def meeting(network: RoadNetwork, shape: shapely.Geometry) -> Bools:
    """(R,) segments that touch a shape; see `RoadNetwork.meeting`."""
    shapely.prepare(shape)
    return np.asarray(shapely.intersects(network.line, shape))


def closed(network: RoadNetwork, segments: npt.ArrayLike, along: bool, against: bool) -> RoadNetwork:
    """Segments closed to everyone; see `RoadNetwork.closed`."""
    chosen = _chosen(network, segments)
    columns: dict[str, npt.NDArray[np.generic]] = {}
    for side in _sides(along, against):
        columns[f"{side}_s"] = _changed(getattr(network, f"{side}_s"), chosen, np.inf)
        columns[f"{side}_users"] = _changed(getattr(network, f"{side}_users"), chosen, 0)
    directions = "" if along and against else ", one direction"
    note = f"What if: {len(np.unique(chosen))} segments closed{directions}."
    return _with(network, note, columns)


def with_speed(
    network: RoadNetwork, segments: npt.ArrayLike, speed_km_h: npt.ArrayLike, along: bool, against: bool
) -> RoadNetwork:
    """Other speeds on segments; see `RoadNetwork.with_speed`."""
    chosen = _chosen(network, segments)
    speed = np.asarray(speed_km_h, np.float64)
    if speed.shape not in ((), chosen.shape) or not (np.isfinite(speed) & (speed > 0)).all():
        message = f"not one positive speed, nor one for each of the {len(chosen)} segments"
        raise InputError([Fault("RoadNetwork.with_speed", message, "speed_km_h", remedy="Give km/h; close roads by closed()")])
    seconds = 3.6 * network.length_m[chosen] / speed
    columns: dict[str, npt.NDArray[np.generic]] = {}
    for side in _sides(along, against):
        old = getattr(network, f"{side}_s")
        columns[f"{side}_s"] = _changed(old, chosen, np.where(np.isfinite(old[chosen]), seconds, np.inf))
    note = f"What if: other speeds on {len(np.unique(chosen))} segments."
    return _with(network, note, columns)


def _with(network: RoadNetwork, note: str, columns: dict[str, npt.NDArray[np.generic]]) -> RoadNetwork:
    """The network with other columns; who is joined to whom stays, so what was prepared for fast searches is handed on."""
    changed = replace(network, notes=(*network.notes, note), **columns)  # type: ignore[arg-type]
    changed.__dict__["preparation"] = network.preparation
    return changed


def _sides(along: bool, against: bool) -> tuple[str, ...]:
    return tuple(side for side, asked in zip(SIDES, (along, against), strict=True) if asked)


def _changed(column: npt.NDArray[np.generic], chosen: Index, values: npt.ArrayLike) -> npt.NDArray[np.generic]:
    column = column.copy()
    column[chosen] = values
    return column


def _chosen(network: RoadNetwork, segments: npt.ArrayLike) -> Index:
    """Positions of the segments chosen by a mask or by numbers."""
    number, given = len(network.tail), np.asarray(segments)
    if given.dtype == bool and given.shape == (number,):
        return np.flatnonzero(given)
    if given.size == 0 and given.ndim == 1:
        return np.empty(0, np.intp)
    if given.ndim != 1 or not np.issubdtype(given.dtype, np.integer):
        message = f"neither {number} booleans nor a list of integers"
        raise InputError([Fault("RoadNetwork", message, "segments", remedy="Give a mask or segment numbers")])
    wrong = np.flatnonzero((given < 0) | (given >= number))
    if len(wrong):
        rows = tuple(f"position {i}: {given[i]}" for i in wrong)
        raise InputError([Fault("RoadNetwork", "segment out of range", "segments", rows, f"Segments are 0 to {number - 1}")])
    return given.astype(np.intp)
