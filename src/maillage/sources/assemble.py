"""Joining the checked tables into a `Territory`: one short step after another, every join and estimate accounted for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from maillage.arrays import Floats, Strings
from maillage.errors import Fault, InputError
from maillage.sources.bassins import bassins_of
from maillage.sources.capacity import Canteens, CanteenTables, Capacities, estimate_places, join_canteens, join_capacity
from maillage.sources.cells import departement_of_commune
from maillage.sources.circuits import check_circuits
from maillage.sources.college_table import college_table, private_table
from maillage.sources.colleges import CollegeTables, Roster, join_colleges
from maillage.sources.communes import Communes, current_code, inhabitants, join_communes
from maillage.sources.config import TerritoryFile
from maillage.sources.counts import births_of_today, census_of_today
from maillage.sources.dwellings import join_dwellings
from maillage.sources.ecole_ips import ips_by_commune
from maillage.sources.ecole_tables import ecole_tables, private_ecoles
from maillage.sources.ecoles import Ecoles, join_ecoles
from maillage.sources.geography import holding
from maillage.sources.grid import grid_sums
from maillage.sources.grid_ips import refine
from maillage.sources.ledger import Ledger
from maillage.sources.pcs import join_pcs
from maillage.sources.read import SourceTables, read_sources
from maillage.sources.residents import join_residents, public_ecoliers
from maillage.sources.scope import account_for_scope
from maillage.sources.sectors import Places, Sectors, join_sectors
from maillage.sources.unit_social import Incomes, Published, Social, social_of
from maillage.sources.unit_table import account_for_iris, cut_territory, iris_of, pupils_today, unit_table
from maillage.sources.units import CutRule
from maillage.sources.urban_networks import join_urban_networks, networks_of
from maillage.territory import Cohorts, Territory, Units

FAR_M = 20_000.0
"""A collège farther than this from every commune of its département has wrong coordinates."""

_REQUIRED = {
    "positions": "positions",
    "college_ips": "ips_colleges",
    "sectors": "sectors",
    "communes": "communes",
}
"""Tables without which there is no territory, and their keys under [files]."""


@dataclass(frozen=True, eq=False)
class _Joined:
    """The tables after the joins that can fail; from here on nothing can be wrong with the input."""

    communes: Communes
    roster: Roster
    places: Places
    sectors: Sectors
    capacities: Capacities
    canteens: Canteens
    network: Strings | None
    dwellings: pd.DataFrame
    residents: pd.DataFrame
    group_share: Floats | None


def load_territory(
    source: str | Path | Mapping[str, Any], *, base: Path | None = None, code: str | None = None, roads: Path | None = None
) -> Territory:
    """Read every file of a territory, check it, and join it all into a `Territory`.

    Parameters
    ----------
    source : path or mapping
        A folder (with a ``territory.toml``, or whose files are recognised by their headers), a ``territory.toml``, or its
        keys as a mapping ``{"territory": {...}, "files": {...}, "own": {...}}``.
    base : Path, optional
        Folder that the paths of a mapping are relative to; the working folder by default.
    code : str, optional
        Département code of a folder without ``territory.toml``.
    roads : Path, optional
        File of roads that takes the place of the one the settings name.

    Returns
    -------
    Territory
        Its `sources`, `matches` and `estimates` say what was read, how it fitted together, and what is not observed.

    Raises
    ------
    ScenarioError
        The settings cannot be understood: every fault of them.
    InputError
        The files are at fault: all faults of all files at once, or else all faults of the joins between them.

    Notes
    -----
    1. Public and private collèges, their enrolment, IPS and its deviation are as published at the base rentrée.
    2. Each commune's public école pupils, spread over the communes without école (`join_ecoles`), are fitted to the
       collèges' totals within today's sectors (`pupils_today`), so that each published total is met exactly.
    3. Large or shared communes are cut into parts (`cut_communes`).
    4. The IPS of units is calibrated so that today's sectors reproduce each published mean and deviation (`calibrate`).
    5. Capacities, canteens and lunch rates are the planner's or published, else estimated and marked (`join_capacity`).
    """
    return assemble(read_sources(source, base=base, code=code, roads=roads))


def assemble(tables: SourceTables) -> Territory:
    """Join checked tables into a `Territory`.

    Raises
    ------
    InputError
        Every fault of every join at once: unknown UAI, collèges without position or enrolment, communes in no sector, ...
    """
    ledger, rules = Ledger(), tables.config.territory
    current = current_code(tables.cog, tables.config.merged_communes)
    joined = _join(tables, current, ledger)
    account_for_scope(tables, rules.code, ledger)
    ecoles = _ecoles(tables, joined, current, ledger)
    units, social = _units(tables, joined, ecoles, current, ledger)
    grid = grid_sums(tables.grid, units, current, ledger)
    units, social = refine(units, social, grid, ledger)
    colleges = college_table(joined.roster, social, units, joined.capacities, joined.canteens)
    return Territory(
        code=rules.code,
        name=rules.name or rules.code,
        base_rentree=joined.roster.base,
        units=units,
        colleges=colleges,
        private=private_table(joined.roster, joined.communes, ledger),
        cohorts=_cohorts(tables, joined, ecoles, current, ledger),
        communes_sectored=joined.sectors.sectored,
        group_share=social.share,
        group_observed=social.group_observed,
        group_ips=social.theta,
        roads=tables.roads,
        urban_networks=networks_of(joined.network, joined.communes, joined.places, units, ledger),
        bassins=bassins_of(tables.bassins, tables.school_bassins, joined.communes, units, colleges, current, ledger),
        grid=grid,
        circuits=tables.circuits,
        fictional=rules.fictional,
        sources=tables.records,
        matches=(*tables.matches, *ledger.matches),
        estimates=tuple(ledger.estimates),
    )


def _join(tables: SourceTables, current: Callable[[str], str], ledger: Ledger) -> _Joined:
    """Every join that may find a fault; raises them all together."""
    rules, files = tables.config.territory, _file_names(tables.config)
    positions, college_ips, sector_table, contours = _required(tables)
    communes = join_communes(contours, rules.code, current, files["communes"], ledger)
    colleges = CollegeTables(college_ips, positions, tables.college_pupils, files)
    roster = join_colleges(colleges, rules.code, rules.base_rentree, current, ledger)
    if communes is None or roster is None:
        raise InputError(ledger.faults)
    places = _places(communes, roster, files["positions"], ledger)
    sectors = join_sectors(
        _here(sector_table, rules.code, current),
        places,
        positions.drop_duplicates("uai").set_index("uai"),
        neighbours=rules.unsectored == "neighbours",
        file=files["sectors"],
        ledger=ledger,
    )
    pupils = roster.public["pupils"].to_numpy(dtype=np.float64)
    capacities = join_capacity(
        places.uai, pupils, roster.histories.public, tables.capacity, file=files["capacity"], ledger=ledger
    )
    lunches = CanteenTables(tables.boarding, tables.canteens, tables.kitchens, tables.supplies, files)
    canteens = join_canteens(places.uai, roster.base, lunches, rules.lunch_rate, ledger)
    if rules.estimate_canteens:
        canteens = estimate_places(canteens, capacities.peak, ledger)
    network = join_urban_networks(tables.urban_networks, communes, current, files["urban_networks"], ledger)
    dwellings = join_dwellings(tables.dwellings, communes, current, files["dwellings"], ledger)
    residents = join_residents(tables.residents, communes, current, files["residents"], ledger)
    check_circuits(tables.circuits, positions["uai"].tolist(), files["circuits"], ledger)
    group_share = join_pcs(places.uai, tables.pcs, roster.base, file=files["pcs"], ledger=ledger)
    if sectors is None or ledger.faults:
        raise InputError(ledger.faults)
    return _Joined(communes, roster, places, sectors, capacities, canteens, network, dwellings, residents, group_share)


def _required(tables: SourceTables) -> tuple[pd.DataFrame, ...]:
    """Positions, IPS, sectors and contours; a fault for each that is not given."""
    missing = [key for name, key in _REQUIRED.items() if getattr(tables, name) is None]
    if missing:
        remedy = "Name it under [files] of territory.toml, or put it into the folder"
        raise InputError([Fault("territory", f"no file of {key.replace('_', ' ')}", remedy=remedy) for key in missing])
    return tuple(getattr(tables, name) for name in _REQUIRED)


def _file_names(config: TerritoryFile) -> dict[str, str]:
    """What each table is called in faults: the file it came from."""
    names = {
        key: ", ".join(getattr(config.files, key)) or key for key in ("positions", "sectors", "communes", "college_pupils")
    }
    names |= {key: table.path if table else key for key, table in config.own}
    return names | {"college_ips": ", ".join(config.files.ips_colleges)}


def _places(communes: Communes, roster: Roster, file: str, ledger: Ledger) -> Places:
    """Communes and collèges as the sectors see them."""
    public = roster.public
    uai = public["uai"].to_numpy(dtype=str)
    xy = public[["x_m", "y_m"]].to_numpy(dtype=np.float64)
    declared = communes.positions_of(public["commune"])
    standing = declared.copy()
    placed = np.isfinite(xy).all(axis=1)
    if placed.any():
        standing[placed], distance = holding(xy[placed], communes.geometry)
        far = uai[placed][distance > FAR_M]
        if len(far):
            remedy = "Correct their coordinates, or the coordinate system the file declares"
            ledger.fault(file, f"public collèges more than {FAR_M / 1000:.0f} km outside the territory", far, remedy=remedy)
    consequence = "kept where their coordinates say; the commune they declare is the one shown"
    ledger.match("collèges inside the commune they declare", len(uai), uai[standing != declared], consequence)
    home = np.where(declared < 0, standing, declared)
    return Places(communes.code, communes.xy_m, communes.edges, communes.edge_length_m, uai, xy, home)


def _here(table: pd.DataFrame, departement: str, current: Callable[[str], str]) -> pd.DataFrame:
    """Rows of this département's communes, under their present codes."""
    rows = table[table["commune"].map(departement_of_commune) == departement]
    return rows.assign(commune=rows["commune"].map(current))


