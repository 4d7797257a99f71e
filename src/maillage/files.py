"""A study file read whole: the territory it names, its scenarios and its settings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from maillage.scenario import Scenario, StudyFile, StudySettings, read_study_file
from maillage.sources import load_territory
from maillage.territory import Territory


@dataclass(frozen=True, eq=False)
class StudyInputs:
    """What a study file holds, ready for `maillage.study`."""

    territory: Territory
    scenarios: tuple[Scenario, ...]
    settings: StudySettings


def load_study(path: str | Path) -> StudyInputs:
    """Read a study TOML and the territory it names.

    Parameters
    ----------
    path : str or Path
        Study file; paths inside it are relative to its folder.

    Raises
    ------
    ScenarioError
        Every fault of the study file.
    InputError
        Every fault of the data it names.
    """
    path = Path(path)
    return inputs_of(read_study_file(path), path.parent)


def inputs_of(file: StudyFile, base: Path) -> StudyInputs:
    """What a study file names, read; its paths are relative to `base`."""
    settings, travel = file.study, file.study.travel
    if travel.roads is None:
        return StudyInputs(territory_of(file.territory, base), file.scenario, settings)
    roads = base / travel.roads
    placed = settings.model_copy(update={"travel": travel.model_copy(update={"roads": str(roads)})})
    return StudyInputs(territory_of(file.territory, base, roads), file.scenario, placed)


def territory_of(named: str | dict[str, object], base: Path, roads: Path | None = None) -> Territory:
    """Territory named by a study file: a folder or TOML relative to `base`, or the keys of a territory.toml inline.

    `roads` takes the place of the roads that the territory names.
    """
    if isinstance(named, str):
        return load_territory(base / named, roads=roads)
    return load_territory(named, base=base, roads=roads)
