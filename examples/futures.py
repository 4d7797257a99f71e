"""Plans in an uncertain future: which hold, where they break, which stays first. ``python examples/futures.py``."""

from __future__ import annotations

from pathlib import Path

import maillage
from maillage import Rules, Scenario, StudySettings

DATA = Path(__file__).resolve().parents[1] / "data"


def main() -> None:
    """Three plans of the demo territory, in 200 simulated futures of its enrolment."""
    territory = maillage.load_territory(DATA)
    scenarios = [
        Scenario(name="present", title="Secteurs actuels", present=True),
        Scenario(name="access", title="La proximité d'abord", close=0, gap=0.05),
        # The same, but capacities and canteens must hold in the projection and in two fuller futures as well.
        Scenario(name="careful", title="La proximité, avec de la marge", close=0, rules=Rules(futures=2), gap=0.05),
    ]
    study = maillage.study(territory, scenarios, StudySettings(until=2028, draws=200))

    # Probability that a collège is too full, rentrée by rentrée: each plan, then the places most at risk.
    risks = study.risks()
    print(risks.groupby("scenario")["p_over_capacity"].agg(["mean", "max"]).round(3).to_string())
    print(risks.nlargest(5, "p_over_capacity").to_string(index=False))

    # Does the first place hang on the projection? The same plans, ranked again in 100 of the futures.
    print(study.ranking("balanced").to_pandas()[["rank", "scenario", "score"]].to_string(index=False))
    print(study.acceptability("balanced")[["first", "first_two", "mean_rank"]].to_string())

    # One future is a demand like any other: its pupils by collège under a plan, at the horizon.
    one = study.demand.future(17)
    print(study.plan("careful").loads(one)[:5, -1].round())


if __name__ == "__main__":
    main()
