"""Which reader reads the files of each key of the settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

import maillage.sources.carte_scolaire as carte_scolaire
import maillage.sources.circuits as circuits
import maillage.sources.college_pupils as college_pupils
import maillage.sources.dwellings as dwellings
import maillage.sources.education as education
import maillage.sources.ign as ign
import maillage.sources.insee as insee
import maillage.sources.own as own
import maillage.sources.pcs as pcs
import maillage.sources.positions as positions
import maillage.sources.residents as residents

Reader = Callable[[Path], pd.DataFrame]


@dataclass(frozen=True)
class Kind:
    """How the files of one key are read, and what tells their rows apart when several files are joined."""

    field: str
    read: Reader
    key: tuple[str, ...]
    numbered: bool = False
    """A column ``file`` says which file of the key each row comes from, from 0."""


KINDS: dict[str, tuple[Kind, ...]] = {
    "positions": (
        Kind("positions", positions.read_positions, ("uai",)),
        Kind("directory", positions.read_directory, ("uai",)),
        Kind("school_bassins", positions.read_school_bassins, ("uai",)),
    ),
    "ips_colleges": (Kind("college_ips", education.read_college_ips, ("uai", "rentree")),),
    "ips_ecoles": (Kind("ecole_ips", education.read_ecole_ips, ("uai", "rentree")),),
    "college_pupils": (Kind("college_pupils", college_pupils.read_college_pupils, ("uai", "rentree")),),
    "ecole_pupils": (Kind("ecole_pupils", education.read_ecole_pupils, ("uai", "rentree")),),
    "sectors": (Kind("sectors", carte_scolaire.read_sectors, ("commune",)),),
    "boarding": (Kind("boarding", education.read_boarding, ("uai", "rentree")),),
    "income_communes": (Kind("income_communes", insee.read_income_communes, ("commune",)),),
    "income_iris": (Kind("income_iris", insee.read_income_iris, ("iris",)),),
    "births": (Kind("births", insee.read_births, ("commune", "year"), numbered=True),),
    "iris_population": (Kind("iris_population", insee.read_iris_population, ("iris",)),),
    "communes": (Kind("communes", ign.read_communes, ("commune",)),),
    "iris": (Kind("iris", ign.read_iris, ("iris",)),),
    "cog": (Kind("cog", insee.read_cog, ("commune", "kind")),),
    "projection": (Kind("projection", own.read_projection, ("rentree", "variant")),),
}

OWN: dict[str, Callable[..., pd.DataFrame]] = {
    "capacity": own.read_capacity,
    "canteens": own.read_canteens,
    "kitchens": own.read_kitchens,
    "supplies": own.read_supplies,
    "urban_networks": own.read_urban_networks,
    "circuits": circuits.read_circuits,
    "dwellings": dwellings.read_dwellings,
    "residents": residents.read_residents,
    "pcs": pcs.read_pcs,
    "bassins": own.read_bassins,
}
