"""The planner's own tables, under headers of his own, and the enrolment projection of the département."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from demo.country import Country
from demo.formats import write_csv, write_xlsx
from demo.people import BASE, COLLEGE_PUPILS

PROJECTED_TO = 2035
_SPREAD_A_YEAR = 0.0045  # high and low variants leave the central one by this share a year


def write_own(country: Country, folder: Path) -> None:
    """Capacities (XLSX), canteens, kitchens, deliveries and projection (CSV), into `folder`."""
    _capacities(country, folder / "capacites.xlsx")
    _canteens(country, folder / "restauration.csv")
    _kitchens(country, folder)
    _projection(country, folder / "projection_effectifs.csv")


def _capacities(country: Country, path: Path) -> None:
    capacity, table = country.capacity, country.public
    rows: list[list[object]] = [["N° UAI", "Collège", "Commune", "Places utiles", "Fourchette basse", "Fourchette haute"]]
    for j in np.flatnonzero(capacity.known).tolist():
        places = [int(capacity.usable[j]), int(capacity.low[j]), int(capacity.high[j])]
        rows.append([table.uai[j], table.name[j], country.name[int(table.commune[j])], *places])
    write_xlsx(path, {"Capacités": rows})


def _canteens(country: Country, path: Path) -> None:
    canteens, table = country.canteens, country.public
    header = ["Code UAI", "Collège", "Places assises", "Services par jour", "Repas des demi-pensionnaires", "Repas des adultes"]
    rows = [
        [
            table.uai[j],
            table.name[j],
            int(canteens.seats[j]),
            int(canteens.sittings[j]),
            int(canteens.lunchers[j]),
            int(canteens.adults[j]),
        ]
        for j in np.flatnonzero(canteens.served).tolist()
    ]
    write_csv(path, header, rows, bom=True)


def _kitchens(country: Country, folder: Path) -> None:
    canteens, code = country.canteens, country.public.uai
    cooks = np.flatnonzero(canteens.kitchen == np.arange(len(code))).tolist()
    header = ["Cuisine (UAI)", "Production maximale (repas/jour)", "Repas livrés aux écoles (repas/jour)"]
    rows = [[code[j], int(canteens.output[j]), int(canteens.ecole_meals[j]) or None] for j in cooks]
    write_csv(folder / "cuisines.csv", header, rows)
    fed = [j for j in np.flatnonzero(canteens.served).tolist() if canteens.kitchen[j] != j]
    pairs = [[code[int(canteens.kitchen[j])], code[j], "chaude"] for j in fed]
    write_csv(folder / "livraisons.csv", ["Cuisine (UAI)", "Satellite (UAI)", "Liaison"], pairs)


def _projection(country: Country, path: Path) -> None:
    base = country.public_pupils(BASE).sum()
    rows = []
    for rentree in range(BASE + 1, PROJECTED_TO + 1):
        central = country.public_pupils(rentree).sum() * COLLEGE_PUPILS / base
        for variant, sign in (("central", 0), ("high", 1), ("low", -1)):
            rows.append([rentree, variant, round(float(central) * (1 + sign * _SPREAD_A_YEAR * (rentree - BASE)))])
    write_csv(path, ["rentree", "variant", "pupils"], rows)
