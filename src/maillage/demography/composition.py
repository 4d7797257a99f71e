"""`Composition`: who the pupils of each unit and rentrée are, as each cohort carries its own make-up through the grades."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

from maillage.arrays import Floats, frozen
from maillage.demography.drift import Drift, drift_of
from maillage.errors import Fault, InputError
from maillage.territory import GRADES, Territory

DRIFT_YEARS = 5
"""Cohorts for which the drift goes on: those now in école. Later ones keep the composition of the last of them."""

ROUNDING = 1e-6
"""Newcomers may exceed pupils by this much, in pupils: the rounding of a projection."""


@dataclass(frozen=True, eq=False)
class Composition:
    """Social composition of public collège pupils by unit and rentrée, all grades together. Never missing.

    Attributes
    ----------
    rentrees : (T,) int
        The first is the territory's base rentrée.
    ips : (U, T) float
        Mean IPS of the unit's pupils; where it has none, that of its four cohorts alike.
    ips_sd : (U, T) float
        Standard deviation of IPS within the unit.
    group : (U, T) float
        Disadvantaged pupils, from 0 to the unit's pupils.
    group_share : (U, T) float
        `group` over the pupils, 0 to 1; told where there are none too, for pupils simulated or rescaled later.
    imputed_share : (T,) float
        Share of the territory's pupils whose IPS no école of their commune tells, newcomers of new dwellings included.
    method : tuple of str
    """

    rentrees: npt.NDArray[np.int64]
    ips: Floats
    ips_sd: Floats
    group: Floats
    group_share: Floats
    imputed_share: Floats
    method: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("rentrees", "ips", "ips_sd", "group", "group_share", "imputed_share"):
            object.__setattr__(self, name, frozen(getattr(self, name)))

    def of(self, pupils: Floats) -> Composition:
        """The same make-up of other pupils (U, 4, T): those of a simulated future, or once families have answered."""
        return replace(self, group=self.group_share * pupils.sum(axis=1))


@dataclass(frozen=True, eq=False)
class _Mixture:
    """Cohorts of each unit: ``stay`` and ``came`` pupils (U, 4, T), ``shift`` and ``gap`` of their IPS from the unit's."""

    stay: Floats
    came: Floats
    shift: Floats
    gap: Floats

    def mean(self, of_stay: Floats, of_came: Floats) -> Floats:
        """(U, T) weighted mean of a value of those who stay and one of those who came."""
        weight = (self.stay + self.came).sum(axis=1)
        return np.asarray((self.stay * of_stay + self.came * of_came).sum(axis=1) / weight)


def compose(
    territory: Territory, pupils: Floats, newcomers: Floats | None = None, newcomer_ips_gap: Floats | float | None = None
) -> Composition:
    """Social composition of projected pupils.

    Parameters
    ----------
    territory : Territory
        Its units carry the composition of the base rentrée, calibrated to what the collèges publish.
    pupils : (U, 4, T) float
        Public collège pupils by unit, grade (6e to 3e) and rentrée, from the base rentrée on.
    newcomers : (U, 4, T) float, optional
        How many of `pupils` came with dwellings built since the base rentrée; 0 at the base rentrée.
    newcomer_ips_gap : float or (U, 4, T) float, optional
        IPS of newcomers minus that of the cohort of their unit and grade; 0 if absent. Only with `newcomers`.

    Returns
    -------
    Composition

    Raises
    ------
    InputError
        Arrays of another shape, negative or missing numbers, more newcomers than pupils, newcomers at the base rentrée, a gap
        without newcomers.

    Notes
    -----
    The cohort in grade g (6e = 0) at rentrée base + t entered 6e at base + t - g. Its mean IPS is ``ips[u] + drift[u] k``, k
    being t - g, at least 0 (cohorts in collège today: all grades alike) and at most `DRIFT_YEARS`; its variance is the unit's.
    With pupils p, newcomers n and their gap d, all grades are mixed by the law of total variance::

        mean = ips + sum(p drift k + n d) / sum p
        variance = sd^2 + sum((p - n) (drift k - m)^2 + n (drift k + d - m)^2) / sum p,     m = mean - ips

    Disadvantaged are ``p Phi(z - x / sd)`` of a cohort that lies x points from the unit's IPS of today, with z such that the
    unit's share of the base rentrée comes back for x = 0. So the base rentrée is exactly that of the territory.
    """
    faults = _faults(territory, pupils, newcomers, newcomer_ips_gap)
    if faults:
        raise InputError(faults)
    drift, units = drift_of(territory), territory.units
    years = pupils.shape[2]
    entered = np.clip(np.arange(years)[None, :] - np.arange(len(GRADES))[:, None], 0, DRIFT_YEARS)
    came = np.zeros(pupils.shape) if newcomers is None else np.clip(newcomers, 0.0, pupils)
    gap = np.broadcast_to(np.asarray(0.0 if newcomer_ips_gap is None else newcomer_ips_gap, np.float64), pupils.shape)
    total = pupils.sum(axis=1)
    weight = np.where(total[:, None, :] > 0, pupils, 1.0)
    mixture = _Mixture(weight - came, came, drift.by_unit[:, None, None] * entered[None], gap)
    moved = mixture.mean(mixture.shift, mixture.shift + gap)
    apart = mixture.shift - moved[:, None, :]
    variance = units.ips_sd[:, None] ** 2 + mixture.mean(apart**2, (apart + gap) ** 2)
    share = _group_share(territory, mixture)
    imputed = _imputed_share(territory, pupils, came)
    return Composition(
        rentrees=np.arange(territory.base_rentree, territory.base_rentree + years),
        ips=units.ips[:, None] + moved,
        ips_sd=np.sqrt(variance),
        group=total * share,
        group_share=share,
        imputed_share=imputed,
        method=_method(drift, years, came, gap, imputed),
    )


