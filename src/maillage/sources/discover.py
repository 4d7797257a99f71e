"""Recognise the files of a folder by what they hold, whatever they are called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import maillage.sources.carte_scolaire as carte_scolaire
import maillage.sources.circuits as circuits
import maillage.sources.college_pupils as college_pupils
import maillage.sources.dwellings as dwellings
import maillage.sources.education as education
import maillage.sources.grid as grid
import maillage.sources.ign as ign
import maillage.sources.insee as insee
import maillage.sources.omphale as omphale
import maillage.sources.own as own
import maillage.sources.pcs as pcs
import maillage.sources.population as population
import maillage.sources.positions as positions
import maillage.sources.residents as residents
from maillage.errors import Fault, InputError
from maillage.sources.layout import Layout
from maillage.sources.tables import PARQUET_SUFFIXES, SHEET_SUFFIXES, TEXT_SUFFIXES, normalise, read_header

# In order: a header that fits several tables is the first of them, and within a table the richer layout comes first.
_TABLES: tuple[tuple[str, Layout], ...] = (
    ("positions", positions.GEOLOCATION),
    ("positions", positions.ANNUAIRE),
    ("ips_colleges", education.COLLEGE_IPS),
    ("ips_ecoles", education.ECOLE_IPS),
    ("college_pupils", college_pupils.COLLEGE_PUPILS),
    ("college_pupils", college_pupils.SECOND_DEGRE),
    ("ecole_pupils", education.ECOLE_PUPILS),
    ("boarding", education.BOARDING),
    ("sectors", carte_scolaire.CARTE_SCOLAIRE),
    ("income_communes", insee.INCOME_COMMUNES),
    ("income_iris", insee.INCOME_IRIS),
    ("population", population.POPULATION_COMMUNES),
    ("births", insee.BIRTHS),
    ("births", insee.BIRTHS_BY_YEAR),
    ("iris_population", insee.IRIS_POPULATION),
    ("grid", grid.SQUARES),
    ("cog", insee.COG),
    ("capacity", own.CAPACITY),
    ("canteens", own.CANTEENS),
    ("kitchens", own.KITCHENS),
    ("supplies", own.SUPPLIES),
    ("urban_networks", own.URBAN_NETWORKS),
    ("circuits", circuits.CIRCUITS),
    ("dwellings", dwellings.DWELLINGS),
    ("residents", residents.RESIDENTS),
    ("pcs", pcs.PCS),
    ("bassins", own.BASSINS_DE_VIE),
    ("bassins", own.BASSINS),
    ("projection", own.PROJECTION),
    ("sectors", carte_scolaire.PLAIN_SECTORS),
)

_PLAIN = (carte_scolaire.PLAIN_SECTORS, own.PROJECTION, own.URBAN_NETWORKS, own.BASSINS)

_CONTOURS: tuple[tuple[str, Layout], ...] = (
    ("roads", ign.ROADS),
    ("grid", grid.SQUARES),
    ("iris", ign.IRIS),
    ("communes", ign.COMMUNES),
)


@dataclass(frozen=True)
class Discovery:
    """What a folder holds.

    Attributes
    ----------
    files : mapping of str to tuple of Path
        Key of the ``[files]`` section to the files recognised, the richest first.
    own : mapping of str to Path
        Key of the ``[own]`` section to its file, for tables that use our own column names.
    unrecognised : tuple of Path
        Data files that are none of the tables known.
    """

    files: dict[str, tuple[Path, ...]] = field(default_factory=dict)
    own: dict[str, Path] = field(default_factory=dict)
    unrecognised: tuple[Path, ...] = ()


def discover(folder: Path) -> Discovery:
    """Recognise every data file in a folder and its subfolders by its header.

    Raises
    ------
    InputError
        No such folder, or files that cannot be opened (empty, wrong encoding), all of them at once.
    """
    if not folder.is_dir():
        raise InputError([Fault(str(folder), "no such folder", remedy="Check the path")])
    faults: list[Fault] = []
    found: list[tuple[str, int, Path]] = []
    unrecognised: list[Path] = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and not _hidden(p, folder)):
        try:
            kind = recognise(path)
        except InputError as error:
            faults += error.faults
            continue
        if kind is not None:
            found.append((*kind, path))
        elif _is_data(path):
            unrecognised.append(path)
    if faults:
        raise InputError(faults)
    return _sorted_out(found, unrecognised)


def recognise(path: Path) -> tuple[str, int] | None:
    """Key under which a file goes and the rank of its layout; None if it is none of the tables known.

    Raises
    ------
    InputError
        The file cannot be opened.
    """
    suffix = path.suffix.lower()
    if suffix in ign.GEO_SUFFIXES:
        return _recognise_layers(path)
    if suffix not in (*TEXT_SUFFIXES, *SHEET_SUFFIXES, *PARQUET_SUFFIXES):
        return None
    if population.is_population_estimate(path):
        return ("population", -1)
    if omphale.is_omphale(path):
        return ("omphale", -1)
    if own.is_bassins_de_vie(path):
        return ("bassins", -1)
    names = tuple(normalise(name) for name in read_header(path))
    return next(((key, i) for i, (key, layout) in enumerate(_TABLES) if _fits(layout, names)), None)


def _fits(layout: Layout, names: tuple[str, ...]) -> bool:
    if layout.missing(names):
        return False
    # Two plain columns are in many tables: these layouts are recognised only where there is nothing else.
    return layout not in _PLAIN or len(layout.find(names)) == len(names)


def _recognise_layers(path: Path) -> tuple[str, int] | None:
    if path.suffix.lower() == ".json" and b'"FeatureCollection"' not in path.read_bytes()[:4096]:
        return None
    for columns in ign.layers(path).values():
        names = tuple(normalise(name) for name in columns)
        for i, (key, layout) in enumerate(_CONTOURS):
            if not layout.missing(names):
                return key, i
    return None


def _sorted_out(found: Sequence[tuple[str, int, Path]], unrecognised: list[Path]) -> Discovery:
    files: dict[str, tuple[Path, ...]] = {}
    tables: dict[str, Path] = {}
    for key, _, path in sorted(found, key=lambda item: (item[1], str(item[2]))):
        if key in own.LAYOUTS and key not in tables:
            tables[key] = path
        elif key in own.LAYOUTS or (key == "roads" and key in files):
            unrecognised.append(path)
        else:
            files[key] = (*files.get(key, ()), path)
    return Discovery(files, tables, tuple(sorted(unrecognised)))


def _hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith((".", "~$")) for part in path.relative_to(folder).parts)


def _is_data(path: Path) -> bool:
    return path.suffix.lower() in (*TEXT_SUFFIXES, *SHEET_SUFFIXES, *PARQUET_SUFFIXES, *ign.GEO_SUFFIXES)
