"""How every kernel is compiled: typed for mypy, cached on disk, never with fast-math (results must be the same everywhere)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
from numba.extending import intrinsic

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """Compile a top-level loop to machine code on first call, and keep it on disk."""
    return cast(F, numba.njit(cache=True)(function))


def compiled_parallel(function: F) -> F:
    """The same with `prange` over independent rows: the result is the same for any number of threads."""
    return cast(F, numba.njit(cache=True, parallel=True)(function))


def inner_loop(function: Any) -> Any:
    """A loop that is given as machine instructions; called from compiled functions only, without its first argument."""
    return cast(Any, intrinsic(function))


def thread_count() -> int:
    """Threads a parallel kernel may use.

    Asked outside the kernels: inside one it would keep numba from caching it.
    """
    return int(numba.get_num_threads())
