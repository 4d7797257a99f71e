"""Who may use a road, as bits of one small integer: a segment has one such integer in each direction."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from maillage.arrays import Bools

User = Literal["car", "coach", "bicycle", "foot"]

USER_BIT: dict[User, int] = {"car": 1, "coach": 2, "bicycle": 4, "foot": 8}
"""Bit of each kind of user; the users of a road are the sum of theirs."""

MOTOR = USER_BIT["car"] | USER_BIT["coach"]
CALM = USER_BIT["bicycle"] | USER_BIT["foot"]
EVERYONE = MOTOR | CALM

Users = npt.NDArray[np.uint8]


def may_use(users: Users, user: User) -> Bools:
    """Whether each road is open to a kind of user; the shape of `users`."""
    return np.asarray((users & USER_BIT[user]) != 0)
