"""Files of the ministry of education: positions, IPS, enrolment of collèges and écoles, sectors, lunches."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from demo.country import Country
from demo.effectifs import write_college_effectifs
from demo.formats import words, write_csv
from demo.land import to_lonlat
from demo.names import ACADEMY, CODE, NAME, REGION, capitals, uai
from demo.people import BASE
from demo.schools import RENTREES, Colleges
from demo.streets import write_sectors

DEPARTMENT = f"{CODE:0>3}"
_POSITION_HEADER = words(
    "numero_uai appellation_officielle denomination_principale patronyme_uai secteur_public_prive_libe adresse_uai "
    "lieu_dit_uai boite_postale_uai code_postal_uai localite_acheminement_uai libelle_commune coordonnee_x coordonnee_y "
    "EPSG latitude longitude appariement localisation nature_uai nature_uai_libe etat_etablissement "
    "etat_etablissement_libe code_departement "
    "code_region code_academie code_commune libelle_departement libelle_region libelle_academie position "
    "secteur_prive_code_type_contrat secteur_prive_libelle_type_contrat code_ministere libelle_ministere date_ouverture"
)
_IPS_REFERENCES = [
    f"ips_{area}{who}" for area in ("national", "academique", "departemental") for who in ("_prive", "_public", "")
]
_ECOLE_HEADER = words(
    "rentree_scolaire region_academique academie departement code_departement commune code_postal code_commune_insee "
    "numero_ecole denomination_principale patronyme secteur rep rep_plus nombre_total_classes nombre_total_eleves "
    "nombre_eleves_preelementaire_hors_ulis nombre_eleves_elementaire_hors_ulis nombre_eleves_ulis nombre_eleves_ueea "
    "nombre_eleves_cp_hors_ulis nombre_eleves_ce1_hors_ulis nombre_eleves_ce2_hors_ulis nombre_eleves_cm1_hors_ulis "
    "nombre_eleves_cm2_hors_ulis tri"
)
_BOARDING_HEADER = words(
    "rentree uai type_d_etablissement secteur code_departement nombre_d_eleves_dans_une_formation_du_second_degre "
    "nombre_d_eleves_dans_une_formation_du_superieur nombre_d_eleves_2d_demi_pensionnaires nombre_d_eleves_2d_internes"
)


def write_education(country: Country, folder: Path, rng: np.random.Generator) -> None:
    """Every file of the ministry, into `folder`."""
    _positions(country, folder / "fr-en-adresse-et-geolocalisation-etablissements-premier-et-second-degre.csv")
    drift = {r: rng.normal(size=len(country.public) + len(country.private)) * 0.5 * (BASE - r) for r in (2022, 2023, BASE)}
    _ips_ap2022(country, folder / "fr-en-ips-colleges-ap2022.csv", drift[2022])
    _ips_ap2023(country, folder / "fr-en-ips-colleges-ap2023.csv", drift)
    _ips_ecoles(country, folder / "fr-en-ips-ecoles-ap2022.csv", rng)
    write_college_effectifs(country, folder)
    _ecole_effectifs(country, folder / "fr-en-ecoles-effectifs-nb_classes.csv")
    write_sectors(country, folder / "fr-en-carte-scolaire-colleges-publics.csv", rng)
    _boarding(country, folder / "fr-en-mode-hebergement-eleves-etablissements-2d.csv")


def both_sectors(country: Country) -> list[tuple[Colleges, int, bool]]:
    """Every collège, public then private, as (table, row, is public)."""
    tables = ((country.public, True), (country.private, False))
    return [(table, row, public) for table, public in tables for row in range(len(table))]


def _positions(country: Country, path: Path) -> None:
    """Collèges, one of the private ones without coordinates, and a few lycées as in the real file."""
    rows: list[list[Any]] = []
    last = len(country.public) + len(country.private) - 1
    for rank, (table, row, public) in enumerate(both_sectors(country)):
        kind = ("Collège " if public else "Collège privé ", "340", "COLLEGE", public)
        rows.append(_position(country, table, row, table.uai[row], kind, located=rank != last))
    for row, number in enumerate(range(801, 806)):
        kind = ("Lycée ", "302", "LYCEE D ENSEIGNEMENT GENERAL ET TECHNOLOGIQUE", True)
        rows.append(_position(country, country.public, row, uai(CODE, number), kind, located=True))
    write_csv(path, _POSITION_HEADER, rows, bom=True)


def _position(
    country: Country, table: Colleges, row: int, code: str, kind: tuple[str, str, str, bool], *, located: bool
) -> list[Any]:
    title, nature, nature_label, public = kind
    commune = int(table.commune[row])
    lon, lat = to_lonlat(table.site_m[row : row + 1])[0]
    x, y = np.round(table.site_m[row], 1)
    where = [x, y, "EPSG:2154", lat, lon, "Parfaite", "Numéro de rue"] if located else [None] * 7
    contract = ("99", "SANS OBJET") if public else ("30", "CONTRAT D'ASSOCIATION TOUTES CLASSES")
    name = table.name[row].removeprefix("PRIVE ")
    town = country.name[commune]
    return [
        code, title + name, nature_label.split()[0] + ("" if public else " PRIVE"), capitals(name),
        "Public" if public else "Privé", f"{row % 40 + 1} rue DES ECOLES", None, None, country.postal[commune],
        capitals(town), town, *where, nature, nature_label, "1", "OUVERT",
        DEPARTMENT, "99", "99", country.code[commune], NAME, REGION.title(), ACADEMY.title(),
        f"{lat}, {lon}" if located else None, *contract, "06", "MINISTERE DE L'EDUCATION NATIONALE", "1975-09-01",
    ]  # fmt: skip


def _identity(country: Country, table: Colleges, row: int) -> tuple[str, str, str]:
    """Name in capitals, INSEE code and commune in capitals."""
    commune = int(table.commune[row])
    return f"COLLEGE {capitals(table.name[row])}", country.code[commune], capitals(country.name[commune])


def _ips_ap2022(country: Country, path: Path, drift: np.ndarray[Any, Any]) -> None:
    header = words(
        "rentree_scolaire academie code_du_departement departement uai nom_de_l_etablissment code_insee_de_la_commune "
        "nom_de_la_commune secteur effectifs ips ecart_type_de_l_ips"
    )
    rows: list[list[Any]] = []
    for rank, (table, row, public) in enumerate(both_sectors(country)):
        name, code, town = _identity(country, table, row)
        ips = round(float(table.ips[row] + drift[rank]), 1)
        sector = "public" if public else "privé sous contrat"
        pupils = float(table.total(2022)[row])
        rows.append(
            ["2022-2023", ACADEMY, DEPARTMENT, capitals(NAME), table.uai[row], name, code, town, sector, pupils, ips,
             round(float(table.ips_sd[row]), 1)]
        )  # fmt: skip
    write_csv(path, header, rows)


def _ips_ap2023(country: Country, path: Path, drift: dict[int, np.ndarray[Any, Any]]) -> None:
    """Rentrées 2023 and 2024; no number of pupils, as in the real file."""
    header = [
        *words("rentree_scolaire code_region region_academique code_academie academie code_du_departement departement"),
        *words("code_insee_de_la_commune nom_de_la_commune uai nom_de_l_etablissement secteur ips ecart_type_de_l_ips"),
        *_IPS_REFERENCES,
        "num_ligne",
    ]
    rows: list[list[Any]] = []
    for rentree in (2023, BASE):
        references = _references(country, rentree)
        for rank, (table, row, public) in enumerate(both_sectors(country)):
            name, code, town = _identity(country, table, row)
            ips = round(float(table.ips[row] + drift[rentree][rank]), 1)
            sector = "public" if public else "privé sous contrat"
            rows.append(
                [f"{rentree}-{rentree + 1}", "99", REGION, "99", ACADEMY, DEPARTMENT, capitals(NAME), code, town,
                 table.uai[row], name, sector, ips, round(float(table.ips_sd[row]), 1), *references, len(rows) + 1]
            )  # fmt: skip
    write_csv(path, header, rows)


def _references(country: Country, rentree: int) -> list[float]:
    """Invented national means, then the département's own twice (it is its own académie)."""
    tables = (country.private, country.public)
    means = [float(np.average(t.ips, weights=t.total(rentree))) for t in tables]
    weights = [t.total(rentree).sum() for t in tables]
    own = [round(v, 1) for v in (*means, float(np.average(means, weights=weights)))]
    return [118.0, 99.0, 103.5, *own, *own]


