"""IPS within communes told apart by INSEE's 200 m squares: once units are made and the squares summed over them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from maillage.arrays import Floats, Strings
from maillage.margins import sums_by
from maillage.sources.ledger import Ledger
from maillage.sources.unit_social import SETTLED, FirstIps, Social, settle
from maillage.territory import GridSums, Units


def refine(units: Units, social: Social, grid: GridSums | None, ledger: Ledger) -> tuple[Units, Social]:
    """Units and social figures with the parts of each commune told apart by the living standard of their squares.

    Call it once `grid` is known, before the table of collèges is made. Collèges keep every published figure: the first IPS is
    moved by `grid_ips` and calibrated again. Nothing changes without squares, or where incomes do not tell the IPS.
    """
    line = social.first.line
    if grid is None or line is None:
        return units, social
    moved, weight = grid_ips(social.first, line.slope, units.commune, units.pupils, grid)
    count = int((weight > 0).sum())
    if not count:
        return units, social
    ledger.withdraw(*SETTLED)
    people = float(grid.people[weight > 0].sum())
    imputed = float(grid.imputed_people[weight > 0].sum()) / people
    method = (
        f"IPS of the parts of a commune moved by the mean living standard of their 200 m squares ({grid.year}), at the slope "
        f"found between communes, less where INSEE imputed them ({imputed:.0%} of people); the commune's mean is kept"
    )
    ledger.estimate("ips within communes", count, len(units), method)
    first = replace(social.first, moved=moved)
    refined = settle(first, units.pupils, units.present, social.published, social.share, ledger)
    return replace(units, ips=refined.ips, ips_sd=refined.ips_sd, group=refined.group), refined


def grid_ips(first: FirstIps, slope: float, commune: Strings, pupils: Floats, grid: GridSums) -> tuple[Floats, Floats]:
    """First IPS of units, those of one commune told apart by the living standard of their squares.

    For a unit u of commune c with mean living standard l_u (that of the commune l_c, over the people of its units), IPS c_u of
    its commune and i_u moved by the income of its IRIS::

        ips = c_u + w_u slope ln(l_u / l_c) + (1 - w_u) (i_u - c_u) + constant of the commune

    w_u is the share of its people in squares whose figures INSEE did not impute. The constant keeps the commune's
    pupil-weighted mean. The line is fitted on median incomes; means instead of medians change its intercept, not differences.

    Parameters
    ----------
    first : FirstIps
    slope : float
        IPS points for a unit of the logarithm of income.
    commune : (U,) str
    pupils : (U,) float
    grid : GridSums

    Returns
    -------
    ips, weight : (U,) float
        A unit alone in its commune, or without anybody in its squares, has weight 0 and keeps its move by the IRIS.
    """
    _, home, parts = np.unique(commune, return_inverse=True, return_counts=True)
    size = len(parts)
    told = (grid.people > 0) & (grid.living_standard_eur > 0)
    people, standard = np.where(told, grid.people, 0.0), np.where(told, grid.living_standard_eur, 0.0)
    several = told & (sums_by(home, told.astype(np.float64), size)[home] > 1)
    every_people, every_standard = sums_by(home, people, size)[home], sums_by(home, standard, size)[home]
    own = np.divide(standard, people, out=np.ones(len(home)), where=several)
    whole = np.divide(every_standard, every_people, out=np.ones(len(home)), where=several)
    real = 1 - np.divide(grid.imputed_people, people, out=np.ones(len(home)), where=several)
    weight = np.where(several, np.clip(real, 0.0, 1.0), 0.0)
    move = weight * slope * np.log(own / whole) + (1 - weight) * (first.moved - first.commune)
    # Where nobody attends, the parts count alike.
    attended = sums_by(home, pupils, size)[home] > 0
    mass = np.where(attended, pupils, 1.0)
    change = first.commune + move - first.moved
    constant = sums_by(home, mass * change, size) / sums_by(home, mass, size)
    return first.moved + change - constant[home], weight
