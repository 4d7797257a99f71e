"""Measures of segregation: how unevenly pupils are spread over collèges.

Each takes one row a collège and any number of columns (rentrées), and returns one value a column: NaN where there is no
pupil at all, 0 where all pupils are alike (nothing can be segregated).
"""

from __future__ import annotations

import numpy as np
from scipy.special import entr

from maillage.arrays import Floats


def dissimilarity(pupils: Floats, group: Floats) -> Floats:
    """Index of dissimilarity, ``D = sum_j N_j |p_j - p| / (2 N p (1 - p))``.

    The share of the group that would have to change collège, without exchange, for every collège to have the same share,
    relative to complete separation.

    Parameters
    ----------
    pupils, group : (K,) or (K, T) float
        Pupils of each collège, and those of the reference group among them.

    Returns
    -------
    () or (T,) float
        0 (even) to 1 (separate).

    References
    ----------
    O. D. Duncan, B. Duncan, "A methodological analysis of segregation indexes", 1955. doi:10.2307/2088328

    Examples
    --------
    >>> import numpy as np
    >>> round(float(dissimilarity(np.array([100.0, 100.0]), np.array([90.0, 10.0]))), 3)
    0.8
    """
    total, overall, share = _shares(pupils, group)
    return _index((pupils * np.abs(share - overall)).sum(axis=0), 2 * total * overall * (1 - overall), total)


def normalised_exposure(pupils: Floats, group: Floats) -> Floats:
    """Normalised exposure (variance ratio), ``sum_j N_j (p_j - p)^2 / (N p (1 - p))``.

    How much larger the share of the group is in the collège of a pupil of the group than in that of another pupil.

    Parameters
    ----------
    pupils, group : (K,) or (K, T) float
        As for `dissimilarity`.

    Returns
    -------
    () or (T,) float
        0 (even) to 1 (separate).

    References
    ----------
    D. R. James, K. E. Taeuber, "Measures of segregation", 1985. doi:10.2307/270845

    Examples
    --------
    >>> import numpy as np
    >>> round(float(normalised_exposure(np.array([100.0, 100.0]), np.array([90.0, 10.0]))), 3)
    0.64
    """
    total, overall, share = _shares(pupils, group)
    return _index((pupils * (share - overall) ** 2).sum(axis=0), total * overall * (1 - overall), total)


def theil_h(pupils: Floats, group: Floats) -> Floats:
    """Theil's information index, ``H = sum_j N_j (E - E_j) / (N E)`` with ``E = -p ln p - (1 - p) ln(1 - p)``.

    The share of the uncertainty about a pupil's group that disappears once the collège is known. Here for two groups; the
    ministry's published index uses four occupation groups, so that levels cannot be compared with it.

    Parameters
    ----------
    pupils, group : (K,) or (K, T) float
        As for `dissimilarity`.

    Returns
    -------
    () or (T,) float
        0 (even) to 1 (separate).

    References
    ----------
    H. Theil, A. J. Finizza, "A note on the measurement of racial integration of schools by means of informational
    concepts", 1971. doi:10.1080/0022250X.1971.9989795

    Examples
    --------
    >>> import numpy as np
    >>> round(float(theil_h(np.array([100.0, 100.0]), np.array([90.0, 10.0]))), 3)
    0.531
    """
    total, overall, share = _shares(pupils, group)
    entropy = entr(overall) + entr(1 - overall)
    within = entr(share) + entr(1 - share)
    return _index((pupils * (entropy - within)).sum(axis=0), total * entropy, total)


def eta_squared(pupils: Floats, ips: Floats, ips_variance: Floats) -> Floats:
    """Share of the variance of IPS that lies between collèges, ``sum_j N_j (M_j - M)^2 / sum_j N_j (V_j + (M_j - M)^2)``.

    Parameters
    ----------
    pupils, ips, ips_variance : (K,) or (K, T) float
        Pupils of each collège, mean and variance of their IPS; the last two do not count where there is no pupil.

    Returns
    -------
    () or (T,) float
        0 (every collège has the same mean) to 1 (every collège is homogeneous).

    References
    ----------
    K. Pearson's correlation ratio; as a measure of segregation: D. S. Massey, N. A. Denton, "The dimensions of
    residential segregation", 1988. doi:10.1093/sf/67.2.281

    Examples
    --------
    >>> import numpy as np
    >>> float(eta_squared(np.array([100.0, 300.0]), np.array([80.0, 100.0]), np.array([225.0, 225.0])))
    0.25
    """
    total, between, within = squares(pupils, ips, ips_variance)
    return _index(between, between + within, total)


def ips_deviation(pupils: Floats, ips: Floats) -> Floats:
    """Mean distance between a pupil's collège and the territory, ``sum_j N_j |M_j - M| / N`` (IPS points).

    Parameters
    ----------
    pupils, ips : (K,) or (K, T) float
        Pupils of each collège and their mean IPS; the latter does not count where there is no pupil.

    Returns
    -------
    () or (T,) float
        Points of IPS; 0 where every collège has the same mean.
    """
    mean, total, known = mean_ips(pupils, ips)
    return _ratio((pupils * np.abs(known - mean)).sum(axis=0), total, total)


def _shares(pupils: Floats, group: Floats) -> tuple[Floats, Floats, Floats]:
    """Total (T,), overall share (T,) and share by collège (K, T); shares are 0 where there is no pupil."""
    pupils, group = np.asarray(pupils, dtype=float), np.asarray(group, dtype=float)
    total = np.asarray(pupils.sum(axis=0))
    overall = np.divide(group.sum(axis=0), total, out=np.zeros_like(total), where=total > 0)
    share = np.divide(group, pupils, out=np.zeros_like(pupils), where=pupils > 0)
    return total, overall, share


def mean_ips(pupils: Floats, ips: Floats) -> tuple[Floats, Floats, Floats]:
    """Mean (T,), total (T,) and IPS by collège (K, T) with 0 where there is no pupil."""
    known = np.where(pupils > 0, ips, 0.0)
    total = np.asarray(np.sum(pupils, axis=0))
    mean = np.divide((pupils * known).sum(axis=0), total, out=np.zeros_like(total), where=total > 0)
    return mean, total, known


def squares(pupils: Floats, ips: Floats, ips_variance: Floats) -> tuple[Floats, Floats, Floats]:
    """Total pupils, sum of squares between collèges and within them, each (T,)."""
    mean, total, known = mean_ips(pupils, ips)
    between = (pupils * (known - mean) ** 2).sum(axis=0)
    within = (pupils * np.where(pupils > 0, ips_variance, 0.0)).sum(axis=0)
    return total, np.asarray(between), np.asarray(within)


def _index(numerator: Floats, denominator: Floats, total: Floats) -> Floats:
    """As `_ratio`, kept within 0 and 1 in spite of rounding."""
    return np.clip(_ratio(numerator, denominator, total), 0.0, 1.0)


def _ratio(numerator: Floats, denominator: Floats, total: Floats) -> Floats:
    """``numerator / denominator``; 0 where the latter is 0, NaN where there is no pupil."""
    value = np.divide(numerator, denominator, out=np.zeros_like(total), where=denominator > 0)
    return np.where(total > 0, value, np.nan)
