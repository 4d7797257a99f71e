"""A study file read whole: the territory it names, its scenarios and its settings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from maillage.scenario import Scenario, StudySettings, read_study_file
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
    file = read_study_file(path)
    territory = territory_of(file.territory, path.parent)
    return StudyInputs(territory, file.scenario, file.study)


def territory_of(named: str | dict[str, object], base: Path) -> Territory:
    """Territory named by a study file: a folder or TOML relative to `base`, or the keys of a territory.toml inline."""
    if isinstance(named, str):
        return load_territory(base / named)
    return load_territory(named, base=base)