def _ecoles(tables: SourceTables, joined: _Joined, current: Callable[[str], str], ledger: Ledger) -> Ecoles:
    code, communes = tables.config.territory.code, joined.communes
    public = ecole_tables(tables, public=True, current=current)
    income = None if tables.income_communes is None else _here(tables.income_communes, code, current)
    ages = None if tables.population_communes is None else _here(tables.population_communes, code, current)
    weights = inhabitants(communes, income, ages, ledger)
    base = joined.roster.base
    at_home = public_ecoliers(joined.residents, base, communes.code)
    return join_ecoles(public.pupils, public.ips, communes.name, weights, joined.places, base, ledger, at_home)


def _units(
    tables: SourceTables, joined: _Joined, ecoles: Ecoles, current: Callable[[str], str], ledger: Ledger
) -> tuple[Units, Social]:
    rules, communes, public = tables.config.territory, joined.communes, joined.roster.public
    totals = public["pupils"].to_numpy(dtype=np.float64)
    known = "école pupils" if ecoles.pupils.sum() > 0 else "no école pupils known: inhabitants, or else area,"
    method = f"{known} of the commune, fitted to the collèges' published totals within today's sectors"
    ledger.estimate("pupils by commune", len(communes.code), len(communes.code), method)
    shared = int((np.bincount(joined.sectors.commune) > 1).sum())
    method = (
        "shared communes: shares from the rows of the sector table, fitted to the collèges' totals; streets are not located"
    )
    ledger.estimate("shares of shared communes", shared, len(communes.code), method)
    pairs = pupils_today(joined.sectors, ecoles.weight, totals)
    iris = iris_of(tables.iris, tables.iris_population, current, communes.code)
    account_for_iris(iris, communes, ledger)
    parts = cut_territory(communes, joined.sectors, pairs, iris, CutRule(rules.split_above_pupils, rules.part_pupils))
    home = np.searchsorted(communes.code, [part.commune for part in parts]).astype(np.int32)
    ips, ips_sd = (public[name].to_numpy(dtype=np.float64) for name in ("ips", "ips_sd"))
    published = Published(totals, ips, ips_sd, joined.group_share)
    social = social_of(parts, home, ecoles, _incomes(tables, communes, current), published, rules.group_share, ledger)
    return unit_table(parts, home, joined.sectors, ecoles, social, ledger), social


