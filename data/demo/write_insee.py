"""Files of INSEE and IGN: contours, COG, incomes, population and its projection, births and roads."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from demo.country import Country
from demo.formats import Rows, words, write_csv, write_geojson, write_gpkg, write_xlsx
from demo.land import Floats
from demo.names import CODE, NAME, capitals
from demo.people import FIRST_BIRTH, LAST_BIRTH

_FILO_SHARES = words("PACT21 PTSA21 PCHO21 PBEN21 PPEN21 PPAT21 PPSOC21 PPFAM21 PPMINI21 PPLOGT21 PIMPOT21")
_FILO_POOR = [f"TP60{x}21" for x in ("", "AGE1", "AGE2", "AGE3", "AGE4", "AGE5", "AGE6", "TOL1", "TOL2")]
_FILO_HEADER = [
    "CODGEO",
    "NBMENFISC21",
    "NBPERSMENFISC21",
    "MED21",
    "PIMP21",
    *_FILO_POOR,
    *_FILO_SHARES,
    "D121",
    "D921",
    "RD21",
]
_IRIS_HEADER = words(
    "IRIS DEC_PIMP21 DEC_TP6021 DEC_INCERT21 DEC_Q121 DEC_MED21 DEC_Q321 DEC_EQ21 DEC_D121 DEC_D221 DEC_D321 DEC_D421 DEC_D621 "
    "DEC_D721 DEC_D821 DEC_D921 DEC_RD21 DEC_S80S2021 DEC_GI21 DEC_PACT21 DEC_PTSA21 DEC_PCHO21 DEC_PBEN21 DEC_PPEN21 "
    "DEC_PAUT21 DEC_NOTE21"
)
_AGES = words("0002 0305 0610 1117 1824 2539 4054 5564 6579 80P")
_ADULT_PROFILE = np.array([5.9, 5.3, 5.8, 6.2, 6.1, 6.4, 6.5, 6.5, 6.3, 6.0, 5.6, 3.6, 2.4, 1.8, 0.9, 0.3])
_OMPHALE = {"Central": 0.0, "Pop_haute": 0.004, "Pop_basse": -0.004}
"""Scenario to what births and adults gain a year on the central one."""
_BIRTHS_A_YEAR = 0.997
_KNOWN_TO, _PROJECTED_TO = 2024, 2070
_BANDS = [f"{a} à {a + 4} ans" for a in range(0, 95, 5)] + ["95 ans et plus"]


def write_insee(country: Country, folder: Path, rng: np.random.Generator) -> None:
    """Every file of INSEE and IGN, into `folder`."""
    _contours(country, folder)
    _cog(country, folder / "v_commune_2025.csv")
    _births(country, folder / "DS_ETAT_CIVIL_NAIS_COMMUNES_data.csv")
    _income_communes(country, folder / "cc_filosofi_2021_COM.csv", rng)
    _income_iris(country, folder / "BASE_TD_FILO_IRIS_2021_DEC.csv", rng)
    _population_iris(country, folder / "base-ic-evol-struct-pop-2021.CSV")
    _population_department(country, folder / "estim-pop-dep-sexe-aq.xlsx")
    _omphale(country, folder)
    _roads(country, folder / "troncon_de_route.gpkg")


def _contours(country: Country, folder: Path) -> None:
    order = np.argsort(np.array(country.code), kind="stable").tolist()
    polygons = country.land.commune_polygon
    named = [{"code": country.code[c], "nom": country.name[c]} for c in order]
    write_geojson(folder / f"communes-{CODE}.geojson", [polygons[c] for c in order], named)
    properties = []
    order = np.argsort(np.array(country.iris), kind="stable").tolist()
    for cell in order:
        code, commune = country.iris[cell], int(country.land.commune[cell])
        whole = code.endswith("0000")
        name = country.name[commune] if whole else f"{country.name[commune]} quartier {int(code[-2:])}"
        about = {"INSEE_COM": country.code[commune], "NOM_COM": country.name[commune], "IRIS": code[5:], "CODE_IRIS": code}
        properties.append({**about, "NOM_IRIS": name, "TYP_IRIS": "Z" if whole else "H"})
    write_geojson(folder / f"contours-iris-{CODE}.geojson", [country.land.cell_polygon[c] for c in order], properties)


def _cog(country: Country, path: Path) -> None:
    """Communes, and the delegated ones of the one merged commune."""
    header = words("TYPECOM COM REG DEP CTCD ARR TNCC NCC NCCENR LIBELLE CAN COMPARENT")
    rows: list[list[object]] = []
    former_code, former_name, parent = country.former
    for commune in np.argsort(np.array(country.code), kind="stable").tolist():
        name, code = country.name[commune], country.code[commune]
        rows.append(["COM", code, "99", CODE, f"{CODE}D", f"{CODE}1", "0", capitals(name), name, name, f"{CODE}01", None])
    for code, name in sorted([(former_code, former_name), (country.code[parent], country.name[parent])]):
        rows.append(["COMD", code, None, None, None, None, "0", capitals(name), name, name, None, country.code[parent]])
    write_csv(path, header, rows, separator=",")


def _births(country: Country, path: Path) -> None:
    """Live births by commune, 2010 to 2023, and the département's total."""
    rows: list[list[object]] = []
    births = country.people.births
    for year in range(2010, 2024):
        column = births[:, year - FIRST_BIRTH].astype(int)
        rows.append(["LVB", "A", CODE, "DEP", "A", year, int(column.sum())])
        rows += [["LVB", "A", country.code[c], "COM", "A", year, int(column[c])] for c in range(len(column))]
    rows.sort(key=lambda row: (row[3], row[2], row[5]))
    write_csv(path, words("EC_MEASURE FREQ GEO GEO_OBJECT OBS_STATUS TIME_PERIOD OBS_VALUE"), rows)


