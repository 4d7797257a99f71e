"""Pas-de-Calais in Python, on the same open data as ``pas_de_calais.toml``: figures first, then scenarios.

Run it from a checkout that has the data (see docs/data.md): ``python examples/pas_de_calais.py RESULTS``.
"""

from __future__ import annotations

import sys
from pathlib import Path

import maillage
from maillage.indicators import observed_mix

HERE = Path(__file__).resolve().parent


def main(folder: Path) -> None:
    """Check the published figures, run the six scenarios of the study file and write the results."""
    inputs = maillage.load_study(HERE / "pas_de_calais.toml")
    territory = inputs.territory
    for key, value in territory.summary().items():
        print(f"{key}: {value:,.1f}" if isinstance(value, float) else f"{key}: {value:,}")
    print(observed_mix(territory).to_string())

    demand = maillage.project_enrolment(territory, until=inputs.settings.until)
    print(f"{demand.rentrees[-1]}: {demand.total()[:, -1].sum():,.0f} pupils (projected)")

    study = maillage.study(territory, inputs.scenarios, inputs.settings)
    table, _ = study.criteria()
    print(table.round(3).to_string())
    maillage.write_results(study, folder, languages=("fr", "en"))


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "pas-de-calais-report"))
