"""What a plan is worth, by rentrée: access, capacity, canteens, social mix, stability."""

from maillage.indicators.criteria import DEFAULT_CRITERIA, Criterion, criteria_table
from maillage.indicators.eligibility import HAUTS_DE_FRANCE, CoachRule
from maillage.indicators.futures import breaking
from maillage.indicators.registry import INDICATORS, Indicator
from maillage.indicators.segregation import (
    dissimilarity,
    eta_squared,
    ips_deviation,
    normalised_exposure,
    theil_h,
)
from maillage.indicators.tables import college_table, evaluate, observed_mix

__all__ = [
    "DEFAULT_CRITERIA",
    "HAUTS_DE_FRANCE",
    "INDICATORS",
    "CoachRule",
    "Criterion",
    "Indicator",
    "breaking",
    "college_table",
    "criteria_table",
    "dissimilarity",
    "eta_squared",
    "evaluate",
    "ips_deviation",
    "normalised_exposure",
    "observed_mix",
    "theil_h",
]
