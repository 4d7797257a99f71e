"""The joining of tables: what comes out agrees with what is published, and every misfit is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely
from scipy.special import ndtr

from maillage.errors import InputError
from maillage.sources import load_territory
from maillage.sources.units import OUTSIDE
from maillage.territory import Estimate, Match, Territory
from minidata import SIDE_M, centre, write_minidata

ROOT = Path(__file__).resolve().parents[2]

PAS_DE_CALAIS: dict[str, Any] = {
    "territory": {"code": "62", "name": "Pas-de-Calais", "unsectored": "neighbours"},
    "files": {
        "positions": "france/fr-en-adresse-et-geolocalisation-etablissements-premier-et-second-degre.csv",
        "ips_colleges": "france/fr-en-ips-colleges-ap2022.csv",
        "ips_ecoles": "france/fr-en-ips-ecoles-ap2022.csv",
        "college_pupils": "france/fr-en-college-effectifs-niveau-sexe-lv_2020.csv",
        "sectors": "62-pas-de-calais/communes_colleges_62.csv",
        "income_communes": "france/cc_filosofi_2021_COM.csv",
        "income_iris": "france/BASE_TD_FILO_IRIS_2021_DEC.csv",
        "population": "france/estim-pop-dep-sexe-aq-1975-2022.xlsx",
        "communes": "62-pas-de-calais/communes-62-pas-de-calais.geojson",
    },
}

ILLE_ET_VILAINE: dict[str, Any] = {
    "territory": {"code": "035", "name": "Ille-et-Vilaine", "unsectored": "neighbours"},
    "files": {
        "positions": ["35-ille-et-vilaine/fr-en-annuaire-education.csv"],
        "ips_colleges": "france/fr-en-ips-colleges-ap2022_labels.csv",
        "ips_ecoles": "france/fr-en-ips-ecoles-ap2022.csv",
        "college_pupils": [
            "35-ille-et-vilaine/fr-en-college-effectifs-niveau-sexe-lv.csv",
            "35-ille-et-vilaine/fr-en-effectifs-second-degre.csv",
        ],
        "ecole_pupils": "35-ille-et-vilaine/fr-en-ecoles-effectifs-nb_classes.csv",
        "sectors": "35-ille-et-vilaine/fr-en-carte-scolaire-colleges-publics.csv",
        "income_communes": "france/cc_filosofi_2021_COM.csv",
        "communes": "35-ille-et-vilaine/communes-35-ille-et-vilaine.geojson",
    },
}


@pytest.fixture(scope="module")
def pas_de_calais(shared_data: Path) -> Territory:
    return load_territory(PAS_DE_CALAIS, base=shared_data)


@pytest.fixture(scope="module")
def ille_et_vilaine(shared_data: Path) -> Territory:
    return load_territory(ILLE_ET_VILAINE, base=shared_data)


@pytest.fixture(scope="module")
def demo() -> Territory:
    return load_territory(ROOT / "data")


@pytest.fixture
def mini(tmp_path: Path) -> Path:
    write_minidata(tmp_path)
    return tmp_path


def spoil(folder: Path, file: str, old: str, new: str) -> None:
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new), encoding="utf-8")


def match_of(territory: Territory, what: str) -> Match:
    (found,) = [m for m in territory.matches if m.what == what]
    return found


def estimate_of(territory: Territory, quantity: str) -> Estimate:
    (found,) = [e for e in territory.estimates if e.quantity == quantity]
    return found


def eta_squared(pupils: np.ndarray, ips: np.ndarray, sd: np.ndarray) -> float:
    between = pupils @ (ips - np.average(ips, weights=pupils)) ** 2
    return float(between / (between + pupils @ sd**2))


def assert_as_published(territory: Territory) -> None:
    """Today's sectors give back every published total, IPS and deviation, and every outline is kept."""
    units, colleges = territory.units, territory.colleges
    inside = units.present >= 0
    present, size = units.present[inside], len(colleges)
    pupils = units.pupils[inside]
    total = np.bincount(present, pupils, size)
    assert total == pytest.approx(colleges.pupils, abs=1e-6)
    assert np.all(units.pupils[~inside] == 0)
    mean = np.bincount(present, pupils * units.ips[inside], size) / total
    assert mean == pytest.approx(colleges.ips, abs=1e-6)
    spread = units.ips_sd[inside] ** 2 + (units.ips[inside] - mean[present]) ** 2
    assert np.sqrt(np.bincount(present, pupils * spread, size) / total) == pytest.approx(colleges.ips_sd, abs=1e-6)
    group = colleges.pupils * ndtr((territory.group_ips - colleges.ips) / colleges.ips_sd)
    assert np.bincount(present, units.group[inside], size) == pytest.approx(group, abs=1e-6)
    assert units.group.sum() == pytest.approx(territory.group_share * colleges.pupils.sum())
    assert np.all(np.bincount(present, minlength=size) >= 1)
    assert colleges.grade_pupils.sum(axis=1) == pytest.approx(colleges.pupils)
    assert len(set(units.unit)) == len(units)
    assert np.all(shapely.is_valid(units.geometry))
    for values in (units.pupils, units.ips, units.ips_sd, units.group, units.ecole_pupils, units.area_km2):
        assert np.isfinite(values).all()
        assert (values >= 0).all()


