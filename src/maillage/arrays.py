"""Read-only arrays, which let a frozen object be truly frozen, and what a whole number is."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Index = npt.NDArray[np.signedinteger[Any]]
"""Positions in whatever width numpy gives them."""
Bools = npt.NDArray[np.bool_]
Strings = npt.NDArray[np.str_]
Objects = npt.NDArray[np.object_]


def frozen(values: npt.ArrayLike, dtype: npt.DTypeLike | None = None) -> npt.NDArray[Any]:
    """Copy `values` into an array that refuses to be written to."""
    array = np.array(values, dtype=dtype)
    array.setflags(write=False)
    return array


def is_whole(value: Any) -> bool:
    """Whether a value is one whole number; True and False are none."""
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)
