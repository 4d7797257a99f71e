"""Elimination orders kept on disk: the one part of preparing a large network that takes seconds.

A file holds one order and the fingerprint of the network it belongs to, as plain arrays; nothing in it is ever executed. A file
that cannot be read, or does not hold an order of its network, is made again with a warning. An order changes no result, only
speed.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
import warnings
from pathlib import Path

import numpy as np
import platformdirs

from maillage.arrays import Floats, Ints
from maillage.travel.search.ordering import Edges, elimination_order

VERSION = 1
"""Raised when the way of ordering changes: files of other versions are not looked at."""

VARIABLE = "MAILLAGE_CACHE"
"""Environment variable: another folder, or ``off`` to keep nothing on disk."""


class OrderCacheWarning(UserWarning):
    """A kept order could not be read or written; it was made again, or will be."""


def default_folder() -> Path | None:
    """Where orders are kept: the user's cache folder, or where `VARIABLE` says; None = nowhere."""
    named = os.environ.get(VARIABLE, "").strip()
    if named.lower() == "off":
        return None
    return Path(named) if named else platformdirs.user_cache_path("maillage")


def order_of(edges: Edges, place: Floats | None, folder: Path | None) -> Ints:
    """Elimination order of a network, from `folder` where it is kept there, else made and kept.

    Parameters
    ----------
    edges
        Result of `ordering.neighbours`.
    place : (N, 2) float or None
        Coordinates of the nodes.
    folder : Path or None
        None: nothing is read or written.
    """
    if folder is None:
        return elimination_order(*edges, place)
    key = _fingerprint(edges, place)
    path = folder / f"order-{VERSION}-{key[:32]}.npz"
    kept = _read(path, key, len(edges[0]) - 1)
    if kept is not None:
        return kept
    order = elimination_order(*edges, place)
    _write(path, key, order)
    return order


def _fingerprint(edges: Edges, place: Floats | None) -> str:
    """Hash of who is joined to whom, and where."""
    digest = hashlib.sha256()
    for array in (*edges, np.empty(0) if place is None else place):
        digest.update(np.ascontiguousarray(array).tobytes())
        digest.update(b"|")
    return digest.hexdigest()


def _read(path: Path, key: str, num_nodes: int) -> Ints | None:
    """The order in a file; None, with a warning, where it is not whole or not of this network."""
    try:
        if not path.is_file():
            return None
        with np.load(path, allow_pickle=False) as file:
            order, found = file["order"], str(file["network"])
    except Exception as error:  # a damaged archive fails in any way: wrong sums, a bit that says it is encrypted, ...
        _warn(f"{path} cannot be read ({error}): it is made again")
        return None
    is_order = order.shape == (num_nodes,) and np.issubdtype(order.dtype, np.integer)
    if found != key or not is_order or not np.array_equal(np.sort(order), np.arange(num_nodes)):
        _warn(f"{path} holds no order of this network: it is made again")
        return None
    return np.asarray(order, np.int32)


def _write(path: Path, key: str, order: Ints) -> None:
    """Write whole or not at all: under another name first."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(suffix=".part", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                np.savez(file, order=order, network=np.array(key))
            Path(name).replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(name).unlink()
            raise
    except OSError as error:
        _warn(f"{path} cannot be written ({error}): the order is made again next time")


def _warn(message: str) -> None:
    warnings.warn(message, OrderCacheWarning, stacklevel=4)
