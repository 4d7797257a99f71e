"""A study file read whole: the territory it names, its scenarios and its settings."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

from maillage.errors import Fault, InputError
from maillage.scenario import Scenario, StudyFile, StudySettings, read_study_file
from maillage.sources import load_territory
from maillage.territory import Source, Territory


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
    named = {"roads": travel.roads, "homes": travel.homes}
    placed = {key: str(base / name) for key, name in named.items() if name is not None}
    settings = settings.model_copy(update={"travel": travel.model_copy(update=placed)})
    territory = territory_of(file.territory, base, base / travel.roads if travel.roads is not None else None)
    if travel.homes is not None:
        territory = _with_homes(territory, base, travel.homes, travel.homes_column)
    return StudyInputs(territory, file.scenario, settings)


def _with_homes(territory: Territory, base: Path, name: str, column: str) -> Territory:
    """The territory with the file of inhabited squares among its sources, and among its estimates what they are taken for."""
    path = base / name
    if not path.is_file():
        raise InputError([Fault(str(path), "no such file", remedy="Check the path")])
    with path.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    method = f"the pupils of a unit are taken to live in its inhabited squares, by {column}"
    estimates = tuple(replace(e, method=method) if e.quantity == "homes of pupils" else e for e in territory.estimates)
    source = Source(name, "inhabited squares", "undated", None, sha256)
    return replace(territory, sources=(*territory.sources, source), estimates=estimates)


def territory_of(named: str | dict[str, object], base: Path, roads: Path | None = None) -> Territory:
    """Territory named by a study file: a folder or TOML relative to `base`, or the keys of a territory.toml inline.

    `roads` takes the place of the roads that the territory names.
    """
    if isinstance(named, str):
        return load_territory(base / named, roads=roads)
    return load_territory(named, base=base, roads=roads)
