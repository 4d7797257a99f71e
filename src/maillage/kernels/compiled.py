"""How every kernel is compiled: typed for mypy, cached on disk, never with fast-math (results must be the same everywhere)."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from numba.extending import intrinsic

F = TypeVar("F", bound=Callable[..., Any])


def forget_stale(folder: Path) -> None:
    """Remove compiled kernels from the folder's cache where any source has changed since they were compiled.

    numba looks at the file of a kernel only, not at those of the loops it calls: without this, a change in one file would leave
    old machine code in the kernels of the others.
    """
    digest = hashlib.sha256()
    for source in sorted(folder.glob("*.py")):
        digest.update(source.read_bytes())
    cache = folder / "__pycache__"
    stamp = cache / "kernels.sha256"
    with contextlib.suppress(OSError):  # a folder that cannot be written holds no kernels of ours
        if stamp.is_file() and stamp.read_text(encoding="ascii") == digest.hexdigest():
            return
        cache.mkdir(exist_ok=True)
        for old in [*cache.glob("*.nbi"), *cache.glob("*.nbc")]:
            old.unlink(missing_ok=True)
        stamp.write_text(digest.hexdigest(), encoding="ascii")


forget_stale(Path(__file__).parent)


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
