"""What may be asked of a `Router`: the checks of its arguments, each fault told with its remedy."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from maillage.arrays import Floats, Ints, is_whole
from maillage.errors import Fault, InputError

LARGEST = 2**31 - 1
"""Largest weight and largest path, centiseconds: 248 days."""


def query_faults(where: str, customised: bool, direction: str, cutoff: Any) -> list[Fault]:
    """What is wrong with a question to the router."""
    faults = []
    if not customised:
        faults.append(Fault(where, "the arcs have no weights yet", remedy="Call customise(weights) first"))
    if direction not in ("from", "to"):
        faults.append(Fault(where, f"unknown direction {direction!r}", remedy="Use 'from' or 'to'"))
    if cutoff is not None and not (is_whole(cutoff) and 0 <= cutoff <= LARGEST):
        message = f"cutoff {cutoff} is no whole number within 0 to {LARGEST}"
        faults.append(Fault(where, message, remedy="Give centiseconds"))
    return faults


def node_ids(ids: npt.ArrayLike, name: str, num_nodes: int, faults: list[Fault]) -> Ints:
    """`ids` as int32; what is wrong with them is added to `faults`."""
    array = np.asarray(ids)
    if array.size == 0:
        return np.empty(0, np.int32)
    if array.ndim != 1 or not np.issubdtype(array.dtype, np.integer):
        faults.append(Fault("Router", "not a list of integers", name, remedy="Give node numbers, 0 to num_nodes - 1"))
        return np.empty(0, np.int32)
    if array.min() < 0 or array.max() >= num_nodes:
        rows = tuple(f"position {i}: {array[i]}" for i in np.flatnonzero((array < 0) | (array >= num_nodes)))
        faults.append(Fault("Router", "node out of range", name, rows, f"Nodes are 0 to {num_nodes - 1}"))
        return np.empty(0, np.int32)
    return array.astype(np.int32)


def weight_problem(values: npt.NDArray[Any], num_arcs: int) -> str:
    """What is wrong with the weights of `num_arcs` arcs; empty if nothing is."""
    if values.shape != (num_arcs,):
        return f"shape {values.shape} instead of ({num_arcs},)"
    if num_arcs == 0:
        return ""
    if not np.issubdtype(values.dtype, np.integer):
        return f"{values.dtype} instead of integers"
    if values.min() < 0 or values.max() > LARGEST:
        return f"values from {values.min()} to {values.max()} instead of 0 to {LARGEST}"
    return ""


def finite_places(lonlat: npt.ArrayLike, num_nodes: int, faults: list[Fault]) -> Floats:
    """(N, 2) coordinates; what is wrong with them is added to `faults`."""
    place = np.asarray(lonlat, np.float64)
    if place.shape != (num_nodes, 2) or not np.isfinite(place).all():
        faults.append(Fault("Router", "not one finite pair of coordinates a node", "lonlat", remedy="Mend or leave it out"))
        return place
    # Sums and differences of what is left stay finite, however large the numbers were.
    return place / max(float(np.abs(place).max(initial=0.0)), 1e-300)


def checked_out(out: npt.NDArray[np.int32], shape: tuple[int, int]) -> npt.NDArray[np.int32]:
    """`out`, if results can be written into it; else `InputError`."""
    if (
        not isinstance(out, np.ndarray)
        or out.shape != shape
        or out.dtype != np.int32
        or not (out.flags.c_contiguous and out.flags.writeable)
    ):
        message = f"not a writeable C-ordered int32 array of shape {shape}"
        raise InputError([Fault("Router.matrix", message, "out", remedy="Leave it out")])
    return out
