"""Settings of a territory and the folder of its files: given, or deduced from what the folder holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import maillage.sources.ign as ign
from maillage.errors import Fault, InputError
from maillage.sources.cells import departement_code, departement_of_commune
from maillage.sources.config import (
    TOML_NAME,
    FileSettings,
    OwnSettings,
    OwnTable,
    TerritoryFile,
    TerritorySettings,
    read_territory_file,
    territory_settings,
)  # fmt: skip
from maillage.sources.discover import Discovery, discover

Settings = tuple[TerritoryFile, Path, tuple[Path, ...]]
"""Settings, the folder of their files, and the data files of that folder that are none of the tables known."""


def settings_of(source: str | Path | Mapping[str, Any], base: Path | None, code: str | None) -> Settings:
    """Settings, the folder their paths are relative to, and the data files of that folder that are none of the tables known.

    Parameters are those of `read_sources`. Files are recognised by their headers where there are no settings, and where
    settings name no file; a mapping must then name its folder, so that no working folder is searched by surprise.
    """
    if isinstance(source, Mapping):
        settings, folder = territory_settings(source), base or Path()
        _refuse_other(settings, code, "the settings given")
        return _completed(settings, folder / settings.folder) if settings.folder else (settings, folder, ())
    path = Path(source)
    if path.is_dir() and (path / TOML_NAME).is_file():
        path = path / TOML_NAME
    if path.is_dir():
        return _deduced(path, code)
    settings = read_territory_file(path)
    _refuse_other(settings, code, str(path))
    return _completed(settings, path.parent / settings.folder)


def _refuse_other(settings: TerritoryFile, code: str | None, named: str) -> None:
    if code is not None and departement_code(code) != settings.territory.code:
        remedy = "Leave the code out: it is needed only for a folder without territory.toml"
        raise InputError([Fault(named, f"is about département {settings.territory.code}, not {code}", remedy=remedy)])


def _deduced(folder: Path, code: str | None) -> Settings:
    """Settings of a folder that has none: the files recognised, and the département of its communes."""
    found = discover(folder)
    files, own = _files_of(folder, found)
    about = TerritorySettings(code=departement_code(code) if code else _code_of(folder, found.files.get("communes", ())))
    return TerritoryFile(territory=about, files=files, own=OwnSettings(**own)), folder, found.unrecognised


def _completed(settings: TerritoryFile, folder: Path) -> Settings:
    """Settings as they are where they name files, else with those that the folder holds."""
    if settings.files != FileSettings():
        return settings, folder, ()
    found = discover(folder)
    files, own = _files_of(folder, found)
    own |= {key: table for key, table in settings.own if table is not None}
    named = {folder / table.path for table in own.values()}
    left = tuple(path for path in found.unrecognised if path not in named)
    return settings.model_copy(update={"files": files, "own": OwnSettings(**own)}), folder, left


def _files_of(folder: Path, found: Discovery) -> tuple[FileSettings, dict[str, OwnTable]]:
    """The files recognised, as settings name them."""
    files = {key: tuple(str(p.relative_to(folder)) for p in paths) for key, paths in found.files.items() if key != "roads"}
    roads = found.files.get("roads")
    own = {key: OwnTable(path=str(path.relative_to(folder))) for key, path in found.own.items()}
    return FileSettings(**files, roads=str(roads[0].relative_to(folder)) if roads else None), own


def _code_of(folder: Path, contours: Iterable[Path]) -> str:
    counts = Counter(departement_of_commune(c) for path in contours for c in ign.read_communes(path)["commune"])
    if len(counts) == 1:
        return next(iter(counts))
    message = "contours of several départements" if counts else "no contours of communes recognised in it"
    remedy = f'Say which it is: --code 62 (code="62" in Python), or code = "62" in a {TOML_NAME}; or check the folder'
    raise InputError(
        [Fault(str(folder), f"which département is unclear: {message}", rows=tuple(sorted(counts)), remedy=remedy)]
    )
