"""Access: how far pupils travel. All are weighted by pupils, and estimated, because homes are known by unit only."""

from __future__ import annotations

import numpy as np

from maillage.arrays import Bools, Floats
from maillage.indicators.registry import always, indicator
from maillage.indicators.situation import Situation, ratio

TIME_BANDS_MIN = (15.0, 30.0, 45.0)
"""Upper ends of the bands of journey time, each of them in its band; 45 minutes one way is a common planning ceiling."""

NEAR_KM = 3.0
"""A pupil nearer than this lives near: Hauts-de-France carries pupils from here on."""

NO_JOURNEY_MIN = 90.0
"""Minutes that a pupil without any journey counts in a ranking, or the longest journey there is; assumption."""

WALK_MIN = 20.0
"""A short walk to school, minutes."""


def weighted_quantile(values: Floats, weights: Floats, share: float) -> Floats:
    """Least value that at least `share` of the weight does not exceed, column by column.

    The inverse of the weighted distribution, without interpolation: the answer is always a journey that somebody makes.

    Parameters
    ----------
    values, weights : (n, T) float
        Rows of weight 0 do not count, whatever their value.
    share : float
        Between 0 and 1.

    Returns
    -------
    (T,) float
        NaN where a column has no weight.

    References
    ----------
    R. J. Hyndman, Y. Fan, "Sample quantiles in statistical packages", 1996, definition 1. doi:10.2307/2684934

    Examples
    --------
    >>> import numpy as np
    >>> minutes = np.array([[10.0], [20.0], [30.0]])
    >>> pupils = np.array([[50.0], [45.0], [5.0]])
    >>> weighted_quantile(minutes, pupils, 0.9).tolist()
    [20.0]
    """
    order = np.argsort(np.where(weights > 0, values, np.inf), axis=0)
    ranked = np.take_along_axis(values, order, axis=0)
    heap = np.cumsum(np.take_along_axis(weights, order, axis=0), axis=0)
    total = weights.sum(axis=0)
    # A hair less than the share, so that 0.9 of 10 equal pupils is the ninth in spite of rounding.
    place = np.argmax(heap >= (share - 1e-12) * total, axis=0)
    return np.where(total > 0, np.take_along_axis(ranked, place[None, :], axis=0)[0], np.nan)


def _share(situation: Situation, chosen: Bools, among: Bools | None = None) -> Floats:
    """Share of the pupils of the territory's public collèges, or of those `among` them, for whom `chosen` (U, T) holds."""
    pupils = np.where(situation.inside if among is None else situation.inside & among, situation.pupils, 0.0)
    return ratio((pupils * chosen).sum(axis=0), pupils.sum(axis=0))


def _travelling(situation: Situation) -> tuple[Floats, Floats]:
    """Minutes and pupils (U, T) of the journeys that exist; no pupils elsewhere."""
    known = np.isfinite(situation.minutes)
    return np.where(known, situation.minutes, 0.0), np.where(known, situation.pupils, 0.0)


@indicator("travel_mean_min", "min", "lower", always)
def travel_mean_min(situation: Situation) -> Floats:
    """Mean one-way journey, ``sum_u n_u m_u / sum_u n_u``; unreachable pupils are counted apart."""
    minutes, pupils = _travelling(situation)
    return ratio((pupils * minutes).sum(axis=0), pupils.sum(axis=0))


@indicator("travel_mean_all_min", "min", "lower", always)
def travel_mean_all_min(situation: Situation) -> Floats:
    """Mean one-way journey where nobody is left out: a pupil without any counts the longest journey there is, 90 min at least.

    For rankings: what cuts a pupil off can never make a plan better.
    """
    worst_min = max(NO_JOURNEY_MIN, situation.longest_min)
    pupils = np.where(situation.inside, situation.pupils, 0.0)
    minutes = np.where(np.isfinite(situation.minutes), situation.minutes, worst_min)
    return ratio((pupils * minutes).sum(axis=0), pupils.sum(axis=0))


@indicator("travel_p90_min", "min", "lower", always)
def travel_p90_min(situation: Situation) -> Floats:
    """Least number of minutes that nine pupils in ten do not exceed."""
    minutes, pupils = _travelling(situation)
    return weighted_quantile(minutes, pupils, 0.9)


@indicator("travel_max_min", "min", "lower", always)
def travel_max_min(situation: Situation) -> Floats:
    """Longest journey from a unit where pupils live."""
    minutes, pupils = _travelling(situation)
    return np.where(pupils.sum(axis=0) > 0, np.where(pupils > 0, minutes, 0.0).max(axis=0, initial=0.0), np.nan)


