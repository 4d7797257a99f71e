"""The demo study in Python: load, ask, compare, explain. Run it from anywhere: ``python examples/demo.py``."""

from __future__ import annotations

import sys
from pathlib import Path

import maillage
from maillage import Goals, Rules, Scenario

DATA = Path(__file__).resolve().parents[1] / "data"


def main(folder: Path) -> None:
    """Plan three scenarios of the demo territory and write their results into `folder`."""
    territory = maillage.load_territory(DATA)
    print(f"{territory.name}: {len(territory.colleges)} collèges, {territory.colleges.pupils.sum():,.0f} pupils")

    scenarios = [
        Scenario(name="present", title="Secteurs actuels", present=True),
        Scenario(name="access", title="La proximité d'abord", close=0, gap=0.02, time_limit_s=60),
        Scenario(
            name="close5",
            title="Fermer cinq collèges",
            close=5,
            rules=Rules(max_minutes=45),
            goals=Goals(travel=1.0, moves=0.2),
            gap=0.02,
            time_limit_s=60,
        ),
    ]
    study = maillage.study(territory, scenarios, until=2035)

    for plan in study.plans:
        print(f"{plan.scenario.label}: {plan.status}, gap {plan.gap:.2%}, closed: {', '.join(plan.closed) or 'none'}")
    print(study.ranking("balanced").to_pandas()[["rank", "scenario", "score"]].to_string(index=False))
    print(study.stability("balanced", draws=500).to_string())

    maillage.write_results(study, folder, languages=("fr", "en"))
    print(f"Report: {folder / 'rapport.html'}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "demo-report"))
