"""Every stage of the demo study, once: where the time goes."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import maillage
from benchmarks.timing import Row

STUDY = Path(__file__).resolve().parents[1] / "examples" / "demo.toml"


def run() -> Iterator[Row]:
    taken: dict[str, float] = {}

    def timed(stage: str, work: Callable[[], object]) -> object:
        began = time.perf_counter()
        result = work()
        taken[stage] = time.perf_counter() - began
        return result

    inputs = maillage.load_study(STUDY)
    timed("load territory", lambda: maillage.load_territory(STUDY.parent / "../data"))
    territory = inputs.territory
    timed("project enrolment", lambda: maillage.project_enrolment(territory, until=inputs.settings.until))
    assert territory.roads is not None
    network = timed("read roads", lambda: maillage.RoadNetwork.from_bdtopo(territory.roads))
    travel = timed("travel times", lambda: maillage.travel_times(network, territory.units, territory.colleges))
    for scenario in inputs.scenarios:
        timed(f"scenario {scenario.name}", lambda s=scenario: maillage.study(territory, [s], inputs.settings, travel=travel))
    study = maillage.study(territory, inputs.scenarios[:1], inputs.settings, travel=travel)
    timed("indicators", study.indicators)
    with tempfile.TemporaryDirectory() as folder:
        timed("tables and report", lambda: maillage.write_results(study, Path(folder) / "out"))
    for stage, seconds in taken.items():
        yield Row("demo", stage, "maillage", seconds, 1, 1.0)