def _income(ips: Floats, rng: np.random.Generator) -> Floats:
    """Median income per consumption unit (euros) that goes with a social level."""
    return np.round((21_400 + 205 * (ips - 92) + rng.normal(size=len(ips)) * 480) / 10) * 10


def _income_communes(country: Country, path: Path, rng: np.random.Generator) -> None:
    """Median everywhere but in the smallest communes; poverty and the rest only in those above 1,000 households."""
    land, people = country.land, country.people
    ips = np.bincount(land.commune, people.ips * people.population) / np.bincount(land.commune, people.population)
    median = _income(ips, rng)
    poverty = np.clip(22 - 0.0026 * (median - 19_000) + rng.normal(size=len(median)), 5, 45).round(0)
    rows: list[list[object]] = []
    for c in np.argsort(np.array(country.code), kind="stable").tolist():
        persons = int(land.population[c] * 0.97)
        households = int(persons / 2.35)
        secret = ["s"] * (len(_FILO_HEADER) - 4)
        if households < 50:
            rows.append(
                [
                    country.code[c],
                    households,
                    persons,
                    *(["nd"] * (len(_FILO_HEADER) - 3) if households < 35 else ["s", *secret]),
                ]
            )
        elif households < 1_000:
            rows.append([country.code[c], households, persons, int(median[c]), *secret])
        else:
            rows.append([country.code[c], households, persons, int(median[c]), *_detail(float(poverty[c]), float(median[c]))])
    write_csv(path, _FILO_HEADER, rows)


def _detail(poverty: float, median: float) -> list[object]:
    """Plain but plausible values of the other columns of a large commune."""
    poor = [int(poverty), "s", *(int(poverty * f) for f in (1.1, 1.05, 0.9, 0.7, 0.6)), int(poverty * 0.4), int(poverty * 1.3)]
    taxed = int(np.clip(50 + (median - 21_000) / 300, 20, 75))
    shares = [68.0, 62.5, 3.4, 2.1, 29.3, 7.2, 9.8, 3.6, 3.1, 3.1, -14.3]
    return [taxed, *poor, *shares, round(median * 0.52, -1), round(median * 1.66, -1), 3.2]


