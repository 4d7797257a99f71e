"""IPS and disadvantaged pupils of every unit: a first IPS from écoles and incomes, then agreement with the collèges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from maillage.arrays import Bools, Floats, Ints
from maillage.margins import sums_by
from maillage.sources.ecoles import Ecoles
from maillage.sources.ledger import Ledger
from maillage.sources.social import IncomeLine, calibrate, fit_income, group_threshold, unit_group
from maillage.sources.units import OUTSIDE, Part


@dataclass(frozen=True, eq=False)
class Published:
    """What is known of collèges: ``pupils, ips, ips_sd`` (S,), IPS and deviation NaN where not published.

    `group_share` (S,) is the planner's share of disadvantaged pupils, NaN where not given; None without any.
    """

    pupils: Floats
    ips: Floats
    ips_sd: Floats
    group_share: Floats | None = None


@dataclass(frozen=True, eq=False)
class Incomes:
    """Median incomes (euros a year, NaN unknown): by commune (C,), and by IRIS code."""

    commune_eur: Floats
    iris_eur: Mapping[str, float]


@dataclass(frozen=True, eq=False)
class FirstIps:
    """IPS of units before calibration.

    Attributes
    ----------
    commune : (U,) float
        That of the commune's écoles, else what stands for it.
    moved : (U,) float
        The same, parts of a commune told apart by what is known of them.
    imputed : (U,) bool
        No école of the commune gives it.
    line : IncomeLine or None
    """

    commune: Floats
    moved: Floats
    imputed: Bools
    line: IncomeLine | None


SETTLED = ("ips spread within sectors", "ips of collèges", "group")
"""Estimates that a calibration makes, and makes again when the first IPS changes."""


@dataclass(frozen=True, eq=False)
class Social:
    """Social figures of units and collèges after calibration; IPS below `theta` counts as disadvantaged.

    `share` is the share of pupils who do, `group_observed` whether every collège's number of them is the planner's; `first` and
    `published` are what they were made of.
    """

    ips: Floats
    ips_sd: Floats
    imputed: Bools
    group: Floats
    college_ips: Floats
    college_sd: Floats
    theta: float
    share: float
    group_observed: bool
    first: FirstIps
    published: Published


def social_of(
    parts: Sequence[Part],
    home: Ints,
    ecoles: Ecoles,
    incomes: Incomes,
    published: Published,
    share: float,
    ledger: Ledger,
) -> Social:
    """IPS, deviation and disadvantaged pupils of every part, agreeing with every published figure of the collèges.

    Parameters
    ----------
    parts : sequence of Part
    home : (U,) int
        Position of each part's commune.
    ecoles, incomes, published : the data
    share : float
        Share of pupils counted as disadvantaged.
    ledger : Ledger
    """
    present = np.array([part.college for part in parts], dtype=np.int32)
    pupils = np.array([part.pupils if part.college != OUTSIDE else 0.0 for part in parts])
    return settle(_first_ips(parts, home, ecoles, incomes, published, ledger), pupils, present, published, share, ledger)


def settle(first: FirstIps, pupils: Floats, present: Ints, published: Published, share: float, ledger: Ledger) -> Social:
    """Calibrate the first IPS of units to the collèges' figures, and count the disadvantaged pupils of each unit.

    Where the planner gives the disadvantaged pupils of collèges, these are kept, and their share takes the place of `share`.
    """
    college_ips, college_sd = _complete(published, first.moved, pupils, present, ledger)
    fitted = calibrate(pupils, first.moved, present, college_ips, college_sd)
    method = "differences between the units of a sector narrowed to what the collège's published deviation allows"
    ledger.estimate("ips spread within sectors", int(fitted.narrowed.sum()), len(college_ips), method)
    given = np.full(len(college_ips), np.nan) if published.group_share is None else published.group_share
    known = np.isfinite(given)
    judged = known if known.any() else np.ones(len(known), bool)
    if known.any():
        share = float(np.clip(np.average(given[known], weights=published.pupils[known]), 1e-6, 1 - 1e-6))
    theta = group_threshold(published.pupils[judged], college_ips[judged], college_sd[judged], share)
    college_group = published.pupils * np.where(known, given, ndtr((theta - college_ips) / college_sd))
    group = unit_group(pupils, fitted.ips, fitted.ips_sd, present, college_group, theta)
    method = f"pupils below IPS {theta:.1f} (the lowest {share:.0%}), IPS taken as normal with the published mean and deviation"
    if known.any():
        method = (
            f"disadvantaged pupils of {known.sum()} collèges as given (PCS), {share:.1%} of them all, shared over the units of "
            f"a sector by their IPS; elsewhere pupils below IPS {theta:.1f}, IPS taken as normal"
        )
    ledger.estimate("group", len(pupils), len(pupils), method)
    return Social(
        fitted.ips, fitted.ips_sd, first.imputed, group, college_ips, college_sd, theta, share, bool(known.all()), first,
        published,
    )  # fmt: skip


def _first_ips(
    parts: Sequence[Part], home: Ints, ecoles: Ecoles, incomes: Incomes, published: Published, ledger: Ledger
) -> FirstIps:
    """IPS of each part before calibration."""
    line = fit_income(ecoles.ips, incomes.commune_eur, ecoles.pupils.sum(axis=1))
    by_income = np.full(len(ecoles.ips), np.nan) if line is None else line.ips(incomes.commune_eur)
    mean = float(np.average(np.nan_to_num(published.ips), weights=published.pupils * np.isfinite(published.ips)))
    commune_ips = np.nan_to_num(_first_known(ecoles.ips, by_income, ecoles.ips_attended), nan=mean)
    imputed = ~np.isfinite(ecoles.ips)[home]
    ips = whole = commune_ips[home]
    found = "" if line is None else (
        f"from median income (IPS = {line.intercept:.1f} + {line.slope:.1f} ln income, R2 {line.r2:.2f}, "
        f"{line.communes} communes), else "
    )  # fmt: skip
    method = f"no école IPS in the commune: {found}that of the écoles its pupils attend, else the mean of the collèges"
    ledger.estimate("ips of units", int(imputed.sum()), len(parts), method)
    if line is not None:
        median = np.array([incomes.iris_eur.get(part.iris, np.nan) for part in parts])
        ratio = median / incomes.commune_eur[home]
        known = np.isfinite(ratio) & (ratio > 0)
        ips = ips + np.where(known, line.slope * np.log(np.where(known, ratio, 1.0)), 0.0)
        method = "IPS of the commune's écoles moved by the income of the IRIS, at the slope found between communes"
        ledger.estimate("ips of iris", int(known.sum()), len(parts), method)
    method = "first IPS of units shifted by one constant a collège so that today's sectors give each published IPS"
    ledger.estimate("ips calibration", len(parts), len(parts), method)
    return FirstIps(whole, ips, imputed, line)


def _complete(published: Published, first: Floats, pupils: Floats, present: Ints, ledger: Ledger) -> tuple[Floats, Floats]:
    """Published IPS and deviation, completed from the sector's units and the median deviation where not published."""
    size, inside = len(published.pupils), present >= 0
    total = sums_by(present[inside], pupils[inside], size)
    sector = sums_by(present[inside], (pupils * first)[inside], size) / np.maximum(total, 1e-9)
    lacking = ~np.isfinite(published.ips) | ~np.isfinite(published.ips_sd) | (published.ips_sd <= 0)
    method = "IPS or deviation not published: mean of the sector's units, median deviation of the other collèges"
    ledger.estimate("ips of collèges", int(lacking.sum()), size, method)
    middle = float(np.median(published.ips_sd[~lacking])) if (~lacking).any() else 30.0
    ips = np.where(np.isfinite(published.ips), published.ips, sector)
    return ips, np.where(np.isfinite(published.ips_sd) & (published.ips_sd > 0), published.ips_sd, middle)


def _first_known(*columns: Floats) -> Floats:
    result = columns[0]
    for column in columns[1:]:
        result = np.where(np.isfinite(result), result, column)
    return result