@pytest.mark.parametrize("name", ["demo", "pas_de_calais", "ille_et_vilaine"])
def test_today_assert_as_published(name: str, request: pytest.FixtureRequest) -> None:
    assert_as_published(request.getfixturevalue(name))


@pytest.mark.parametrize("name", ["demo", "pas_de_calais"])
def test_parts_partition_their_commune(name: str, request: pytest.FixtureRequest) -> None:
    units = request.getfixturevalue(name).units
    table = pd.DataFrame({"commune": units.commune, "geometry": units.geometry, "area": shapely.area(units.geometry)})
    cut = table[table["commune"].duplicated(keep=False)]
    assert len(cut) > 100
    for _, parts in cut.groupby("commune"):
        outline = shapely.union_all(parts["geometry"].to_numpy())
        assert parts["area"].sum() == pytest.approx(outline.area, rel=1e-6), "no overlap"
    assert table["area"].sum() == pytest.approx(shapely.union_all(units.geometry).area, rel=1e-6)


def test_pas_de_calais_facts(pas_de_calais: Territory) -> None:
    facts = pas_de_calais.summary()
    assert (facts["colleges_public"], facts["colleges_private"], facts["communes_sectored"]) == (125, 32, 888)
    assert facts["pupils_public"] == 60_519
    assert facts["pupils_private"] == 74_147 - 60_519
    assert facts["ips_mean_public"] == pytest.approx(89.51, abs=0.005)
    assert pas_de_calais.base_rentree == 2022
    c, p = pas_de_calais.colleges, pas_de_calais.private
    assert (c.ips.min(), c.ips.max()) == (62.8, 113.9)
    assert eta_squared(c.pupils, c.ips, c.ips_sd) == pytest.approx(0.0956, abs=5e-5)
    both = [np.concatenate([getattr(c, name), getattr(p, name)]) for name in ("pupils", "ips", "ips_sd")]
    assert eta_squared(both[0], both[1], both[2]) == pytest.approx(0.1862, abs=5e-5)
    assert dict(zip(*np.unique(c.priority, return_counts=True), strict=True)) == {"": 83, "REP": 32, "REP+": 10}
    assert pas_de_calais.cohorts.history.query("rentree == 2020")["pupils"].sum() == 62_025
    assert pas_de_calais.cohorts.history.query("rentree == 2020")["p6e"].sum() == 15_465
    assert pas_de_calais.units.ecole_pupils.sum() == pytest.approx(77_910)
    assert np.isfinite(p.xy_m).all()


