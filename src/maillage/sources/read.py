"""Read every file of a territory into checked tables, or say everything that is wrong with them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

import maillage.sources.grid as grid
import maillage.sources.ign as ign
import maillage.sources.omphale as omphale
import maillage.sources.population as population
from maillage.errors import Fault, InputError
from maillage.sources.config import OwnTable, TerritoryFile
from maillage.sources.kinds import KINDS, OWN, Kind, Reader
from maillage.sources.settings import settings_of
from maillage.sources.stacking import join, stacked
from maillage.sources.tables import SHEET_SUFFIXES
from maillage.territory import Match, Source


@dataclass(frozen=True, eq=False)
class SourceTables:
    """Every table of a territory, checked; None where there is no file for it.

    Attributes
    ----------
    config : TerritoryFile
        Settings, given or (for a folder without ``territory.toml``) deduced.
    positions, directory, college_ips, ... : DataFrame or None
        As returned by the readers of the same name (``read_positions``, ``read_directory``, ``read_college_ips``, ...);
        several files of one key are joined, the first winning.
    roads : Path or None
        File of roads, which the travel stage reads.
    records : tuple of Source
        One entry a file read, with its SHA-256.
    matches : tuple of Match
        How files of one key overlapped, and files of a folder that were not recognised.
    """

    config: TerritoryFile
    positions: pd.DataFrame | None = None
    directory: pd.DataFrame | None = None
    college_ips: pd.DataFrame | None = None
    ecole_ips: pd.DataFrame | None = None
    college_pupils: pd.DataFrame | None = None
    ecole_pupils: pd.DataFrame | None = None
    sectors: pd.DataFrame | None = None
    boarding: pd.DataFrame | None = None
    income_communes: pd.DataFrame | None = None
    income_iris: pd.DataFrame | None = None
    population: pd.DataFrame | None = None
    population_communes: pd.DataFrame | None = None
    births: pd.DataFrame | None = None
    iris_population: pd.DataFrame | None = None
    communes: gpd.GeoDataFrame | None = None
    iris: gpd.GeoDataFrame | None = None
    cog: pd.DataFrame | None = None
    capacity: pd.DataFrame | None = None
    canteens: pd.DataFrame | None = None
    kitchens: pd.DataFrame | None = None
    supplies: pd.DataFrame | None = None
    urban_networks: pd.DataFrame | None = None
    circuits: pd.DataFrame | None = None
    dwellings: pd.DataFrame | None = None
    residents: pd.DataFrame | None = None
    pcs: pd.DataFrame | None = None
    bassins: pd.DataFrame | None = None
    school_bassins: pd.DataFrame | None = None
    omphale: pd.DataFrame | None = None
    grid: pd.DataFrame | None = None
    projection: pd.DataFrame | None = None
    roads: Path | None = None
    records: tuple[Source, ...] = ()
    matches: tuple[Match, ...] = ()


@dataclass
class _Reading:
    """What has been read so far: tables, records, matches, and the faults of every file."""

    base: Path
    tables: dict[str, Any] = field(default_factory=dict)
    records: list[Source] = field(default_factory=list)
    matches: list[Match] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def read(self, path: Path, reader: Reader) -> pd.DataFrame | None:
        """A table, or None with its faults noted once."""
        try:
            return reader(path)
        except InputError as error:
            self.faults += [fault for fault in error.faults if fault not in self.faults]
            return None

    def record(self, path: Path, table: pd.DataFrame) -> None:
        """Note a file read."""
        dataset, vintage = table.attrs["dataset"], table.attrs["vintage"]
        self.records.append(Source(self.named(path), dataset, vintage, len(table), _sha256(path)))

    def named(self, path: Path) -> str:
        """The path as the settings name it, where it lies under their folder."""
        return path.relative_to(self.base).as_posix() if path.is_relative_to(self.base) else path.as_posix()


def read_sources(
    source: str | Path | Mapping[str, Any], *, base: Path | None = None, code: str | None = None, roads: Path | None = None
) -> SourceTables:
    """Read and check every file of a territory.

    Parameters
    ----------
    source : path or mapping
        A folder (with a ``territory.toml`` or without), a ``territory.toml``, or the same keys as a mapping. Where no file
        is named, those of the folder are recognised by their headers.
    base : Path, optional
        Folder that the paths of a mapping are relative to; the working folder by default.
    code : str, optional
        Département code of a folder without ``territory.toml``; the one of its contours of communes by default. Refused
        where a ``territory.toml`` says otherwise.
    roads : Path, optional
        File of roads that takes the place of the one the settings name.

    Returns
    -------
    SourceTables

    Raises
    ------
    InputError
        Every fault of every file, in one message.
    """
    config, folder, unrecognised = settings_of(source, base, code)
    reading = _Reading(folder)
    for key, kinds in KINDS.items():
        paths = [folder / name for name in getattr(config.files, key)]
        for kind in kinds:
            _read_kind(reading, key, kind, paths, record=kind is kinds[0])
    _read_population(reading, [folder / name for name in config.files.population], config.territory.code)
    _read_projections(reading, config, folder)
    _read_grid(reading, [folder / name for name in config.files.grid], config.territory.code)
    for key, reader in OWN.items():
        _read_own(reading, key, reader, getattr(config.own, key))
    if roads is None and config.files.roads is not None:
        roads = folder / config.files.roads
    _record_roads(reading, roads)
    if reading.faults:
        raise InputError(reading.faults)
    if unrecognised:
        names = tuple(reading.named(path) for path in unrecognised)
        reading.matches.append(
            Match("data files recognised", len(reading.records), len(reading.records) + len(names), names, "not read")
        )
    return SourceTables(config, **reading.tables, roads=roads, records=tuple(reading.records), matches=tuple(reading.matches))


def _read_kind(reading: _Reading, key: str, kind: Kind, paths: Sequence[Path], *, record: bool) -> None:
    joined: pd.DataFrame | None = None
    for number, path in enumerate(paths):
        table = reading.read(path, kind.read)
        if table is None:
            continue
        if kind.numbered:
            table["file"] = number
        if record:
            reading.record(path, table)
        if joined is not None:
            table, match = join(
                joined, table, kind.key, f"{key}: rows of {reading.named(path)} also in an earlier file, with the same figures"
            )
            reading.matches += [match] if match.total and record else []
        joined = table
    reading.tables[kind.field] = joined


def _read_population(reading: _Reading, paths: Sequence[Path], code: str) -> None:
    """Estimates by département and census by commune; a census adds to the estimates the years that they lack."""
    departements: list[pd.DataFrame] = []
    communes: list[pd.DataFrame] = []
    for path in paths:
        estimate = path.suffix.lower() in SHEET_SUFFIXES
        reader = population.read_population if estimate else partial(population.read_population_communes, departement=code)
        table = reading.read(path, reader)
        if table is None:
            continue
        reading.record(path, table)
        communes += [] if estimate else [table]
        departements.append(table if estimate else population.population_of_departements(table))
    reading.tables["population"] = stacked(departements, ["departement", "year"])
    reading.tables["population_communes"] = stacked(communes, ["commune", "year"])


def _read_projections(reading: _Reading, config: TerritoryFile, folder: Path) -> None:
    """Omphale workbooks, one a variant, of the zone that the settings name."""
    about = config.territory
    zone, code = (about.omphale_zone, "") if about.omphale_zone else (about.name or about.code, about.code)
    kind = Kind("omphale", partial(omphale.read_omphale, zone=zone, code=code), ("variant", "year", "age_min"))
    _read_kind(reading, "omphale", kind, [folder / name for name in config.files.omphale], record=True)


def _read_grid(reading: _Reading, paths: Sequence[Path], code: str) -> None:
    """Squares of one vintage, of one file or of several that each hold a part of them."""
    read = [(path, reading.read(path, partial(grid.read_grid, departement=code))) for path in paths]
    tables = {path: table for path, table in read if table is not None}
    for path, table in tables.items():
        reading.record(path, table)
    vintages = sorted({table.attrs["vintage"] for table in tables.values()})
    if len(vintages) > 1:
        message = f"squares of several vintages: {', '.join(vintages)}"
        reading.faults.append(Fault("grid", message, remedy="Keep the files of one vintage"))
    reading.tables["grid"] = grid.counted_once(list(tables.values()))


def _read_own(reading: _Reading, key: str, reader: Callable[..., pd.DataFrame], table: OwnTable | None) -> None:
    if table is None:
        reading.tables[key] = None
        return
    path = reading.base / table.path
    columns, sheet = table.columns, table.sheet
    read = reading.read(path, lambda p: reader(p, sheet=sheet, columns=columns))
    if read is not None:
        reading.record(path, read)
    reading.tables[key] = read


def _record_roads(reading: _Reading, path: Path | None) -> None:
    """Note the file of roads, which the travel stage reads."""
    if path is None:
        return
    if not path.is_file():
        reading.faults.append(Fault(str(path), "no such file", remedy="Check the path"))
        return
    geometries = path.suffix.lower() in ign.GEO_SUFFIXES
    try:
        count = ign.count_features(path) if geometries else None
    except InputError as error:
        reading.faults += error.faults
        return
    dataset = ign.ROADS.dataset if geometries else "roads"
    reading.records.append(Source(reading.named(path), dataset, "undated", count, _sha256(path)))


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
