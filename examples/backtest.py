"""Projections made in earlier rentrées, beside what happened. ``python examples/backtest.py TERRITORY 2019:2 2020:1``.

TERRITORY is a folder of official files or a territory.toml; each further argument a rentrée and how many later ones to compare.
The figures of docs/demography.md come from here, with territories/ille_et_vilaine.toml.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

import maillage

GRADES = ("6e", "total")
METHODS = ("projection", "last_value", "trend", "cohort_survival")


def main(source: Path, *comparisons: tuple[int, int]) -> None:
    """Print errors and coverage of each comparison, then of all together."""
    territory = maillage.load_territory(source)
    tests = [maillage.backtest(territory, origin, horizon, draws=1_000) for origin, horizon in comparisons]
    for test in tests:
        print(f"\nfrom {test.origin}\n{test.summary(GRADES).round(1).to_string(index=False)}")
    whole = pd.concat([test.table for test in tests], ignore_index=True)
    for grade in GRADES:
        scored = whole[whole["scored"] & (whole["grade"] == grade)]
        if scored.empty:
            print(f"\n{grade}: nothing was observed to compare with")
            continue
        errors = {name: round(100 * float((scored[name] / scored["observed"] - 1).abs().mean()), 1) for name in METHODS}
        inside = (scored["observed"] >= scored["low"]) & (scored["observed"] <= scored["high"])
        print(f"\nall, {grade}: {len(scored)} comparisons, mean absolute error by collège (%): {errors}")
        print(f"80 % interval covers {100 * float(inside.mean()):.0f} %")


if __name__ == "__main__":
    pairs = [tuple(map(int, word.split(":"))) for word in sys.argv[2:]] or [(2021, 3)]
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1] / "data", *pairs)