def test_pas_de_calais_joins_are_told(pas_de_calais: Territory) -> None:
    assert match_of(pas_de_calais, "collèges inside the commune they declare").unmatched == ("0622951W", "0623018U")
    assert match_of(pas_de_calais, "communes in a sector").unmatched == ("62195", "62210", "62730")
    outside = match_of(pas_de_calais, "collèges of the sectors in the territory").unmatched
    assert {text.split()[0] for text in outside} == {"0593231S", "0593246H", "0594294X", "0594650J"}
    assert estimate_of(pas_de_calais, "capacity").count == 125
    assert pas_de_calais.colleges.capacity_estimated.all()
    assert estimate_of(pas_de_calais, "lunch rate").count == 125
    assert np.isnan(pas_de_calais.colleges.seats).all()
    assert match_of(pas_de_calais, "units in one connected neighbour graph").unmatched == ()
    assert len(pas_de_calais.sources) == 9


def test_pas_de_calais_outside_and_assumed(pas_de_calais: Territory) -> None:
    units = pas_de_calais.units
    outside = set(units.commune[units.present == OUTSIDE])
    assert {"62087", "62297", "62338", "62502", "62863"} <= outside
    assert set(units.commune[units.present_assumed]) == {"62195", "62210", "62730"}
    shared = units.commune == "62193"  # Calais, eight collèges
    assert len(set(units.present[shared])) == 8
    assert units.approximate[shared].all()


def test_loading_twice_gives_the_same(demo: Territory) -> None:
    first, again = demo.units, load_territory(ROOT / "data" / "territory.toml").units
    assert again.unit.tolist() == first.unit.tolist()
    for name in ("xy_m", "present", "pupils", "ips", "group", "ecole_pupils", "edges", "edge_length_m"):
        assert np.array_equal(getattr(again, name), getattr(first, name)), name


def test_ille_et_vilaine_facts(ille_et_vilaine: Territory) -> None:
    facts = ille_et_vilaine.summary()
    assert facts["pupils_public"] == 31_487
    assert facts["pupils_private"] == 55_544 - 31_487
    assert facts["ips_mean_public"] == pytest.approx(108.74, abs=0.005)
    c = ille_et_vilaine.colleges
    assert eta_squared(c.pupils, c.ips, c.ips_sd) == pytest.approx(0.1380, abs=5e-5)
    assert facts["communes_sectored"] == 340
    assert sorted(ille_et_vilaine.cohorts.history["rentree"].unique()) == list(range(2015, 2023))
    ecoles = ille_et_vilaine.cohorts.ecole_history
    assert ecoles.query("rentree == 2022")["cm2"].sum() == pytest.approx(ille_et_vilaine.units.ecole_pupils[:, 4].sum())
    assert not match_of(ille_et_vilaine, "public écoles joined to a commune").unmatched


def test_ille_et_vilaine_in_the_past(ille_et_vilaine: Territory) -> None:
    cohorts = ille_et_vilaine.cohorts
    private = cohorts.private_history.groupby("rentree")[["pupils", "p6e"]].sum()
    assert private.loc[[2019, 2020, 2021], "p6e"].tolist() == [6361, 6191, 6386]
    assert private.loc[2022, "pupils"] == 55_544 - 31_487
    assert cohorts.private_ecoles.groupby("rentree")["cm2"].sum().tolist() == [5197, 5211, 5240, 5152]
    special = cohorts.special.groupby(["kind", "rentree"])["pupils"].sum()
    assert special["ulis"].tolist() == [288, 317, 340]
    # all public establishments have 1,393, 1,413 and 1,396; two EREA, which are no collèges, have the others
    assert special["segpa"].tolist() == [1393 - 124, 1413 - 113, 1396 - 123]
    erea = {name[:8] for name in match_of(ille_et_vilaine, "establishments of every rentrée that are collèges").unmatched}
    assert {"0350732F", "0350747X", "0350710G"} <= erea
    late = match_of(ille_et_vilaine, "public collèges open since the first rentrée published")
    assert late.unmatched == ("0352957Z (2020)", "0352958A (2020)", "0352959B (2020)")
    closed = match_of(ille_et_vilaine, "public collèges of earlier rentrées open at the base rentrée")
    assert closed.unmatched == ("0350897K (2016: 242 pupils)",)
    closed = match_of(ille_et_vilaine, "private collèges of earlier rentrées open at the base rentrée")
    assert "0350859U (2020: 497 pupils)" in closed.unmatched
    assert "0353036K" in set(cohorts.private_history["uai"]), "its successor, perhaps: not guessed"