def _incomes(tables: SourceTables, communes: Communes, current: Callable[[str], str]) -> Incomes:
    by_commune = np.full(len(communes.code), np.nan)
    if tables.income_communes is not None:
        rows = tables.income_communes.assign(commune=tables.income_communes["commune"].map(current))
        by_commune = rows.groupby("commune")["median_eur"].mean().reindex(communes.code).to_numpy(dtype=np.float64)
    by_iris: dict[str, float] = {}
    if tables.income_iris is not None:
        by_iris = dict(zip(tables.income_iris["iris"], tables.income_iris["median_eur"], strict=True))
    return Incomes(by_commune, by_iris)


def _cohorts(tables: SourceTables, joined: _Joined, ecoles: Ecoles, current: Callable[[str], str], ledger: Ledger) -> Cohorts:
    population = _table(tables.population, ["departement", "year", "age_min", "age_max", "population"])
    code, communes, base = tables.config.territory.code, joined.communes, joined.roster.base
    return Cohorts(
        population=population[population["departement"] == code].drop(columns="departement").reset_index(drop=True),
        births=births_of_today(tables.births, communes, current, base, ledger),
        history=joined.roster.histories.public,
        closed_history=joined.roster.histories.closed,
        ecole_history=ecoles.history,
        projection=_table(tables.projection, ["rentree", "variant", "pupils"]),
        private_history=joined.roster.histories.private,
        private_ecoles=private_ecoles(ecole_tables(tables, public=False, current=current), communes, ledger),
        special=joined.roster.histories.special,
        residents=joined.residents,
        population_communes=census_of_today(tables.population_communes, communes, current, ledger),
        omphale=_table(tables.omphale, ["variant", "year", "age_min", "age_max", "population"]),
        dwellings=joined.dwellings,
        ecole_ips=ips_by_commune(tables.ecole_ips, tables.ecole_pupils, communes.code.tolist(), current),
    )


def _table(found: pd.DataFrame | None, columns: list[str]) -> pd.DataFrame:
    return pd.DataFrame(columns=columns) if found is None else found[columns].reset_index(drop=True)
