"""Work done in a process of its own, so that neither threads nor peaks of memory of one tool touch another."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def apart(threads: int, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """What `work`, a function of a module, returns in a fresh process that may use `threads` threads and prints nothing."""
    with ProcessPoolExecutor(1, get_context("spawn"), _begin, (threads,)) as pool:
        return pool.submit(work, *args, **kwargs).result()


def _begin(threads: int) -> None:
    """Before anything heavy is imported: libraries read these when they load."""
    for variable in ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[variable] = str(threads)
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