def test_private_écoles_count_where_they_stand(mini: Path) -> None:
    row = "2022;MINI;MINI;MINI;099;La C99002;99999;99999;0990107D;ECOLE;;PRIVE;0;0;3;33;0;33;0;0;5;6;7;8;7;x"
    with (mini / "ecoles.csv").open("a", encoding="utf-8") as stream:
        stream.write(row + "\n" + row.replace("2022;", "2021;", 1).replace(";5;6;7;", ";ns;6;7;") + "\n")
    territory = load_territory(mini / "territory.toml")
    table = territory.cohorts.private_ecoles
    assert table.to_numpy().tolist() == [["99002", 2021, 0, 6, 7, 8, 7], ["99002", 2022, 5, 6, 7, 8, 7]]
    assert match_of(territory, "rows of private écoles with every grade").unmatched == ("0990107D 2021",)
    assert territory.units.ecole_pupils.sum() == pytest.approx(796), "public ones only"


def test_demo_is_whole(demo: Territory) -> None:
    facts = demo.summary()
    assert (facts["colleges_public"], facts["colleges_private"]) == (125, 32)
    assert demo.fictional
    assert (demo.colleges.kitchen >= 0).sum() == (demo.colleges.lunch_rate > 0).sum()
    short = match_of(demo, "capacities at or above today's enrolment")
    assert len(short.unmatched) == (demo.colleges.capacity < demo.colleges.pupils).sum() > 0
    assert not (~demo.colleges.capacity_estimated & np.isnan(demo.colleges.capacity)).any()
    certain = np.char.str_len(demo.units.unit) == 9
    assert certain.sum() > 100, "cut along IRIS"
    assert (demo.units.ips_imputed & demo.units.ecole_served).any()


def test_mini_by_hand(mini: Path) -> None:
    territory = load_territory(mini / "territory.toml")
    assert_as_published(territory)
    units, colleges = territory.units, territory.colleges
    assert territory.base_rentree == 2022
    assert units.unit.tolist() == ["99001", "99002", "99003", "99004", "99005", "99006"]
    assert units.edges.tolist() == [[0, 1], [0, 3], [1, 2], [1, 4], [2, 5], [3, 4], [4, 5]]
    assert units.edge_length_m == pytest.approx([SIDE_M] * 7, rel=0.01)
    assert units.present.tolist() == [0, 0, 1, 2, 2, 1]
    assert colleges.unit.tolist() == [0, 2, 4]
    assert colleges.capacity.tolist() == [360, 300, 280]
    assert units.xy_m[1] == pytest.approx(centre("99002"), abs=1.0)
    # 99001 and 99002 share collège 0990001N by their écoles: 270 and 70 pupils
    assert units.pupils[:2] == pytest.approx([300 * 270 / 340, 300 * 70 / 340])
    # 99006 has no école: its neighbours 99003 (240) and 99005 (160) share theirs with it, by area
    assert units.ecole_served.tolist() == [False] * 5 + [True]
    assert units.ecole_pupils[[2, 4, 5]].sum() == pytest.approx(400)
    assert 100 < units.ecole_pupils[5].sum() < 200
    # écoles 96 (270 pupils) and 100 (70): the difference of 4 stays, the mean becomes 95
    assert units.ips[1] - units.ips[0] == pytest.approx(4.0)
    assert territory.private.uai.tolist() == ["0990009X"]


