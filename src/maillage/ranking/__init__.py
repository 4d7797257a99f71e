"""Ranking scenarios: scaled scores, explicit weights, the Pareto front, and how stable the first places are.

Knows only tables: one row a scenario, one column a criterion, a direction and a weight for each criterion.
"""

from maillage.ranking.acceptability import acceptability
from maillage.ranking.front import pareto
from maillage.ranking.robustness import flips, stability
from maillage.ranking.weighted import WEIGHT_PROFILES, Ranking, Scaling, rank

__all__ = ["WEIGHT_PROFILES", "Ranking", "Scaling", "acceptability", "flips", "pareto", "rank", "stability"]
