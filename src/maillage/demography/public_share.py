"""The public share of new 6e, cohort by cohort: a cohort keeps the share that it entered with up to 3e."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from maillage.arrays import Bools, Floats
from maillage.demography.places import HYPOTHESES, Places, unknown
from maillage.errors import Fault, InputError
from maillage.hypotheses import PublicShare
from maillage.territory import GRADES, Territory


def shares_of(
    territory: Territory, changes: Sequence[PublicShare], base_share: Floats, rentrees: npt.NDArray[np.int64]
) -> Floats:
    """Public share of the 6e who enter at each rentrée: that of the base, and the changes supposed, which add up.

    ``share[u, t] = base_share[u] + sum of change_points / 100 over the changes that concern u and start at t or before``.

    Parameters
    ----------
    territory : Territory
    changes : sequence of PublicShare
    base_share : (U,) float
        Today's public share of the 6e living in each unit; NaN where unknown, and then NaN in the result.
    rentrees : (T,) int
        Consecutive; the first is the base, whose 6e are known.

    Returns
    -------
    (U, T) float

    Raises
    ------
    InputError
        Communes and UAI unknown to the territory, each with the nearest known one; changes that start at the base or before;
        units and rentrées whose share would leave 0 to 1. All at once.
    """
    places = Places.of(territory)
    faults: list[Fault] = []
    share = np.repeat(np.asarray(base_share, float)[:, None], len(rentrees), axis=1)
    for change in changes:
        faults += _faults(territory, places, change, int(rentrees[0]))
        concerned = _concerned(territory, change)
        share[np.ix_(concerned, rentrees >= change.start)] += change.change_points / 100
    # Shares of a whole such as 0.3 + 0.7 may pass 1 in the last digit.
    beyond = (share < -1e-9) | (share > 1 + 1e-9)
    if beyond.any():
        rows = tuple(f"{places.unit[u]} from {rentrees[beyond[u].argmax()]}" for u in np.flatnonzero(beyond.any(axis=1)))
        remedy = "Change fewer points there, or name the communes that the change concerns"
        faults.append(Fault(HYPOTHESES, "the public share would leave 0 to 1", "public_share", rows, remedy))
    if faults:
        raise InputError(faults)
    return np.asarray(np.clip(share, 0.0, 1.0))


def by_cohort(of_entrants: Floats) -> Floats:
    """(U, 4, T) what belongs to each grade and rentrée, from what belongs to the 6e who enter at each rentrée, (U, T).

    Pupils of the grade ``g`` years after 6e entered at the rentrée ``t - g``; those who entered before the first rentrée
    belong to the first.
    """
    columns = np.arange(of_entrants.shape[1])
    return np.stack([of_entrants[:, np.maximum(columns - g, 0)] for g in range(len(GRADES))], axis=1)


def _concerned(territory: Territory, change: PublicShare) -> Bools:
    """(U,) units that a change is about."""
    units = territory.units
    if not change.communes and not change.colleges:
        return np.ones(len(units), bool)
    known = territory.college_positions()
    sectors = [known[uai] for uai in change.colleges if uai in known]
    return np.asarray(np.isin(units.commune, change.communes) | np.isin(units.present, sectors))


def _faults(territory: Territory, places: Places, change: PublicShare, base: int) -> list[Fault]:
    of, colleges = "public_share", territory.colleges
    faults = [*places.faults(of, change.communes), *unknown(of, "UAI", change.colleges, colleges.uai, colleges.name)]
    if change.start <= base:
        remedy = f"Start at {base + 1} or later"
        faults.append(Fault(HYPOTHESES, f"public_share: start = {change.start}, but the 6e of {base} are known", remedy=remedy))
    return faults