def _income_iris(country: Country, path: Path, rng: np.random.Generator) -> None:
    """Declared income of the IRIS of communes that are cut; decimal comma, `ns` and `nd` in a few."""
    median = _income(country.people.ips, rng) * 0.93
    rows: list[list[object]] = []
    for cell in np.argsort(np.array(country.iris), kind="stable").tolist():
        code = country.iris[cell]
        if code.endswith("0000"):
            continue
        if int(code) % 41 == 0:
            rows.append([code, *["ns" if int(code) % 2 else "nd"] * 24, "0"])
            continue
        m = float(median[cell])
        poverty = float(np.clip(23 - 0.0027 * (m - 18_000), 4, 60).round(0))
        parts = [m * f for f in (0.55, 1.0, 1.38)]
        deciles = [m * f for f in (0.35, 0.5, 0.65, 0.82, 1.17, 1.33, 1.52, 1.85)]
        rest = [0.83, 5.3, 6.9, 0.31, 66.0, 60.2, 3.6, 3.9, 28.0, 2.4]
        values = [45.0, poverty, 1, *(round(v, -1) for v in parts), rest[0], *(round(v, -1) for v in deciles), *rest[1:]]
        rows.append([code, *(_comma(v) for v in values), "0"])
    write_csv(path, _IRIS_HEADER, rows)


def _comma(value: float) -> str:
    """Whole numbers above 100 without decimals, the others with a decimal comma."""
    return str(int(value)) if value >= 100 or isinstance(value, int) else f"{value}".replace(".", ",")


def _population_iris(country: Country, path: Path) -> None:
    """Census by IRIS: total and age groups, among them 11 to 17."""
    land, people = country.land, country.people
    born = np.column_stack([people.cohort(land, max(FIRST_BIRTH, 2021 - age)) for age in range(18)])
    young = [born[:, a:b].sum(axis=1) for a, b in ((0, 3), (3, 6), (6, 11), (11, 18))]
    rest = np.maximum(people.population - sum(young), people.population * 0.5)
    others = [rest * f for f in (0.10, 0.22, 0.26, 0.17, 0.18, 0.07)]
    rows = []
    for cell in np.argsort(np.array(country.iris), kind="stable").tolist():
        code, commune = country.iris[cell], int(land.commune[cell])
        ages = [round(float(group[cell]), 3) for group in (*young, *others)]
        kind = "Z" if code.endswith("0000") else "H"
        rows.append([code, country.code[commune], kind, country.name[commune], round(sum(ages), 3), *ages])
    write_csv(path, ["IRIS", "COM", "TYP_IRIS", "LAB_IRIS", "P21_POP", *(f"P21_POP{a}" for a in _AGES)], rows)


def _population_department(country: Country, path: Path) -> None:
    """Estimates on 1 January by sex and five-year age, one sheet a year, in the layout of the official workbook."""
    sheets: dict[str, Rows] = {"À savoir": [["Territoire fictif : valeurs inventées pour la démonstration."]]}
    for year in range(2024, 2014, -1):
        both = _five_year_groups(country, year)
        men = [round(v * f) for v, f in zip(both, np.linspace(0.512, 0.40, len(both)), strict=True)]
        women = [v - m for v, m in zip(both, men, strict=True)]
        groups = [[*block, sum(block)] for block in (both, men, women)]
        gap = [""] * len(_BANDS)
        sheets[str(year)] = [
            ["Estimation de population au 1er janvier, par département, sexe et âge quinquennal"],
            [f"Année {year}"],
            [],
            ["Départements", "", "Ensemble", *gap, "Hommes", *gap, "Femmes", *gap],
            ["", "", *([*_BANDS, "Total"] * 3)],
            [CODE, NAME, *groups[0], *groups[1], *groups[2]],
            [],
            ["Territoire fictif"],
        ]
    write_xlsx(path, sheets)


