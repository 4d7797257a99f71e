"""Canteens: lunches against seats and sittings, kitchens against what they can cook.

A canteen whose seats or sittings are unknown is not judged; where none is known, the indicator is NaN, not 0.
"""

from __future__ import annotations

import numpy as np

from maillage.arrays import Bools, Floats, Ints
from maillage.indicators.registry import TOLERANCE, if_lunches_estimated, if_places_estimated, indicator
from maillage.indicators.situation import Situation, count, sum_by_college


def _unless_unknown(values: Floats, known: Bools) -> Floats:
    """`values` (T,), or NaN throughout where nothing of the kind is known."""
    return values if known.any() else np.full(len(values), np.nan)


def kitchen_meals(situation: Situation) -> Floats:
    """(S, T) meals a day each collège's kitchen has to cook: the collèges it serves, and écoles; 0 where closed."""
    colleges = situation.territory.colleges
    kitchen: Ints = np.broadcast_to(colleges.kitchen[:, None], situation.open.shape)
    meals = sum_by_college(kitchen, situation.lunches, len(colleges)) + colleges.ecole_meals[:, None]
    return np.where(situation.open, meals, 0.0)


@indicator("lunches", "meals", "", if_lunches_estimated)
def lunches(situation: Situation) -> Floats:
    """Meals a day taken by pupils at their collège, ``sum_j r_j N_j``."""
    return np.asarray(situation.lunches.sum(axis=0))


@indicator("canteens_over_places", "collèges", "lower", if_places_estimated)
def canteens_over_places(situation: Situation) -> Floats:
    """Collèges whose lunches exceed seats x sittings."""
    places = situation.lunch_places
    over = situation.lunches > places[:, None] * (1 + TOLERANCE)
    return _unless_unknown(count(over), ~np.isnan(places))


@indicator("lunches_beyond_places", "meals", "lower", if_places_estimated)
def lunches_beyond_places(situation: Situation) -> Floats:
    """Lunches for which there is no place, ``sum_j max(r_j N_j - seats_j x sittings_j, 0)``."""
    places = situation.lunch_places
    beyond = np.fmax(situation.lunches - places[:, None], 0.0)
    return _unless_unknown(beyond.sum(axis=0), ~np.isnan(places))


@indicator("canteen_load_max", "share", "lower", if_places_estimated)
def canteen_load_max(situation: Situation) -> Floats:
    """Highest ratio of lunches to seats x sittings; canteens without any place count in `lunches_beyond_places` only."""
    places = situation.lunch_places
    known = places > 0
    load = situation.lunches[known] / places[known, None]
    return load.max(axis=0) if known.any() else np.full(len(situation.rentrees), np.nan)


@indicator("kitchens_over_production", "kitchens", "lower", if_places_estimated)
def kitchens_over_production(situation: Situation) -> Floats:
    """Open kitchens that must cook more meals, écoles included, than they can."""
    production = situation.territory.colleges.production_meals
    over = kitchen_meals(situation) > production[:, None] * (1 + TOLERANCE)
    return _unless_unknown(count(over), ~np.isnan(production))


@indicator("orphan_meals", "meals", "lower", if_lunches_estimated)
def orphan_meals(situation: Situation) -> Floats:
    """Meals a day, for collèges and écoles, whose kitchen stands in a collège that closes."""
    colleges = situation.territory.colleges
    known = colleges.kitchen >= 0
    fed = np.where(known[:, None], situation.open[np.maximum(colleges.kitchen, 0)], True)
    meals = np.where(fed, 0.0, situation.lunches).sum(axis=0)
    ecoles = np.where(situation.open, 0.0, colleges.ecole_meals[:, None]).sum(axis=0)
    return _unless_unknown(meals + ecoles, known)