def base_group_share(territory: Territory) -> Floats:
    """(U,) share of disadvantaged pupils at the base rentrée; of a unit without pupils, what its IPS tells."""
    units = territory.units
    spread = np.maximum(units.ips_sd, 1e-9)
    share = ndtr((territory.group_ips - units.ips) / spread)
    # Less than a millionth of a pupil is nobody: dividing by it might be infinite.
    some = units.pupils > ROUNDING
    return np.asarray(np.clip(np.divide(units.group, units.pupils, out=share, where=some), 0.0, 1.0))


def _group_share(territory: Territory, mixture: _Mixture) -> Floats:
    """(U, T) share of disadvantaged pupils; written as the base share plus a change, so that no change is exactly none."""
    base = base_group_share(territory)[:, None, None]
    spread = np.maximum(territory.units.ips_sd, 1e-9)[:, None, None]
    limit = ndtri(base)
    of_stay = ndtr(limit - mixture.shift / spread) - ndtr(limit)
    of_came = ndtr(limit - (mixture.shift + mixture.gap) / spread) - ndtr(limit)
    return np.clip(base[:, :, 0] + mixture.mean(of_stay, of_came), 0.0, 1.0)


def _imputed_share(territory: Territory, pupils: Floats, came: Floats) -> Floats:
    """(T,) share of pupils with an imputed IPS; 0 in a rentrée without pupils."""
    stay = (pupils - came).sum(axis=1)
    imputed = came.sum(axis=(0, 1)) + imputed_part(territory) @ stay
    total = pupils.sum(axis=(0, 1))
    return np.asarray(np.divide(imputed, total, out=np.zeros_like(total), where=total > 0))


def imputed_part(territory: Territory) -> Floats:
    """(U,) part of each unit's IPS that is imputed, 0 to 1.

    1 where no école of the commune has an IPS. Parts of a commune that are told apart by INSEE's squares: the share of their
    people in squares whose figures INSEE itself imputed.
    """
    units, grid = territory.units, territory.grid
    part = units.ips_imputed.astype(np.float64)
    if grid is None:
        return part
    _, commune, parts = np.unique(units.commune, return_inverse=True, return_counts=True)
    share = np.divide(grid.imputed_people, grid.people, out=np.zeros(len(units)), where=grid.people > 0)
    return np.where(parts[commune] > 1, np.maximum(part, np.clip(share, 0.0, 1.0)), part)


def _method(drift: Drift, years: int, came: Floats, gap: Floats, imputed: Floats) -> tuple[str, ...]:
    told = [
        "Social composition: each cohort keeps its IPS, its deviation and its share of disadvantaged pupils as it moves up; "
        "cohorts in collège today as calibrated to the published figures."
    ]
    told.append(drift.method)
    if len(drift.communes) and years - 1 > DRIFT_YEARS:
        told.append(f"The IPS of cohorts that enter more than {DRIFT_YEARS} years ahead stays as it is then (assumption).")
    if came.any():
        told.append(
            f"Pupils of new dwellings: IPS {float((came * gap).sum() / came.sum()):+.1f} points from that of their unit, "
            "mixed with it (assumption)."
        )
    told.append(f"IPS imputed, no école of the commune telling it: {imputed[0]:.1%} of pupils, {imputed[-1]:.1%} at the end.")
    return tuple(told)


def _faults(territory: Territory, pupils: Floats, newcomers: Floats | None, gap: Floats | float | None) -> list[Fault]:
    where, units = "compose", len(territory.units)
    if pupils.ndim != 3 or pupils.shape[:2] != (units, len(GRADES)) or pupils.shape[2] < 1:
        return [Fault(where, f"shape {pupils.shape} instead of ({units}, 4, rentrées)", "pupils")]
    faults = []
    if not np.all(np.isfinite(pupils) & (pupils >= 0)):
        faults.append(Fault(where, "negative or missing numbers", "pupils"))
    if gap is not None:
        if newcomers is None:
            faults.append(Fault(where, "given without newcomers", "newcomer_ips_gap", remedy="Give both, or neither"))
        if np.shape(gap) not in ((), pupils.shape):
            faults.append(Fault(where, f"shape {np.shape(gap)} instead of {pupils.shape}, or one number", "newcomer_ips_gap"))
        elif not np.isfinite(gap).all():
            faults.append(Fault(where, "missing numbers", "newcomer_ips_gap"))
    return faults + ([] if newcomers is None else _newcomer_faults(where, pupils, newcomers))


def _newcomer_faults(where: str, pupils: Floats, newcomers: Floats) -> list[Fault]:
    if newcomers.shape != pupils.shape:
        return [Fault(where, f"shape {newcomers.shape} instead of {pupils.shape}", "newcomers")]
    faults = []
    if not np.all(np.isfinite(newcomers) & (newcomers >= 0)):
        faults.append(Fault(where, "negative or missing numbers", "newcomers"))
    if np.any(newcomers > pupils + ROUNDING):
        faults.append(Fault(where, "more newcomers than pupils", "newcomers", remedy="Count them among the pupils"))
    if np.any(newcomers[:, :, 0] > 0):
        remedy = "The published figures of that rentrée hold everyone: count as newcomers who came since"
        faults.append(Fault(where, "newcomers at the base rentrée", "newcomers", remedy=remedy))
    return faults
