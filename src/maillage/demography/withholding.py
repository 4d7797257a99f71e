"""Small numbers that are not shown, and what would give them away."""

from __future__ import annotations

import numpy as np

from maillage.arrays import Bools, Floats, Index

Ways = dict[int, list[tuple[int, int]]]


def withheld(table: Floats, least: int) -> Bools:
    """Cells of a table that may not be shown.

    The rule, for which the totals of the columns are shown in another table, of one row, by the same rule:

    1. a count above 0 and under `least` is withheld, be it of a cell or of a total; a 0 is shown;
    2. wherever a total is shown, a single cell withheld from it, or cells that add up to less than `least`, could be had by
       subtraction: the smallest other cell is withheld too, one that mends another line at the same time first; a total
       only where no cell is left, a 0 last;
    3. where several lines together still fix a cell, one more is withheld beside it, until every cell withheld may be at
       least two whole numbers.

    Parameters
    ----------
    table : (N, K + 1) float
        Whole numbers, 0 or more; the last column holds the totals of the rows.
    least : int

    Returns
    -------
    (N, K + 1) bool
    """
    whole = np.vstack([table, table.sum(axis=0)])
    hidden = (whole > 0) & (whole < least)
    # A 0 in a line of nobody is known for what it is.
    peopled = (whole[:, -1:] > 0) & (whole[-1:] > 0)
    sums = slice(len(table), len(table) + 1)
    hidden[sums] = _mended(whole[sums], hidden[sums], peopled[sums], least, 0)
    peopled[sums] = False
    return np.asarray(_mended(whole, hidden, peopled, least, 1)[:-1])


def _mended(whole: Floats, hidden: Bools, peopled: Bools, least: int, axes: int) -> Bools:
    """More cells withheld, of those that are `peopled`, until no line gives one away; rows alone where `axes` is 0."""
    hidden = hidden.copy()
    while hidden.any() and (free := peopled & ~hidden).any():
        line = _exposed(whole, hidden, least, axes) or (_fixed(whole, hidden, free) if axes else None)
        if line is None:
            break
        hidden[_sacrifice(whole, hidden, free, *line)] = True
    return hidden


def _exposed(whole: Floats, hidden: Bools, least: int, axes: int) -> tuple[int, int] | None:
    """The first line whose withheld cells could be had by subtraction, as (axis, position): rows first."""
    for axis, values, gone in ((0, whole, hidden), (1, whole.T, hidden.T))[: axes + 1]:
        count = gone.sum(axis=1)
        few = (values[:, :-1] * gone[:, :-1]).sum(axis=1) < least
        lines = ((count == 1) | ((count > 0) & ~gone[:, -1] & few)) & (count < gone.shape[1])
        if axes and axis == 0:
            lines[-1] = False
        if lines.any():
            return axis, int(np.argmax(lines))
    return None


def _sacrifice(whole: Floats, hidden: Bools, free: Bools, axis: int, place: int) -> tuple[int, int]:
    """The cell to withhold next: of the line where it can be, else of the whole table."""
    line = np.zeros_like(free)
    line[(slice(None),) * axis + (place,)] = True
    cells = np.argwhere(free & line if (free & line).any() else free)
    alone = hidden.sum(axis=axis) == 1

    def price(cell: tuple[int, int]) -> tuple[bool, bool, bool, float]:
        across = cell[1 - axis]
        return whole[cell] == 0, across == len(alone) - 1, not alone[across], float(whole[cell])

    return min(((int(i), int(j)) for i, j in cells), key=price)


def _fixed(whole: Floats, hidden: Bools, free: Bools) -> tuple[int, int] | None:
    """The row, or the column, of the first withheld cell that can have one value only, as (axis, position).

    Sums of rows and columns make a table a circulation: a cell is an arc from its row to its column, a total the other way.
    A cell may be more where its arc closes a circle of cells that can change, and less where it does backwards; a 0 cannot
    be less.
    """
    rows, columns = whole.shape
    cells: list[tuple[int, int]] = [(int(i), int(j)) for i, j in np.argwhere(hidden)]
    arcs, ways = [], Ways()
    for number, (i, j) in enumerate(cells):
        inner = (i == rows - 1) == (j == columns - 1)
        tail, head = (i, rows + j) if inner else (rows + j, i)
        arcs.append((tail, head))
        ways.setdefault(tail, []).append((head, number))
        if whole[i, j] > 0:
            ways.setdefault(head, []).append((tail, number))
    for number, (cell, (tail, head)) in enumerate(zip(cells, arcs, strict=True)):
        more = _leads(ways, head, tail, number)
        if not more and not (whole[cell] > 0 and _leads(ways, tail, head, number)):
            return (0, cell[0]) if free[cell[0]].any() else (1, cell[1])
    return None


def _leads(ways: Ways, start: int, end: int, without: int) -> bool:
    """Whether a way leads from one line to another without a given cell."""
    seen, waiting = {start}, [start]
    while waiting:
        for there, number in ways.get(waiting.pop(), ()):
            if number == without or there in seen:
                continue
            if there == end:
                return True
            seen.add(there)
            waiting.append(there)
    return False


def withheld_in_groups(whole: Floats, group: Index, least: int) -> Bools:
    """Which of some whole numbers may not be shown, where the sum of each group is shown elsewhere.

    Those under `least`; and where one alone is withheld in its group, or those withheld add up to less than `least`, the
    smallest others too.

    Parameters
    ----------
    whole : (N,) float
        0 or more.
    group : (N,) int
        Group of each, from 0 on.
    least : int
    """
    hidden = whole < least
    while True:
        count, total = np.bincount(group, hidden), np.bincount(group, whole * hidden)
        exposed = (count > 0) & ((count == 1) | (total < least))
        free = np.flatnonzero(exposed[group] & ~hidden)
        if not len(free):
            return hidden
        order = free[np.lexsort((whole[free], group[free]))]
        hidden[order[np.unique(group[order], return_index=True)[1]]] = True