def _ips_ecoles(country: Country, path: Path, rng: np.random.Generator) -> None:
    """Three rentrées; NS where fewer than about 25 pupils of CM2 in five years, no row where hardly any."""
    header = [
        *words("num_ligne rentree_scolaire code_region region code_de_l_academie academie code_du_departement departement"),
        *words("code_insee_de_la_commune nom_de_la_commune uai nom_de_l_etablissement secteur ips"),
        *_IPS_REFERENCES,
    ]
    rows: list[list[Any]] = []
    ecoles = country.ecoles
    for rentree in (2022, 2023, BASE):
        references = _references(country, rentree)
        noise = rng.normal(size=len(ecoles)) * 0.6 * (BASE - rentree)
        for row in np.flatnonzero(ecoles.pupils[:, :, 4].mean(axis=1) >= 3.0):
            commune = int(ecoles.commune[row])
            enough = ecoles.pupils[row, :, 4].mean() >= 5.0
            sector = "public" if ecoles.public[row] else "privé sous contrat"
            rows.append(
                [len(rows) + 1, f"{rentree}-{rentree + 1}", "99", REGION, "99", ACADEMY, DEPARTMENT, capitals(NAME),
                 country.code[commune], capitals(country.name[commune]), ecoles.uai[row], f"ECOLE {ecoles.name[row]}", sector,
                 round(float(ecoles.ips[row] + noise[row]), 1) if enough else "NS", *references]
            )  # fmt: skip
    write_csv(path, header, rows)


