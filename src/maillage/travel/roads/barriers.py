"""Barriers that some pass and others do not: each road that meets one gets an end of its own there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import shapely

from maillage.travel.roads.segments import Segments
from maillage.travel.roads.users import EVERYONE, MOTOR, Users


def with_barriers(roads: Segments, passing: Users) -> Segments:
    """Part the roads at barriers, and join them again by connectors of no length, open to those who pass.

    Parameters
    ----------
    roads : Segments
        With their nodes.
    passing : (N,) uint8
        Who passes each node, as bits.

    Notes
    -----
    The first road keeps the node; each further one gets a new node in the same place and a connector to the first. So a
    barrier stops the right users, and a home beside it still reaches the road on its own side.
    """
    if roads.ends is None or roads.xy_m is None:
        raise AssertionError("the roads must know their nodes")
    flat = roads.ends.ravel()
    at = np.flatnonzero(passing[flat] != EVERYONE)
    at = at[np.argsort(flat[at], kind="stable")]
    again = at[1:][flat[at[1:]] == flat[at[:-1]]]
    if not len(again):
        return roads
    node = flat[again]
    new = (len(roads.xy_m) + np.arange(len(again))).astype(np.int32)
    ends = flat.copy()
    ends[again] = new
    place = roads.xy_m[node]
    point = np.asarray(shapely.linestrings(np.stack([place, place], axis=1)), dtype=object)
    seconds = np.where(passing[node] & MOTOR, 0.0, np.inf)
    return replace(
        roads,
        line=np.concatenate([roads.line, point]),
        length_m=np.concatenate([roads.length_m, np.zeros(len(node))]),
        along_s=np.concatenate([roads.along_s, seconds]),
        against_s=np.concatenate([roads.against_s, seconds]),
        along_users=np.concatenate([roads.along_users, passing[node]]),
        against_users=np.concatenate([roads.against_users, passing[node]]),
        urban=np.concatenate([roads.urban, np.zeros(len(node), bool)]),
        ferry=np.concatenate([roads.ferry, np.zeros(len(node), bool)]),
        ends=np.concatenate([ends.reshape(-1, 2), np.column_stack([node, new])]).astype(np.int32),
        xy_m=np.concatenate([roads.xy_m, place]),
    )
