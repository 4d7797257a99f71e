"""Inner loops written for the vector units of the processor: several numbers are added and compared at once.

Plain loops over rows of numbers are not turned into vector instructions where the compiler cannot tell that the rows do not
overlap, and these loops are where nearly all the time goes. Each function says in Python what it does.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.errors import TypingError

from maillage.kernels.compiled import inner_loop

LANE_BYTES = 128
"""Bytes of a row of labels: 32 labels of 32 bits, or 16 of 64."""


def _check_layout(*arrays: Any) -> None:
    """These loops walk through memory without asking for strides."""
    if any(array.layout != "C" for array in arrays):
        raise TypingError(f"arrays laid out row by row are needed, not {arrays}")


def _pointer(context: Any, builder: Any, kind: Any, value: Any) -> Any:
    return context.make_array(kind)(context, builder, value=value).data


def _vector(builder: Any, pointer: Any, index: Any, element: Any, width: int) -> Any:
    """Address of the vector of `width` elements that starts at `index` x `width`."""
    start = builder.gep(pointer, [builder.mul(index, ir.Constant(ir.IntType(64), width))])
    return builder.bitcast(start, ir.VectorType(element, width).as_pointer())


def _load(builder: Any, address: Any) -> Any:
    value = builder.load(address)
    value.align = 4
    return value


def _store(builder: Any, value: Any, address: Any) -> None:
    builder.store(value, address).align = 4


def _least(builder: Any, one: Any, other: Any) -> Any:
    return builder.select(builder.icmp_signed("<", one, other), one, other)


def _pair(builder: Any, first: Any, second: Any) -> Any:
    """Vector of two."""
    vector = ir.Constant(ir.VectorType(first.type, 2), ir.Undefined)
    for place, value in enumerate((first, second)):
        vector = builder.insert_element(vector, value, ir.Constant(ir.IntType(32), place))
    return vector


def _everywhere(builder: Any, value: Any, width: int) -> Any:
    """Vector of `width` copies."""
    undefined = ir.Constant(ir.VectorType(value.type, width), ir.Undefined)
    one = builder.insert_element(undefined, value, ir.Constant(ir.IntType(32), 0))
    return builder.shuffle_vector(one, undefined, ir.Constant(ir.VectorType(ir.IntType(32), width), [0] * width))


def _variable(builder: Any, value: Any) -> Any:
    """A place for a value that a loop changes; the compiler keeps it in a register."""
    once: Any = cgutils.alloca_once  # at the head of the function: made in a loop it would take more of the stack each time
    place = once(builder, value.type)
    builder.store(value, place)
    return place


@contextmanager
def _loop(builder: Any, start: Any, stop: Any) -> Any:
    """Body of ``for index in range(start, stop)``; yields the index."""
    with cgutils.for_range_slice(builder, start, stop, ir.Constant(start.type, 1), start.type) as (index, _):
        yield index


def _index(builder: Any, numbers: Any, index: Any) -> Any:
    return builder.zext(builder.load(builder.gep(numbers, [index])), ir.IntType(64))


@inner_loop
def join_pairs(typing: Any, row: Any, weight: Any, depth: Any, start: Any, stop: Any, back: Any, here: Any) -> Any:
    """Lower pairs of `row` by ways over the arcs `start` to `stop`.

    ``for j in range(start, stop): row[depth[j]] = min(row[depth[j]], (back, here) + weight[j])``, both members apart.
    `row` (D, 2) and `weight` (F, 2) have one type, `depth` (F,) is int32; `back` and `here` are of the type of the labels.
    """
    _check_layout(row, weight, depth)
    signature = types.void(row, weight, depth, types.int64, types.int64, row.dtype, row.dtype)

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        rows, weights, depths = (_pointer(context, builder, sig.args[i], args[i]) for i in range(3))
        element = context.get_value_type(sig.args[0].dtype)
        added = _pair(builder, args[5], args[6])
        with _loop(builder, args[3], args[4]) as j:
            place = _vector(builder, rows, _index(builder, depths, j), element, 2)
            way = builder.add(_load(builder, _vector(builder, weights, j, element, 2)), added)
            _store(builder, _least(builder, way, _load(builder, place)), place)
        return context.get_dummy_value()

    return signature, build


@inner_loop
def join_back(typing: Any, row: Any, weight: Any, best: Any, depth: Any, arc: Any, start: Any, stop: Any) -> Any:
    """Lower the pairs of `best` by ways over the pairs of `row`.

    For ``j in range(start, stop)`` and ``out, into = row[depth[j]]``: ``best[j]`` by ``weight[arc] + (out, into)``, and
    ``best[arc]`` by ``weight[j] + (into, out)``.
    """
    _check_layout(row, weight, best, depth)
    signature = types.void(row, weight, best, depth, types.int64, types.int64, types.int64)

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        rows, weights, bests, depths = (_pointer(context, builder, sig.args[i], args[i]) for i in range(4))
        element = context.get_value_type(sig.args[0].dtype)
        swap = ir.Constant(ir.VectorType(ir.IntType(32), 2), [1, 0])
        own = _load(builder, _vector(builder, weights, args[4], element, 2))
        own_place = _vector(builder, bests, args[4], element, 2)
        least = _variable(builder, _load(builder, own_place))
        with _loop(builder, args[5], args[6]) as j:
            beyond = _load(builder, _vector(builder, rows, _index(builder, depths, j), element, 2))
            place = _vector(builder, bests, j, element, 2)
            _store(builder, _least(builder, builder.add(own, beyond), _load(builder, place)), place)
            arc_weight = _load(builder, _vector(builder, weights, j, element, 2))
            way = builder.add(arc_weight, builder.shuffle_vector(beyond, beyond, swap))
            builder.store(_least(builder, way, builder.load(least)), least)
        _store(builder, builder.load(least), own_place)
        return context.get_dummy_value()

    return signature, build


@inner_loop
def relax_into(
    typing: Any, rows: Any, own: Any, depth: Any, weight: Any, step: Any, start: Any, stop: Any, seeds: Any, seed: Any
) -> Any:  # fmt: skip
    """Row of a node from a first guess and the arcs that lead to it.

    ``rows[own] = min(seeds[seed], rows[depth[k]] + weight[step * k] for k in range(start, stop))``, lane by lane. `rows`
    (D, lanes), `seeds` (K, lanes) and `weight` have one type; a row fills `LANE_BYTES`.
    """
    _check_layout(rows, depth, weight, seeds)
    int64 = types.int64
    signature = types.void(rows, int64, depth, weight, int64, int64, int64, seeds, int64)

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        rows_at, depths, weights, seeds_at = (_pointer(context, builder, sig.args[i], args[i]) for i in (0, 2, 3, 7))
        element = context.get_value_type(sig.args[0].dtype)
        width = LANE_BYTES * 8 // element.width
        first_guess = _load(builder, _vector(builder, seeds_at, args[8], element, width))
        least = _variable(builder, first_guess)
        with _loop(builder, args[5], args[6]) as k:
            arc_weight = builder.load(builder.gep(weights, [builder.mul(k, args[4])]))
            beyond = _load(builder, _vector(builder, rows_at, _index(builder, depths, k), element, width))
            way = builder.add(beyond, _everywhere(builder, arc_weight, width))
            builder.store(_least(builder, way, builder.load(least)), least)
        _store(builder, builder.load(least), _vector(builder, rows_at, args[1], element, width))
        return context.get_dummy_value()

    return signature, build


@inner_loop
def copy_row(typing: Any, rows: Any, own: Any, source: Any, other: Any) -> Any:
    """``rows[own] = source[other]``, rows of `LANE_BYTES`."""
    _check_layout(rows, source)
    signature = types.void(rows, types.int64, source, types.int64)

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        rows_at, source_at = (_pointer(context, builder, sig.args[i], args[i]) for i in (0, 2))
        element = context.get_value_type(sig.args[0].dtype)
        width = LANE_BYTES * 8 // element.width
        row = _load(builder, _vector(builder, source_at, args[3], element, width))
        _store(builder, row, _vector(builder, rows_at, args[1], element, width))
        return context.get_dummy_value()

    return signature, build


@inner_loop
def relax_from(
    typing: Any, rows: Any, own: Any, slot: Any, head: Any, weight: Any, step: Any, start: Any, stop: Any
) -> Any:  # fmt: skip
    """Lower the rows of later nodes by the arcs of a node.

    For ``k in range(start, stop)``: ``rows[slot[head[k]]]`` by ``rows[own] + weight[step * k]``, lane by lane.
    """
    _check_layout(rows, slot, head, weight)
    int64 = types.int64
    signature = types.void(rows, int64, slot, head, weight, int64, int64, int64)

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        rows_at, slots, heads, weights = (_pointer(context, builder, sig.args[i], args[i]) for i in (0, 2, 3, 4))
        element = context.get_value_type(sig.args[0].dtype)
        width = LANE_BYTES * 8 // element.width
        here = _load(builder, _vector(builder, rows_at, args[1], element, width))
        with _loop(builder, args[6], args[7]) as k:
            place = _vector(builder, rows_at, _index(builder, slots, _index(builder, heads, k)), element, width)
            arc_weight = builder.load(builder.gep(weights, [builder.mul(k, args[5])]))
            reached = builder.add(here, _everywhere(builder, arc_weight, width))
            _store(builder, _least(builder, reached, _load(builder, place)), place)
        return context.get_dummy_value()

    return signature, build