def _ecole_effectifs(country: Country, path: Path) -> None:
    """All rentrées by grade; `code_commune_insee` holds the postal code, as in the real file."""
    rows: list[list[Any]] = []
    ecoles = country.ecoles
    for at, rentree in enumerate(RENTREES):
        for row in range(len(ecoles)):
            commune = int(ecoles.commune[row])
            grades = [int(v) for v in ecoles.pupils[row, at]]
            small = round(sum(grades) * 0.52) if row % 3 else 0
            sector, kind = ("PUBLIC", "PUBLIQUE") if ecoles.public[row] else ("PRIVE", "PRIVEE")
            town, postal, label = capitals(country.name[commune]), country.postal[commune], ecoles.priority[row]
            rows.append(
                [rentree, REGION, ACADEMY, capitals(NAME), DEPARTMENT, town, postal, postal, ecoles.uai[row],
                 f"ECOLE {'PRIMAIRE' if small else 'ELEMENTAIRE'} {kind}", ecoles.name[row], sector,
                 int(label == "REP"), int(label == "REP+"), max(1, round((sum(grades) + small) / 22)), sum(grades) + small,
                 small, sum(grades), 0, 0, *grades, f"99-{ecoles.uai[row]}"]
            )  # fmt: skip
    write_csv(path, _ECOLE_HEADER, rows)


def _boarding(country: Country, path: Path) -> None:
    """Lunches of the last two rentrées."""
    rows: list[list[Any]] = []
    canteens = country.canteens
    for rentree in RENTREES[-2:]:
        for table, row, public in both_sectors(country):
            pupils = int(table.total(rentree)[row])
            rate = canteens.lunchers[row] / country.public.total(BASE)[row] if public else 0.78
            lunchers = int(canteens.lunchers[row]) if public and rentree == BASE else round(float(rate) * pupils)
            sector = "PUBLIC" if public else "PRIVE"
            rows.append([rentree, table.uai[row], "COLLEGE", sector, DEPARTMENT, pupils, 0, lunchers, 0])
    write_csv(path, _BOARDING_HEADER, rows)
