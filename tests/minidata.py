"""A very small département in the official file formats: six communes, three public collèges and a private one.

Written afresh by each test that wants to spoil one file of it. All of it is invented.
"""

from __future__ import annotations

import json
from pathlib import Path

from pyproj import Transformer

SIDE_M = 6_000
WEST_M, SOUTH_M = 700_000, 7_000_000
COMMUNES = ("99001", "99002", "99003", "99004", "99005", "99006")
"""Two rows of three squares: 99001 to 99003 in the south, 99004 to 99006 in the north, west to east."""

COLLEGES = {
    # uai: (commune, public, pupils, ips, sd)
    "0990001N": ("99001", True, 300, 95.0, 30.0),
    "0990002P": ("99003", True, 240, 85.0, 29.0),
    "0990003R": ("99005", True, 200, 105.0, 31.0),
    "0990009X": ("99003", False, 150, 115.0, 28.0),
}
SECTORS = {
    "99001": "0990001N",
    "99002": "0990001N",
    "99003": "0990002P",
    "99004": "0990003R",
    "99005": "0990003R",
    "99006": "0990002P",
}
ECOLES = {
    # uai: (commune, cp, ce1, ce2, cm1, cm2, ips)
    "0990101X": ("99001", 50, 52, 54, 56, 58, 96.0),
    "0990102Y": ("99002", 12, 13, 14, 15, 16, 100.0),
    "0990103Z": ("99003", 44, 46, 48, 50, 52, 84.0),
    "0990104A": ("99004", 10, 11, 11, 12, 12, 108.0),
    "0990105B": ("99005", 30, 31, 32, 33, 34, 104.0),
}


def square(commune: str) -> list[tuple[float, float]]:
    """Corners of a commune, EPSG:2154, closed."""
    column, row = (int(commune[-1]) - 1) % 3, (int(commune[-1]) - 1) // 3
    x, y = WEST_M + column * SIDE_M, SOUTH_M + row * SIDE_M
    return [(x, y), (x + SIDE_M, y), (x + SIDE_M, y + SIDE_M), (x, y + SIDE_M), (x, y)]


def centre(commune: str) -> tuple[float, float]:
    """Centre of a commune, EPSG:2154."""
    (x, y), *_ = square(commune)
    return x + SIDE_M / 2, y + SIDE_M / 2


def write_minidata(folder: Path) -> Path:
    """Write the whole small département into `folder` and return its territory.toml."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "positions.csv").write_text(_positions(), encoding="utf-8")
    (folder / "ips.csv").write_text(_ips(), encoding="utf-8")
    (folder / "effectifs.csv").write_text(_effectifs(), encoding="utf-8")
    (folder / "ips_ecoles.csv").write_text(_ips_ecoles(), encoding="utf-8")
    (folder / "ecoles.csv").write_text(_ecoles(), encoding="utf-8-sig")
    (folder / "secteurs.csv").write_text(
        "\n".join(["code_insee,code_rne", *(f"{c},{uai}" for c, uai in SECTORS.items())]) + "\n", encoding="utf-8"
    )
    (folder / "communes.geojson").write_text(json.dumps(_contours()), encoding="utf-8")
    (folder / "capacites.csv").write_text("Code RNE;Places\n0990001N;360\n0990002P;300\n0990003R;280\n", encoding="utf-8")
    toml = folder / "territory.toml"
    toml.write_text(_TOML, encoding="utf-8")
    return toml


_TOML = """[territory]
code = "99"
name = "Mini"
base_rentree = 2022
fictional = true

[files]
positions = "positions.csv"
ips_colleges = "ips.csv"
ips_ecoles = "ips_ecoles.csv"
college_pupils = "effectifs.csv"
ecole_pupils = "ecoles.csv"
sectors = "secteurs.csv"
communes = "communes.geojson"

