"""From a plan to tables: every indicator by rentrée, and every collège by rentrée."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

# Importing a family registers its indicators, in the order of the reports.
import maillage.indicators.access
import maillage.indicators.canteen
import maillage.indicators.capacity
import maillage.indicators.mix
import maillage.indicators.stability  # noqa: F401
from maillage.arrays import Floats, Strings
from maillage.demography.demand import Demand
from maillage.errors import Fault, InputError, nearest
from maillage.indicators.capacity import occupancy
from maillage.indicators.eligibility import HAUTS_DE_FRANCE, CoachRule
from maillage.indicators.registry import INDICATORS
from maillage.indicators.segregation import eta_squared, squares
from maillage.indicators.situation import Situation, private_ips_sd, ratio, situation_of, sum_by_college
from maillage.plan import Plan
from maillage.territory import Territory
from maillage.travel.times import TravelTimes


def evaluate(
    territory: Territory,
    plan: Plan,
    demand: Demand,
    travel: TravelTimes,
    coach: CoachRule = HAUTS_DE_FRANCE,
    names: Collection[str] | None = None,
) -> pd.DataFrame:
    """Every indicator for every rentrée of `demand`; today's sectors and optimised plans alike.

    Social mix in later rentrées: the mean and spread of IPS of each unit and its share of disadvantaged pupils stay as
    today, the pupils follow the demand, private collèges follow `demand.private_factor`.

    Parameters
    ----------
    territory : Territory
    plan : Plan
        Before `plan.start`, today's sectors.
    demand : Demand
    travel : TravelTimes
        From every unit to every collège.
    coach : CoachRule
        Whom the région carries to school.
    names : collection of str, optional
        Of the indicators wanted; all of them where absent.

    Returns
    -------
    DataFrame
        Columns ``indicator, rentree, value, unit, better, estimated, nature``. `value` is NaN where its inputs are unknown
        (no canteen seats given, say). `nature` is "observed" (from published figures), "estimated" (rests on an estimate
        or imputation) or "projected" (after the base rentrée: rests on the demand too); `estimated` is True for the
        latter two.

    Raises
    ------
    InputError
        Where plan, demand or travel times are of another territory, or a name is unknown.
    """
    unknown = sorted(set(names or ()) - set(INDICATORS))
    if unknown:
        raise InputError([Fault("evaluate", "unknown indicator", "names", (n,), nearest(n, INDICATORS)) for n in unknown])
    situation = situation_of(territory, plan, demand, travel, coach)
    items = tuple(item for item in INDICATORS.values() if names is None or item.name in names)
    years = len(situation.rentrees)
    natures = np.concatenate([_natures(situation, item.estimated(situation)) for item in items])
    return pd.DataFrame(
        {
            "indicator": np.repeat([item.name for item in items], years),
            "rentree": np.tile(situation.rentrees, len(items)),
            "value": np.concatenate([item.values(situation) for item in items]),
            "unit": np.repeat([item.unit for item in items], years),
            "better": np.repeat([item.better for item in items], years),
            "estimated": natures != "observed",
            "nature": natures,
        }
    )


def college_table(territory: Territory, plan: Plan, demand: Demand, travel: TravelTimes) -> pd.DataFrame:
    """Every public collège in every rentrée of `demand`.

    Parameters
    ----------
    territory, plan, demand, travel
        As for `evaluate`.

    Returns
    -------
    DataFrame
        One row a collège and rentrée: ``uai, name, rentree, open, pupils, capacity, occupancy, ips, group_share, lunches,
        lunch_places, travel_mean_min, capacity_estimated, lunch_estimated, nature``. Pupils and lunches (meals a day) are
        not rounded. NaN: occupancy, IPS, group share and journey of a collège that is closed or has no pupil; lunch places
        not given. `nature` tells of pupils and IPS: "observed" today, "estimated" once pupils are moved at the base
        rentrée, "projected" later. The group share is always an estimate.

    Raises
    ------
    InputError
        Where plan, demand or travel times are of another territory.
    """
    s = situation_of(territory, plan, demand, travel)
    colleges, years = territory.colleges, len(s.rentrees)
    pupils = s.public.pupils
    canteen_estimated = colleges.lunch_rate_estimated | colleges.canteen_estimated
    return pd.DataFrame(
        {
            "uai": np.repeat(colleges.uai, years),
            "name": np.repeat(colleges.name, years),
            "rentree": np.tile(s.rentrees, len(colleges)),
            "open": s.open.ravel(),
            "pupils": pupils.ravel(),
            "capacity": np.repeat(colleges.capacity, years),
            "occupancy": occupancy(s).ravel(),
            "ips": s.public.ips.ravel(),
            "group_share": ratio(s.public.group, pupils).ravel(),
            "lunches": s.lunches.ravel(),
            "lunch_places": np.repeat(s.lunch_places, years),
            "travel_mean_min": _travel_mean_min(s).ravel(),
            "capacity_estimated": np.repeat(colleges.capacity_estimated, years),
            "lunch_estimated": np.repeat(canteen_estimated, years),
            "nature": np.tile(_natures(s, s.moved_at_base), len(colleges)),
        }
    )


def observed_mix(territory: Territory) -> pd.DataFrame:
    """Mix today from the published tables alone: enrolment, IPS and its standard deviation by collège.

    Returns
    -------
    DataFrame
        Index ``public``, ``with_private``; columns ``colleges``, ``pupils``, ``ips_mean``, ``ips_sd`` (of all pupils:
        within and between collèges), ``eta_squared`` and ``estimated`` (a private collège publishes no standard deviation
        and was given the mean one).
    """
    public, private = territory.colleges, territory.private
    fallback = float(np.sqrt(np.average(public.ips_sd**2, weights=public.pupils)))
    private_sd, imputed = private_ips_sd(private, fallback)
    pupils = np.concatenate([public.pupils, private.pupils])
    ips = np.concatenate([public.ips, private.ips])
    variance = np.concatenate([public.ips_sd, private_sd]) ** 2
    rows = {}
    for name, count in {"public": len(public), "with_private": len(pupils)}.items():
        total, between, within = squares(pupils[:count], ips[:count], variance[:count])
        rows[name] = {
            "colleges": count,
            "pupils": float(total),
            "ips_mean": float(np.average(ips[:count], weights=pupils[:count])),
            "ips_sd": float(np.sqrt((between + within) / total)),
            "eta_squared": float(eta_squared(pupils[:count], ips[:count], variance[:count])),
            "estimated": name == "with_private" and bool(imputed.any()),
        }
    return pd.DataFrame.from_dict(rows, orient="index")


def _natures(situation: Situation, estimated: bool) -> Strings:
    """(T,) "observed", "estimated" or "projected"."""
    today = "estimated" if estimated else "observed"
    return np.where(situation.rentrees > situation.territory.base_rentree, "projected", today)


def _travel_mean_min(situation: Situation) -> Floats:
    """(S, T) mean journey of the pupils of each collège who have one."""
    reached = np.isfinite(situation.minutes)
    pupils = np.where(reached, situation.pupils, 0.0)
    travellers = sum_by_college(situation.site, pupils, len(situation.territory.colleges))
    total = sum_by_college(situation.site, pupils * np.where(reached, situation.minutes, 0.0), len(travellers))
    return ratio(total, travellers)