def test_a_commune_in_no_sector_is_a_fault_or_assumed(mini: Path) -> None:
    spoil(mini, "secteurs.csv", "99006,0990002P\n", "")
    with pytest.raises(InputError, match="communes in no sector") as error:
        load_territory(mini / "territory.toml")
    assert error.value.faults[0].rows == ("99006",)
    assert "unsectored" in error.value.faults[0].remedy
    spoil(mini, "territory.toml", "fictional = true", 'fictional = true\nunsectored = "neighbours"')
    territory = load_territory(mini / "territory.toml")
    assert_as_published(territory)
    assert territory.units.present_assumed.tolist() == [False] * 5 + [True]
    assert territory.units.present[5] in (1, 2)


def test_all_faults_of_all_joins_at_once(mini: Path) -> None:
    spoil(mini, "secteurs.csv", "99006,0990002P", "99006,0990999Z\n99077,0990002P")
    spoil(mini, "capacites.csv", "0990003R", "0990555T")
    spoil(mini, "positions.csv", "0990001N;", "0990444S;")
    with pytest.raises(InputError) as error:
        load_territory(mini / "territory.toml")
    found = {(fault.file, fault.message.split(":")[0], fault.rows) for fault in error.value.faults}
    assert ("secteurs.csv", "unknown UAI", ("0990999Z",)) in found
    assert ("secteurs.csv", "communes of which no contour is given", ("99077",)) in found
    assert ("capacites.csv", "unknown UAI", ("0990555T",)) in found
    assert ("positions.csv", "public collèges without a position", ("0990001N",)) in found


def test_a_collège_without_sector_is_a_fault_or_shares_its_commune(mini: Path) -> None:
    spoil(mini, "secteurs.csv", "99003,0990002P\n", "99003,0990001N\n")
    spoil(mini, "secteurs.csv", "99006,0990002P\n", "99006,0990003R\n")
    with pytest.raises(InputError, match=r"no commune is sectored \(0990002P\)"):
        load_territory(mini / "territory.toml")
    spoil(mini, "territory.toml", "fictional = true", 'fictional = true\nunsectored = "neighbours"')
    territory = load_territory(mini / "territory.toml")
    assert_as_published(territory)
    assert match_of(territory, "collèges with a sector").unmatched == ("0990002P",)
    assert set(territory.units.commune[territory.units.present == 1]) == {"99003"}


def test_a_collège_of_another_département_is_outside(mini: Path) -> None:
    spoil(mini, "secteurs.csv", "99002,0990001N", "99002,0980001A")
    spoil(mini, "secteurs.csv", "99004,0990003R", "99004,0990003R\n99004,0980001A")
    territory = load_territory(mini / "territory.toml")
    assert_as_published(territory)
    units = territory.units
    assert units.present[units.commune == "99002"].tolist() == [OUTSIDE]
    assert sorted(units.present[units.commune == "99004"]) == [OUTSIDE, 2]
    assert units.pupils[units.commune == "99002"].sum() == 0
    assert units.ecole_pupils[units.commune == "99002"].sum() == pytest.approx(70)
    assert len(match_of(territory, "collèges of the sectors in the territory").unmatched) == 2


def test_merged_communes_become_one_outline(mini: Path) -> None:
    spoil(mini, "secteurs.csv", "99005,0990003R\n", "")
    with (mini / "territory.toml").open("a", encoding="utf-8") as stream:
        stream.write('\n[merged_communes]\n"99005" = "99004"\n')
    territory = load_territory(mini / "territory.toml")
    assert_as_published(territory)
    mine = territory.units.commune == "99004"
    assert shapely.union_all(territory.units.geometry[mine]).area == pytest.approx(2 * SIDE_M**2, rel=0.01)
    assert territory.units.ecole_pupils[mine].sum() > 160
    assert match_of(territory, "contours of present communes").unmatched == ("99005",)
    assert territory.colleges.commune[2] == "99004"


