"""Making the projected total agree with a given projection of the département."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from maillage.arrays import Floats
from maillage.errors import Fault, InputError

CENTRAL = "central"
FAR = 1.15
"""A projection whose first given year differs by more from the enrolment carried forward probably counts other pupils."""


def agreement(
    total: Floats, central: Floats, rentrees: npt.NDArray[np.int64], projection: pd.DataFrame, variant: str
) -> tuple[Floats, tuple[str, ...]]:
    """Factor that brings each rentrée's total to the given one, and what was done, in words.

    The base rentrée keeps its published enrolment. Between two given rentrées the factor is interpolated, after the last
    one it stays, so that there is no jump. Scaling a rentrée moves every unit and grade alike. A variant without totals of its
    own takes the factors of the central one, so that the variants stay on both sides of it.

    Parameters
    ----------
    total, central : (T,) float
        Of this variant and of the central one.
    rentrees : (T,) int
        Consecutive, the first being the base.
    projection : DataFrame
        Columns ``rentree, variant, pupils``; may be empty.
    variant : str

    Returns
    -------
    factor : (T,) float
    method : tuple of str

    Raises
    ------
    InputError
        A rentrée given twice for the variant, totals that are negative or missing, a positive total where there is no pupil.
    """
    ahead = projection[(projection["rentree"] > rentrees[0]) & (projection["rentree"] <= rentrees[-1])].sort_values("rentree")
    given = ahead[ahead["variant"] == variant]
    if given.empty:
        absent = f"The projection given holds no rentrée of this horizon in the {variant} variant"
        if variant != CENTRAL and (ahead["variant"] == CENTRAL).any():
            factor, of_central = agreement(central, central, rentrees, projection, CENTRAL)
            return factor, (f"{absent}: the factors of the central variant were used.", *of_central)
        return np.ones(len(rentrees)), () if projection.empty else (f"{absent}: nothing was reconciled.",)
    target = pd.to_numeric(given["pupils"], errors="coerce").to_numpy(np.float64)
    year = given["rentree"].to_numpy(np.int64)
    found = total[year - rentrees[0]]
    faults = _faults(year, target, found)
    if faults:
        raise InputError(faults)
    known = np.divide(target, found, out=np.ones_like(found), where=found > 0)
    factor = np.interp(rentrees, [rentrees[0], *year], [1.0, *known])
    # Interpolation may differ from a known factor in the last digit.
    factor[year - rentrees[0]] = known
    after = f", the last factor after {year[-1]}" if year[-1] < rentrees[-1] else ""
    words = (
        f"Totals of {len(year)} rentrées ({year[0]} to {year[-1]}) brought to the projection given ({variant} variant), "
        f"factors {known.min():.3f} to {known.max():.3f}{after}."
    )
    far = "The first factor is far from 1: check that the projection counts the public collège pupils of this territory."
    return factor, (words,) if 1 / FAR <= known[0] <= FAR else (words, far)


def _faults(year: npt.NDArray[np.int64], target: Floats, found: Floats) -> list[Fault]:
    values, counts = np.unique(year, return_counts=True)
    checks = (
        (values[counts > 1], "the same rentrée twice", "Keep one of them"),
        (year[~((target >= 0) & (target < np.inf))], "not a number of pupils", "Give pupils, 0 or more"),
        (year[(found == 0) & (target > 0)], "pupils asked for where the territory has none", "Check the territory's code"),
    )
    return [
        Fault("projection", message, rows=tuple(f"rentrée {y}" for y in years), remedy=remedy)
        for years, message, remedy in checks
        if len(years)
    ]