@indicator("share_within_15_min", "share", "higher", always)
def share_within_15_min(situation: Situation) -> Floats:
    """Share of pupils who travel 15 minutes at most."""
    return _share(situation, situation.minutes <= TIME_BANDS_MIN[0])


@indicator("share_15_to_30_min", "share", "", always)
def share_15_to_30_min(situation: Situation) -> Floats:
    """Share of pupils who travel more than 15 minutes and 30 at most."""
    return _share(situation, (situation.minutes > TIME_BANDS_MIN[0]) & (situation.minutes <= TIME_BANDS_MIN[1]))


@indicator("share_30_to_45_min", "share", "lower", always)
def share_30_to_45_min(situation: Situation) -> Floats:
    """Share of pupils who travel more than 30 minutes and 45 at most."""
    return _share(situation, (situation.minutes > TIME_BANDS_MIN[1]) & (situation.minutes <= TIME_BANDS_MIN[2]))


@indicator("share_above_30_min", "share", "lower", always)
def share_above_30_min(situation: Situation) -> Floats:
    """Share of pupils who travel more than 30 minutes; those without a journey are counted apart."""
    return _share(situation, (situation.minutes > TIME_BANDS_MIN[1]) & (situation.minutes < np.inf))


@indicator("share_above_45_min", "share", "lower", always)
def share_above_45_min(situation: Situation) -> Floats:
    """Share of pupils who travel more than 45 minutes; those without a journey are counted apart."""
    return _share(situation, (situation.minutes > TIME_BANDS_MIN[2]) & (situation.minutes < np.inf))


@indicator("share_without_journey", "share", "lower", always)
def share_without_journey(situation: Situation) -> Floats:
    """Share of pupils without any journey to their collège: the last band."""
    return _share(situation, np.isposinf(situation.minutes))


@indicator("share_within_20_min_on_foot", "share", "higher", always)
def share_within_20_min_on_foot(situation: Situation) -> Floats:
    """Share of pupils who walk to their collège, and 20 minutes at most; NaN where nobody is said to walk."""
    if situation.on_foot is None:
        return np.full(len(situation.rentrees), np.nan)
    return _share(situation, situation.on_foot & (situation.minutes <= WALK_MIN))


@indicator("share_under_3_km", "share", "higher", always)
def share_under_3_km(situation: Situation) -> Floats:
    """Share of pupils less than 3 km from their collège by road, of those whose distance is known."""
    return _share(situation, situation.road_km < NEAR_KM, np.isfinite(situation.road_km))


@indicator("pupil_km", "pupil-km", "lower", always)
def pupil_km(situation: Situation) -> Floats:
    """Kilometres by road of all pupils on one way to school, ``sum_u n_u d_u``, of those whose distance is known."""
    known = np.isfinite(situation.road_km)
    return np.asarray((np.where(known, situation.road_km, 0.0) * situation.pupils).sum(axis=0))


@indicator("unreachable_pupils", "pupils", "lower", always)
def unreachable_pupils(situation: Situation) -> Floats:
    """Pupils without any journey to their collège: a fault of the roads to look at, or nowhere to go by coach circuit."""
    return np.asarray((situation.pupils * np.isposinf(situation.minutes)).sum(axis=0))


@indicator("unknown_distance_pupils", "pupils", "lower", always)
def unknown_distance_pupils(situation: Situation) -> Floats:
    """Pupils whose distance by road is unknown: they count neither as near nor as entitled to a school coach."""
    return np.asarray((situation.pupils * np.isposinf(situation.road_km)).sum(axis=0))


@indicator("bus_eligible_pupils", "pupils", "", always)
def bus_eligible_pupils(situation: Situation) -> Floats:
    """Pupils whom the région carries free of charge (`CoachRule`); in towns too where the urban networks are unknown."""
    return np.asarray((situation.pupils * situation.coach_entitled).sum(axis=0))


@indicator("newly_bus_eligible_pupils", "pupils", "lower", always)
def newly_bus_eligible_pupils(situation: Situation) -> Floats:
    """Pupils whom the région carries under the plan, not to today's collège; those whose distance today is unknown left out."""
    unknown = np.isposinf(situation.today_road_km)
    newly = situation.coach_entitled & ~(situation.today_coach_entitled | unknown)[:, None]
    return np.asarray((situation.pupils * newly).sum(axis=0))
