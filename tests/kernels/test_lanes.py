"""The vector loops against what their docstrings say, for both widths of labels."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numba.core.errors import TypingError

from maillage.kernels import lanes
from maillage.kernels.compiled import compiled


@compiled
def call_join_pairs(row: Any, weight: Any, depth: Any, start: Any, stop: Any, back: Any, here: Any) -> None:
    lanes.join_pairs(row, weight, depth, start, stop, back, here)


@compiled
def call_join_back(row: Any, weight: Any, best: Any, depth: Any, arc: Any, start: Any, stop: Any) -> None:
    lanes.join_back(row, weight, best, depth, arc, start, stop)


@compiled
def call_relax_into(
    rows: Any, own: Any, depth: Any, weight: Any, step: Any, start: Any, stop: Any, seeds: Any, seed: Any
) -> None:  # fmt: skip
    lanes.relax_into(rows, own, depth, weight, step, start, stop, seeds, seed)


@compiled
def call_copy_row(rows: Any, own: Any, source: Any, other: Any) -> None:
    lanes.copy_row(rows, own, source, other)


@compiled
def call_relax_from(rows: Any, own: Any, slot: Any, head: Any, weight: Any, step: Any, start: Any, stop: Any) -> None:
    lanes.relax_from(rows, own, slot, head, weight, step, start, stop)


KINDS = pytest.mark.parametrize("kind", [np.int32, np.int64])


def numbers(seed, shape, kind, high=None):
    """Labels up to what two of may be added."""
    top = high or (2**30 - 1 if kind is np.int32 else 2**62 - 1)
    return np.random.default_rng(seed).integers(0, top, shape, endpoint=high is None).astype(kind)


@KINDS
@pytest.mark.parametrize(("start", "stop"), [(0, 9), (3, 4), (5, 5)])
def test_join_pairs(kind, start, stop):
    row, weight, depth = numbers(1, (12, 2), kind), numbers(2, (9, 2), kind), np.random.default_rng(3).permutation(12)[:9]
    back, here = kind(17), kind(2**29)
    expected = row.copy()
    for j in range(start, stop):
        expected[depth[j]] = np.minimum(expected[depth[j]], weight[j] + np.array([back, here]))
    call_join_pairs(row, weight, depth.astype(np.int32), start, stop, back, here)
    assert np.array_equal(row, expected)


@KINDS
@pytest.mark.parametrize(("arc", "start", "stop"), [(0, 1, 9), (3, 4, 4), (7, 8, 9)])
def test_join_back(kind, arc, start, stop):
    row, weight, best = (numbers(seed, (12, 2), kind) for seed in (1, 2, 3))
    depth = np.random.default_rng(4).permutation(12).astype(np.int32)
    expected = best.copy()
    for j in range(start, stop):
        beyond = row[depth[j]]
        expected[j] = np.minimum(expected[j], weight[arc] + beyond)
        expected[arc] = np.minimum(expected[arc], weight[j] + beyond[::-1])
    call_join_back(row, weight, best, depth, arc, start, stop)
    assert np.array_equal(best, expected)


@KINDS
@pytest.mark.parametrize(("step", "start", "stop"), [(1, 0, 7), (2, 2, 6), (2, 3, 3)])
def test_relax_into(kind, step, start, stop):
    width = lanes.LANE_BYTES // np.dtype(kind).itemsize
    rows, seeds, weight = numbers(1, (8, width), kind), numbers(2, (3, width), kind), numbers(3, 20, kind)
    depth = np.random.default_rng(4).integers(0, 6, 7).astype(np.int32)
    expected = rows.copy()
    expected[6] = np.minimum.reduce([seeds[2], *(rows[depth[k]] + weight[step * k] for k in range(start, stop))])
    call_relax_into(rows, 6, depth, weight, step, start, stop, seeds, 2)
    assert np.array_equal(rows, expected)
    call_copy_row(rows, 0, seeds, 1)
    assert np.array_equal(rows[0], seeds[1])
    assert np.array_equal(rows[1:], expected[1:])


@KINDS
@pytest.mark.parametrize(("step", "start", "stop"), [(1, 0, 5), (2, 1, 4), (1, 2, 2)])
def test_relax_from(kind, step, start, stop):
    width = lanes.LANE_BYTES // np.dtype(kind).itemsize
    rows, weight = numbers(1, (8, width), kind), numbers(2, 12, kind)
    slot, head = np.array([3, 5, 0, 7, 2], np.int32), np.array([4, 0, 1, 3, 2], np.int32)
    expected = rows.copy()
    for k in range(start, stop):
        expected[slot[head[k]]] = np.minimum(expected[slot[head[k]]], rows[6] + weight[step * k])
    call_relax_from(rows, 6, slot, head, weight, step, start, stop)
    assert np.array_equal(rows, expected)


def test_rows_that_are_not_laid_out_one_behind_another_are_refused():
    rows = np.zeros((4, 64), np.int32)
    with pytest.raises(TypingError, match="row by row"):
        call_copy_row(rows[:, ::2], 0, rows, 1)