def test_a_shared_commune_is_cut_and_marked(mini: Path) -> None:
    spoil(mini, "secteurs.csv", "99002,0990001N", "99002,0990001N\n99002,0990002P")
    territory = load_territory(mini / "territory.toml")
    assert_as_published(territory)
    mine = territory.units.commune == "99002"
    west, east = (territory.units.xy_m[mine & (territory.units.present == s), 0] for s in (0, 1))
    assert west.max() < east.min()
    assert territory.units.approximate[mine].all()
    assert not territory.units.approximate[~mine].any()


def test_without_écoles_pupils_follow_the_communes_area(mini: Path) -> None:
    spoil(mini, "territory.toml", 'ips_ecoles = "ips_ecoles.csv"\n', "")
    spoil(mini, "territory.toml", 'ecole_pupils = "ecoles.csv"\n', "")
    territory = load_territory(mini / "territory.toml")
    assert_as_published(territory)
    assert territory.units.pupils == pytest.approx([150, 150, 120, 100, 100, 120], rel=0.001)
    assert territory.units.ips_imputed.all()
    assert territory.units.ecole_pupils.sum() == 0
    assert territory.cohorts.ecole_history.empty
    assert estimate_of(territory, "weight of communes").count == 6


def test_écoles_without_grades_are_a_fifth_each(mini: Path) -> None:
    spoil(mini, "territory.toml", 'ecole_pupils = "ecoles.csv"\n', "")
    territory = load_territory(mini / "territory.toml")
    assert territory.units.ecole_pupils.sum(axis=0) == pytest.approx([156.4 - 1.4] * 5, abs=5)
    assert estimate_of(territory, "école pupils by grade").count == 5
    assert territory.cohorts.ecole_history.empty, "a fifth is not an observation"


def test_a_collège_far_away_is_a_fault(mini: Path) -> None:
    contours = json.loads((mini / "communes.geojson").read_text(encoding="utf-8"))
    for feature in contours["features"]:
        (ring,) = feature["geometry"]["coordinates"]
        feature["geometry"]["coordinates"] = [[[lon + 1.0, lat] for lon, lat in ring]]
    (mini / "communes.geojson").write_text(json.dumps(contours), encoding="utf-8")
    with pytest.raises(InputError, match="more than 20 km outside") as error:
        load_territory(mini / "territory.toml")
    assert error.value.faults[0].rows == ("0990001N", "0990002P", "0990003R")


def test_capacity_below_enrolment_is_listed(mini: Path) -> None:
    spoil(mini, "capacites.csv", "0990002P;300", "0990002P;200")
    territory = load_territory(mini / "territory.toml")
    listed = match_of(territory, "capacities at or above today's enrolment")
    assert listed.unmatched == ("0990002P (200 places, 240 pupils)",)
    assert territory.colleges.capacity[1] == 200


def test_unpublished_ips_is_imputed_or_left_out(mini: Path) -> None:
    spoil(mini, "ips.csv", "240.0;85.0;29.0", "240.0;NS;NS")
    spoil(mini, "ips.csv", "150.0;115.0;28.0", "150.0;NS;NS")
    territory = load_territory(mini / "territory.toml")
    assert territory.colleges.ips_sd[1] == pytest.approx(30.5)  # median of 30 and 31
    assert 80 < territory.colleges.ips[1] < 100
    assert estimate_of(territory, "ips of collèges").count == 1
    assert len(territory.private) == 0
    assert match_of(territory, "private collèges with IPS and enrolment").unmatched == ("0990009X",)
    assert_as_published(territory)