[own.capacity]
path = "capacites.csv"
columns = { uai = "Code RNE", capacity = "Places" }
"""


def _positions() -> str:
    header = (
        "numero_uai;appellation_officielle;denomination_principale;patronyme_uai;secteur_public_prive_libe;adresse_uai;lieu_dit_uai;"
        "boite_postale_uai;code_postal_uai;localite_acheminement_uai;libelle_commune;coordonnee_x;coordonnee_y;epsg;latitude;longitude;"
        "appariement;localisation;nature_uai;nature_uai_libe;etat_etablissement;etat_etablissement_libe;code_departement;code_region;"
        "code_academie;code_commune;libelle_departement;libelle_region;libelle_academie"
    )
    to_degrees = Transformer.from_crs(2154, 4326, always_xy=True)
    lines = [header]
    for uai, (commune, public, *_) in COLLEGES.items():
        x, y = centre(commune)
        x += 0 if public else 500
        lon, lat = to_degrees.transform(x, y)
        sector = "Public" if public else "Privé"
        lines.append(
            f"{uai};Collège {uai[-2:]};COLLEGE;{uai[-2:]};{sector};1 rue;;;{commune};C{commune};C{commune};"
            f"{x};{y};EPSG:2154;{lat};{lon};"
            f"Parfaite;Numéro de rue;340;COLLEGE;1;OUVERT;099;99;99;{commune};Mini;Mini;Mini"
        )
    return "\n".join(lines) + "\n"


def _ips() -> str:
    header = (
        "rentree_scolaire;academie;code_du_departement;departement;uai;nom_de_l_etablissment;code_insee_de_la_commune;"
        "nom_de_la_commune;secteur;effectifs;ips;ecart_type_de_l_ips"
    )
    rows = [
        f"2022-2023;MINI;099;MINI;{uai};COLLEGE {uai[-2:]};{commune};C{commune};{'public' if public else 'privé sous contrat'};"
        f"{pupils}.0;{ips};{sd}"
        for uai, (commune, public, pupils, ips, sd) in COLLEGES.items()
    ]
    return "\n".join([header, *rows]) + "\n"


def _effectifs() -> str:
    header = (
        "rentree_scolaire;region_academique;academie;departement;commune;numero_college;denomination_principale;patronyme;secteur;rep;"
        "rep_plus;nombre_eleves_total;nombre_eleves_total_hors_segpa_hors_ulis;nombre_eleves_segpa;nombre_eleves_ulis;6eme_total;"
        "5eme_total;4eme_total;3eme_total"
    )
    rows = []
    for uai, (commune, public, pupils, *_) in COLLEGES.items():
        for rentree, total in ((2021, pupils + 8), (2022, pupils)):
            grades = [total // 4 + (1 if g < total % 4 else 0) for g in range(4)]
            rows.append(
                f"{rentree};MINI;MINI;MINI;C{commune};{uai};COLLEGE;{uai[-2:]};{'PUBLIC' if public else 'PRIVE'};0;0;"
                + ";".join(map(str, [total, total, 0, 0, *grades]))
            )
    return "\n".join([header, *rows]) + "\n"


def _ips_ecoles() -> str:
    header = (
        "rentree_scolaire;academie;code_du_departement;departement;uai;nom_de_l_etablissment;code_insee_de_la_commune;"
        "nom_de_la_commune;secteur;effectifs;ips"
    )
    rows = [
        f"2022-2023;MINI;099;MINI;{uai};ECOLE;{commune};C{commune};public;{float(sum(pupils))};{ips}"
        for uai, (commune, *pupils, ips) in ECOLES.items()
    ]
    return "\n".join([header, *rows]) + "\n"


def _ecoles() -> str:
    header = (
        "rentree_scolaire;region_academique;academie;departement;code_departement;commune;code_postal;code_commune_insee;numero_ecole;"
        "denomination_principale;patronyme;secteur;rep;rep_plus;nombre_total_classes;nombre_total_eleves;"
        "nombre_eleves_preelementaire_hors_ulis;nombre_eleves_elementaire_hors_ulis;nombre_eleves_ulis;nombre_eleves_ueea;"
        "nombre_eleves_cp_hors_ulis;nombre_eleves_ce1_hors_ulis;nombre_eleves_ce2_hors_ulis;nombre_eleves_cm1_hors_ulis;"
        "nombre_eleves_cm2_hors_ulis;tri"
    )
    rows = [
        f"2022;MINI;MINI;MINI;099;C{commune};99999;99999;{uai};ECOLE;;PUBLIC;0;0;10;{sum(pupils)};0;{sum(pupils)};0;0;"
        + ";".join(map(str, pupils))
        + f";{uai}"
        for uai, (commune, *pupils, _) in ECOLES.items()
    ]
    return "\n".join([header, *rows]) + "\n"


def _contours() -> dict[str, object]:
    to_degrees = Transformer.from_crs(2154, 4326, always_xy=True)
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Polygon", "coordinates": [[list(to_degrees.transform(*point)) for point in square(commune)]]},
            "properties": {"code": commune, "nom": f"C{commune}"},
        }
        for commune in COMMUNES
    ]
    return {"type": "FeatureCollection", "features": features}