def _five_year_groups(country: Country, year: int) -> list[int]:
    """Under twenty from births, older ages from a fixed profile."""
    births = country.people.births.sum(axis=0) * country.people.kept
    by_age = [births[max(0, year - 1 - age - FIRST_BIRTH)] for age in range(20)]
    young = [round(sum(by_age[a : a + 5])) for a in range(0, 20, 5)]
    adults = (country.people.population.sum() - sum(young)) * _ADULT_PROFILE / _ADULT_PROFILE.sum()
    return [*young, *(round(v) for v in adults)]


def _omphale(country: Country, folder: Path) -> None:
    """Projections by sex and five-year age, a workbook a scenario: the estimates up to the last, then cohorts grow up."""
    years = range(2018, _PROJECTED_TO + 1)
    header = ["ZONE", "SEXE", "TRAGE", *(f"POP_{year}" for year in years)]
    title = ["Territoire fictif : valeurs inventées pour la démonstration.", "Population au 1er janvier", "", "", ""]
    bands = [*(f"[{a};{a + 4}]" for a in range(0, 95, 5)), "[95;+"]
    for scenario, gain in _OMPHALE.items():
        both = np.array([_projected(country, year, gain) for year in years]).T
        men = np.round(both * np.linspace(0.512, 0.40, len(both))[:, None], 1)
        blocks = ((1, men), (2, np.round(both - men, 1)))
        rows = [[NAME, sex, band, *row.tolist()] for sex, block in blocks for band, row in zip(bands, block, strict=True)]
        write_xlsx(folder / f"donnees_det_{scenario}.xlsx", {"Population": [*([line] for line in title), header, *rows]})


def _projected(country: Country, year: int, gain: float) -> Floats:
    """People by five-year age: births fall by a fixed rate after the last known year, adults keep their number and ages."""
    if year <= _KNOWN_TO:
        return np.array(_five_year_groups(country, year), dtype=float)
    births = country.people.births.sum(axis=0) * country.people.kept
    last = births[-3:].mean()
    ahead = last * (_BIRTHS_A_YEAR + gain) ** np.arange(1, year - LAST_BIRTH + 1)
    born = np.concatenate([births, ahead])[[year - 1 - age - FIRST_BIRTH for age in range(20)]]
    adults = np.array(_five_year_groups(country, _KNOWN_TO)[4:]) * (1 + gain) ** (year - _KNOWN_TO)
    return np.concatenate([born.reshape(4, 5).sum(axis=1), adults])


def _roads(country: Country, path: Path) -> None:
    roads = country.roads
    count = len(roads.tail)
    lanes = np.where(roads.importance == "1", 4, np.where(np.isin(roads.importance, ["2", "3"]), 2, 1))
    drivable = roads.speed_km_h > 0
    table = pd.DataFrame(
        {
            "cleabs": [f"TRONROUT{CODE}{i:014d}" for i in range(1, count + 1)],
            "nature": roads.nature,
            "importance": roads.importance,
            "fictif": np.zeros(count, dtype=bool),
            "position_par_rapport_au_sol": "0",
            "etat_de_l_objet": "En service",
            "nombre_de_voies": np.where(drivable, lanes, 0).astype(np.int32),
            "largeur_de_chaussee": np.where(drivable, 2.5 + 2.0 * lanes, 1.5),
            "prive": np.zeros(count, dtype=bool),
            "sens_de_circulation": roads.direction,
            "urbain": roads.urban,
            "vitesse_moyenne_vl": roads.speed_km_h.astype(np.int32),
            "acces_vehicule_leger": roads.access,
            "acces_pieton": np.where(roads.nature == "Type autoroutier", "Interdit", "Libre"),
            "nature_de_la_restriction": None,
            "cpx_numero": None,
            "cpx_classement_administratif": None,
            "insee_commune_gauche": [country.code[c] for c in roads.commune],
            "insee_commune_droite": [country.code[c] for c in roads.commune],
        }
    )
    write_gpkg(path, "troncon_de_route", table, roads.line)