def test_missing_tables_and_wrong_codes_are_faults(mini: Path) -> None:
    toml = (mini / "territory.toml").read_text(encoding="utf-8")
    (mini / "territory.toml").write_text(toml.replace('sectors = "secteurs.csv"\n', ""), encoding="utf-8")
    with pytest.raises(InputError, match="no file of sectors"):
        load_territory(mini / "territory.toml")
    (mini / "territory.toml").write_text(toml.replace('code = "99"', 'code = "62"'), encoding="utf-8")
    with pytest.raises(InputError, match="département 62") as error:
        load_territory(mini / "territory.toml")
    assert {fault.file for fault in error.value.faults} == {"communes.geojson", "ips.csv"}
    (mini / "territory.toml").write_text(toml.replace("base_rentree = 2022", "base_rentree = 2015"), encoding="utf-8")
    with pytest.raises(InputError, match=r"no enrolment .* 2015"):
        load_territory(mini / "territory.toml")


def test_a_folder_without_settings_is_recognised(mini: Path) -> None:
    named = load_territory(mini / "territory.toml")
    (mini / "territory.toml").unlink()
    territory = load_territory(mini, code="099")
    assert_as_published(territory)
    assert (territory.code, territory.name, territory.base_rentree) == ("99", "99", 2022)
    assert territory.units.pupils == pytest.approx(named.units.pupils)


def test_without_effectifs_grades_are_quarters(mini: Path) -> None:
    spoil(mini, "territory.toml", 'college_pupils = "effectifs.csv"\n', "")
    spoil(mini, "territory.toml", "base_rentree = 2022\n", "")
    territory = load_territory(mini / "territory.toml")
    assert territory.colleges.grade_pupils[0] == pytest.approx([75.0] * 4)
    assert estimate_of(territory, "pupils by grade, unknown").count == 3
    assert territory.cohorts.history["rentree"].tolist() == [2022] * 3
    assert territory.colleges.priority.tolist() == ["", "", ""]


def test_a_collège_without_pupils_is_a_fault(mini: Path) -> None:
    spoil(mini, "ips.csv", ";300.0;95.0", ";;95.0")
    spoil(mini, "effectifs.csv", "2022;MINI;MINI;MINI;C99001;0990001N", "2020;MINI;MINI;MINI;C99001;0990001N")
    with pytest.raises(InputError, match="without enrolment at base rentrée 2022") as error:
        load_territory(mini / "territory.toml")
    assert error.value.faults[0].rows == ("0990001N",)


def test_a_code_that_contradicts_the_settings_is_refused(tmp_path: Path) -> None:
    toml = write_minidata(tmp_path / "mini")
    assert load_territory(toml, code="099").code == "99"
    with pytest.raises(InputError, match="is about département 99, not 62"):
        load_territory(tmp_path / "mini", code="62")


def test_settings_may_name_the_folder_of_their_files(tmp_path: Path) -> None:
    toml = write_minidata(tmp_path / "mini")
    moved = tmp_path / "elsewhere.toml"
    moved.write_text('folder = "mini"\n' + toml.read_text(encoding="utf-8"), encoding="utf-8")
    assert load_territory(moved).summary() == load_territory(toml).summary()


def test_unknown_canteen_places_are_estimated_only_where_asked(tmp_path: Path) -> None:
    toml = write_minidata(tmp_path / "mini")
    assert np.isnan(load_territory(toml).colleges.seats).all()
    toml.write_text(toml.read_text(encoding="utf-8").replace("[files]", "estimate_canteens = true\n[files]"), encoding="utf-8")
    territory = load_territory(toml)
    assert territory.colleges.canteen_estimated.all()
    lunches = territory.colleges.lunch_rate * territory.colleges.pupils
    assert (territory.colleges.seats * territory.colleges.sittings >= lunches).all()
    assert any(estimate.quantity == "canteen places" for estimate in territory.estimates)
