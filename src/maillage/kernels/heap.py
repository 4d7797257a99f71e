"""A heap of numbered nodes in two arrays, each entry with four children: what searches take the nearest node from.

D. B. Johnson (1975), Priority queues with update and finding minimum spanning trees, Information Processing Letters 4(3),
53-57, doi:10.1016/0020-0190(75)90001-0.
"""

from __future__ import annotations

from typing import Any

from maillage.kernels.compiled import compiled


@compiled
def push(keys: Any, nodes: Any, size: Any, key: Any, node: Any) -> None:
    """Add an entry to a heap of `size` entries."""
    i = size
    while i > 0:
        up = (i - 1) >> 2
        if keys[up] <= key:
            break
        keys[i], nodes[i] = keys[up], nodes[up]
        i = up
    keys[i], nodes[i] = key, node


@compiled
def refill(keys: Any, nodes: Any, size: Any) -> None:
    """After the first entry was taken: put the last one, now at `size`, where it belongs."""
    key, node = keys[size], nodes[size]
    i = 0
    while True:
        least = 4 * i + 1
        if least >= size:
            break
        for child in range(least + 1, min(least + 4, size)):
            if keys[child] < keys[least]:
                least = child
        if keys[least] >= key:
            break
        keys[i], nodes[i] = keys[least], nodes[least]
        i = least
    keys[i], nodes[i] = key, node
