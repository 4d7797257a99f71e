"""How far the first place depends on the weights."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from maillage.arrays import Floats
from maillage.errors import Fault
from maillage.ranking.tables import normalised, position_of, refuse, table_faults, weight_faults
from maillage.ranking.weighted import TIE, Scaling, rank, ranks, scale, scaling_faults


def stability(
    table: pd.DataFrame,
    better: Mapping[str, str],
    weights: Mapping[str, float],
    draws: int = 2000,
    seed: int = 0,
    spread: float = 0.2,
    reference: str | None = None,
    scaling: Scaling = "range",
) -> pd.DataFrame:
    """How often each scenario takes each place when the weights are drawn at random.

    Two ways of drawing:

    - around the given weights w: Dirichlet with mean w and standard deviation ``spread x sqrt(w (1 - w))`` (a weight of
      0.3 moves by about 0.09 for the default); a criterion of weight 0 stays at 0;
    - uniform over all weights that sum to 1, on every criterion of the table: no opinion at all.

    Parameters
    ----------
    table, better, weights, reference, scaling
        As for `rank`.
    draws : int
        Weight vectors of each kind.
    seed : int
    spread : float
        Between 0 and 1, both excluded.

    Returns
    -------
    DataFrame
        Index scenario. Columns ``first`` and ``first_two`` (share of the draws around the weights in which the scenario is
        first, or among the first two), ``mean_rank``, ``rank_1`` ... ``rank_n`` (rank acceptability), ``beats_reference``
        (share of draws in which its score is higher; only with a reference), and the same over all weights with the prefix
        ``uniform_``. Tied scenarios share the better rank, so shares of first places can sum to more than 1.

    Raises
    ------
    InputError
        As `rank`, and draws under 1 or a spread out of bounds.

    References
    ----------
    R. Lahdelma, P. Salminen, "SMAA-2: Stochastic multicriteria acceptability analysis for group decision making", 2001.
    doi:10.1287/opre.49.3.444.11220
    """
    checks = table_faults(table, better), weight_faults(table, weights), scaling_faults(table, reference, scaling)
    refuse(*checks, iter(_draw_faults(draws, spread)))
    scaled = scale(table, better, reference, scaling)
    rng = np.random.default_rng(seed)
    around = _around(normalised(table, weights), draws, spread, rng)
    uniform = rng.dirichlet(np.ones(len(table.columns)), draws)
    position = None if reference is None else position_of(table, reference)
    parts = [
        shares_of_places(around @ scaled.T, position),
        shares_of_places(uniform @ scaled.T, position).add_prefix("uniform_"),
    ]
    return pd.concat(parts, axis="columns").set_index(table.index)


def flips(
    table: pd.DataFrame,
    better: Mapping[str, str],
    weights: Mapping[str, float],
    reference: str | None = None,
    scaling: Scaling = "range",
) -> pd.DataFrame:
    """How much each weight has to rise before another scenario takes the first place.

    The weight of one criterion rises, the others keep their proportions: scores are linear in it, so the crossing is exact.

    Parameters
    ----------
    table, better, weights, reference, scaling
        As for `rank`.

    Returns
    -------
    DataFrame
        Index criterion, the one that flips the first place soonest first. Columns ``weight`` (now, of 1), ``flips_at`` (weight
        from which another scenario is first; NaN where none ever is), ``rise`` (the difference) and ``first_then`` (that
        scenario; empty where there is none).

    Raises
    ------
    InputError
        As `rank`.

    References
    ----------
    E. Triantaphyllou, A. Sánchez, "A sensitivity analysis approach for some deterministic multi-criteria decision-making
    methods", 1997. doi:10.1111/j.1540-5915.1997.tb01306.x

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"travel": [10.0, 14.0], "mix": [0.3, 0.2]}, index=["today", "redrawn"])
    >>> crossings = flips(table, {"travel": "lower", "mix": "lower"}, {"travel": 3, "mix": 1})
    >>> float(crossings.loc["mix", "flips_at"]), crossings.loc["mix", "first_then"]
    (0.5, 'redrawn')
    """
    ranking = rank(table, better, weights, reference, scaling)
    score = ranking.scores["score"].to_numpy()
    leaders = ranking.scores["rank"].to_numpy() == 1
    rows = []
    for name, weight in ranking.weights.items():
        share, then = _crossing(score, ranking.scores[f"scaled_{name}"].to_numpy(), leaders)
        flips_at = weight + share * (1 - weight)
        winner = "" if np.isnan(share) else str(table.index[then])
        rows.append(
            {"criterion": name, "weight": weight, "flips_at": flips_at, "rise": flips_at - weight, "first_then": winner}
        )
    return pd.DataFrame(rows).sort_values("rise", kind="stable").set_index("criterion")


def _around(weights: Floats, draws: int, spread: float, rng: np.random.Generator) -> Floats:
    """(draws, criteria) Dirichlet weights whose variance is ``spread^2 w (1 - w)``."""
    used = weights > 0
    drawn = np.zeros((draws, len(weights)))
    drawn[:, used] = rng.dirichlet(weights[used] * (1 / spread**2 - 1), draws)
    return drawn


def shares_of_places(scores: Floats, reference: int | None) -> pd.DataFrame:
    """Share of the draws in which each scenario takes each place, from scores (draws, scenarios); see `stability`."""
    places = ranks(scores)
    columns = {"first": (places == 1).mean(axis=0), "first_two": (places <= 2).mean(axis=0), "mean_rank": places.mean(axis=0)}
    columns |= {f"rank_{place}": (places == place).mean(axis=0) for place in range(1, scores.shape[1] + 1)}
    if reference is not None:
        columns["beats_reference"] = (scores > scores[:, [reference]] + TIE).mean(axis=0)
    return pd.DataFrame(columns)


def _crossing(score: Floats, criterion: Floats, leaders: Floats) -> tuple[float, int]:
    """Share of the way from today's weights to this criterion alone where a scenario overtakes all leaders, and which.

    On the way, scores are ``score + share x (criterion - score)``.
    """
    behind = score[leaders][None, :] - score[:, None]
    ahead = criterion[:, None] - criterion[leaders][None, :]
    overtakes = ahead > TIE
    share = np.divide(behind, behind + ahead, out=np.full(behind.shape, np.inf), where=overtakes).max(axis=1)
    share[leaders] = np.inf
    then = int(np.argmin(share))
    return (float(share[then]), then) if np.isfinite(share[then]) else (np.nan, -1)


def _draw_faults(draws: int, spread: float) -> list[Fault]:
    faults = []
    if draws < 1:
        faults.append(Fault("stability", f"draws is {draws}", remedy="Ask for at least one"))
    if not 0 < spread < 1:
        faults.append(Fault("stability", f"spread is {spread}", remedy="Give a number between 0 and 1"))
    return faults
