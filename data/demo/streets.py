"""The carte scolaire: whole communes, communes shared by two collèges, and street ranges in the cities."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from demo.country import Country
from demo.formats import words, write_csv
from demo.names import ACADEMY, CODE, NAME, REGION, capitals, street_names
from demo.schools import OUTSIDE_UAI

_HEADER = words(
    "code_region libelle_region code_academie libelle_academie code_departement libelle_departement code_postal code_insee "
    "libelle_commune lieu_dit type_et_libelle n_de_voie_debut indice_de_repetition_debut n_de_voie_fin "
    "indice_de_repetition_fin parite code_rne secteur_unique no_ligne"
)
_INHABITANTS_PER_STREET = 230.0
Range = tuple[str, str, str, str]  # street, from, to, parity


def write_sectors(country: Country, path: Path, rng: np.random.Generator) -> None:
    """One row a whole commune and collège, or one a street range and collège; the merged commune keeps its old code."""
    rows: list[list[object]] = []
    for commune in np.argsort(np.array(country.code), kind="stable").tolist():
        for college, street in _sector(country, commune, rng):
            rows.append(
                [
                    *_place(country, country.code[commune], country.name[commune], country.postal[commune]),
                    *_way(street, college),
                ]
            )
    code, name, parent = country.former
    for college, street in _sector(country, parent, rng):
        rows.append([*_place(country, code, name, country.postal[parent]), *_way(street, college)])
    write_csv(path, _HEADER, [[*row, number] for number, row in enumerate(rows, 1)])


def _place(country: Country, code: str, name: str, postal: str) -> list[object]:
    return ["99", REGION, "99", ACADEMY, f"{CODE:0>3}", capitals(NAME), postal, code, name, None]


def _way(street: Range | None, college: str) -> list[object]:
    if street is None:
        return [*[None] * 6, college, "O"]
    name, first, last, parity = street
    return [name, first, None, last, None, parity, college, "N"]


def _sector(country: Country, commune: int, rng: np.random.Generator) -> list[tuple[str, Range | None]]:
    """Collèges of a commune with their street, None for the whole of it."""
    uais = country.public.uai
    if commune in country.sectors.outside:
        return [(OUTSIDE_UAI, None)]
    cells = country.land.cells_of(commune)
    colleges = sorted(set(country.sectors.cell[cells].tolist()))
    if commune in country.sectors.second:
        colleges = sorted({*colleges, country.sectors.second[commune]})
        return [(uais[j], None) for j in colleges]
    if len(colleges) == 1:
        return [(uais[colleges[0]], None)]
    return _streets(country, cells.tolist(), rng)


def _streets(country: Country, cells: list[int], rng: np.random.Generator) -> list[tuple[str, Range | None]]:
    """Streets of each quarter go to its collège; one in a quarter at the edge of a sector is shared with the neighbour."""
    owner, population = country.sectors.cell, country.people.population
    counts = [max(4, round(population[cell] / _INHABITANTS_PER_STREET)) for cell in cells]
    names = iter(street_names(sum(counts), rng))
    rows: list[tuple[str, Range | None]] = []
    for cell, count in zip(cells, counts, strict=True):
        mine = country.public.uai[owner[cell]]
        for rank in range(count):
            street = next(names)
            other = _across(country, cell, cells) if rank < 2 else None
            if other is None:
                rows.append((mine, (street, "1.0", "9999.0", "PI")))
            elif rank == 0:
                rows += [(mine, (street, "1.0", "9999.0", "I")), (other, (street, "2.0", "9998.0", "P"))]
            else:
                rows += [(mine, (street, "1.0", "48.0", "PI")), (other, (street, "49.0", "9999.0", "PI"))]
    return sorted(rows, key=lambda row: (row[1] or ("",), row[0]))


def _across(country: Country, cell: int, cells: list[int]) -> str | None:
    """The collège on the other side, where a neighbouring quarter of the same commune belongs to another."""
    owner, links = country.sectors.cell, country.land.links
    near = np.concatenate([links[links[:, 0] == cell, 1], links[links[:, 1] == cell, 0]])
    others = [int(owner[i]) for i in np.sort(near) if int(i) in cells and owner[i] != owner[cell]]
    return country.public.uai[others[0]] if others else None
