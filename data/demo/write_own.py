"""The planner's own tables, under headers of his own, and the enrolment projection of the département."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from demo.coaches import run_coaches
from demo.country import Country
from demo.formats import write_csv, write_xlsx
from demo.land import BASSINS, to_lonlat
from demo.people import BASE, COLLEGE_PUPILS

PROJECTED_TO = 2035
NETWORKS, NETWORK_M = 3, 7_000  # towns with buses of their own, and how far these go
_SPREAD_A_YEAR = 0.0045  # high and low variants leave the central one by this share a year


def write_own(country: Country, folder: Path) -> None:
    """Capacities (XLSX), canteens, kitchens, deliveries, circuits, urban networks, bassins, projection (CSV), into `folder`."""
    _capacities(country, folder / "capacites.xlsx")
    _canteens(country, folder / "restauration.csv")
    _kitchens(country, folder)
    _circuits(country, folder / "circuits.csv")
    _urban_networks(country, folder / "reseaux_urbains.csv")
    _bassins(country, folder / "bassins.csv")
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


def _circuits(country: Country, path: Path) -> None:
    public, rows = country.public, []
    for number, circuit in enumerate(run_coaches(country), start=1):
        college = circuit.college
        stops = [f"{country.name[int(v)]} - Mairie" for v in circuit.villages] + [public.name[college]]
        lonlat = to_lonlat(np.vstack([country.land.centre_m[circuit.villages], public.site_m[college]]))
        codes = [None] * len(circuit.villages) + [public.uai[college]]
        for order, (minutes, stop, place, uai) in enumerate(zip(circuit.time_min, stops, lonlat, codes, strict=True), start=1):
            clock = f"{minutes // 60:02d}:{minutes % 60:02d}"
            rows.append([f"C{number:02d}", order, clock, stop, *place.tolist(), uai])
    write_csv(path, ["Circuit", "Ordre", "Heure", "Arrêt", "Longitude", "Latitude", "UAI desservi"], rows)


def _urban_networks(country: Country, path: Path) -> None:
    """The largest towns that lie apart, each with the communes around it."""
    centre_m, towns = country.land.centre_m, list[int]()
    for commune in np.argsort(-country.land.population, kind="stable").tolist():
        if all(np.hypot(*(centre_m[commune] - centre_m[town])) > 2 * NETWORK_M for town in towns):
            towns.append(commune)
        if len(towns) == NETWORKS:
            break
    rows = [
        [country.code[commune], country.name[commune], f"Réseau urbain de {country.name[town]}"]
        for town in towns
        for commune in np.flatnonzero(np.hypot(*(centre_m - centre_m[town]).T) <= NETWORK_M).tolist()
    ]
    write_csv(path, ["Code INSEE", "Commune", "Réseau"], rows)


def _bassins(country: Country, path: Path) -> None:
    order = np.argsort(np.array(country.code), kind="stable").tolist()
    rows = [[country.code[c], country.name[c], BASSINS[int(country.land.bassin[c])].name] for c in order]
    write_csv(path, ["Code INSEE", "Commune", "Bassin"], rows)


def _projection(country: Country, path: Path) -> None:
    base = country.public_pupils(BASE).sum()
    rows = []
    for rentree in range(BASE + 1, PROJECTED_TO + 1):
        central = country.public_pupils(rentree).sum() * COLLEGE_PUPILS / base
        for variant, sign in (("central", 0), ("high", 1), ("low", -1)):
            rows.append([rentree, variant, round(float(central) * (1 + sign * _SPREAD_A_YEAR * (rentree - BASE)))])
    write_csv(path, ["rentree", "variant", "pupils"], rows)
