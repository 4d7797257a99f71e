"""One thing spoilt at a time in a small département: refused in words a planner can act on, or read and told."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from maillage.errors import Fault, InputError, ScenarioError
from maillage.sources import load_territory
from maillage.territory import Match, Territory
from minidata import write_minidata

BOARDING = (
    "rentree;uai;nombre_d_eleves_dans_une_formation_du_second_degre;nombre_d_eleves_2d_demi_pensionnaires;"
    "nombre_d_eleves_2d_internes\n2022;0990001N;300;200;150\n2022;0990002P;240;150;0\n"
)


@pytest.fixture
def mini(tmp_path: Path) -> Path:
    write_minidata(tmp_path)
    return tmp_path


def spoil(folder: Path, file: str, old: str, new: str) -> None:
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new), encoding="utf-8")


def without(folder: Path, file: str, word: str) -> None:
    """Take out the lines of a file that hold a word."""
    lines = (folder / file).read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if word not in line]
    assert len(kept) < len(lines)
    (folder / file).write_text("\n".join(kept) + "\n", encoding="utf-8")


def add(folder: Path, key: str, file: str, text: str) -> None:
    """Write one more file and name it in the settings, under ``[files]`` or as an own table (``own.canteens``)."""
    (folder / file).write_text(text, encoding="utf-8")
    settings = folder / "territory.toml"
    toml = settings.read_text(encoding="utf-8")
    if key.startswith("own."):
        toml += f'\n[{key}]\npath = "{file}"\n'
    else:
        toml = toml.replace("[files]\n", f'[files]\n{key} = "{file}"\n')
    settings.write_text(toml, encoding="utf-8")


def contours(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    path = folder / "communes.geojson"
    data = json.loads(path.read_text(encoding="utf-8"))
    change(data)
    path.write_text(json.dumps(data), encoding="utf-8")


def fault_of(folder: Path) -> Fault:
    """The one fault for which the folder is refused."""
    with pytest.raises(InputError) as caught:
        load_territory(folder)
    assert len(caught.value.faults) == 1, str(caught.value)
    return caught.value.faults[0]


def loaded(folder: Path) -> Territory:
    """The territory; its units hold the pupils that its collèges publish."""
    territory = load_territory(folder)
    assert territory.units.pupils.sum() == pytest.approx(territory.colleges.pupils.sum())
    return territory


def match_of(territory: Territory, what: str) -> Match:
    (found,) = [m for m in territory.matches if what in m.what]
    return found


# ---- Collèges


def test_ips_all_secret(mini: Path) -> None:
    for ips, sd in ((95.0, 30.0), (85.0, 29.0), (105.0, 31.0)):
        spoil(mini, "ips.csv", f";{ips};{sd}", ";NS;NS")
    fault = fault_of(mini)
    assert (fault.column, "all missing or secret" in fault.message) == ("ips", True)


def test_enrolment_all_secret(mini: Path) -> None:
    without(mini, "effectifs.csv", "2022;MINI")
    for pupils in (300.0, 240.0, 200.0, 150.0):
        spoil(mini, "ips.csv", f";{pupils};", ";ns;")
    fault = fault_of(mini)
    assert fault.message == "no enrolment of public collèges at base rentrée 2022"
    assert fault.remedy == "Choose one of [2021]", "only rentrées that have figures"


def test_a_college_that_only_the_effectifs_know_is_named(mini: Path) -> None:
    without(mini, "positions.csv", "0990002P")
    without(mini, "ips.csv", "0990002P")
    without(mini, "capacites.csv", "0990002P")
    spoil(mini, "secteurs.csv", "0990002P", "0990001N")
    match = match_of(loaded(mini), "establishments of the effectifs")
    assert (match.matched, match.total, match.unmatched) == (2, 3, ("0990002P (240 pupils)",))


def test_enrolments_that_contradict_each_other_are_named(mini: Path) -> None:
    spoil(mini, "ips.csv", ";300.0;", ";400.0;")
    match = match_of(loaded(mini), "enrolments within 10%")
    assert match.unmatched == ("0990001N (400 in the IPS file, 300 in the effectifs)",)
    assert match.consequence == "that of the IPS file is used"


def test_faults_of_joins_name_the_columns_of_the_file(mini: Path) -> None:
    spoil(mini, "secteurs.csv", "99002,0990001N", "99002,0990007A")
    spoil(mini, "capacites.csv", "0990003R", "0990033R")
    without(mini, "positions.csv", "0990002P")
    with pytest.raises(InputError) as caught:
        load_territory(mini)
    assert {(Path(f.file).name, f.column, f.rows) for f in caught.value.faults} == {
        ("secteurs.csv", "code_rne", ("0990007A",)),
        ("capacites.csv", "Code RNE", ("0990033R",)),
        ("positions.csv", "numero_uai", ("0990002P",)),
    }


def test_a_private_college_nobody_can_place_is_counted_and_named(mini: Path) -> None:
    without(mini, "positions.csv", "0990009X")
    spoil(mini, "ips.csv", "COLLEGE 9X;99003", "COLLEGE 9X;99999")
    territory = loaded(mini)
    assert territory.private.pupils.sum() == 150
    assert match_of(territory, "private collèges that can be placed").unmatched == ("0990009X",)
    assert match_of(territory, "private collèges with a position").unmatched == ()


def test_coordinates_that_fall_abroad(mini: Path) -> None:
    lines = (mini / "positions.csv").read_text(encoding="utf-8").replace("EPSG:2154", "EPSG:3857").splitlines()
    header = lines[0].split(";")
    cells = [line.split(";") for line in lines[1:]]
    for row in cells:
        row[header.index("latitude")] = row[header.index("longitude")] = ""
    (mini / "positions.csv").write_text("\n".join([lines[0], *map(";".join, cells)]) + "\n", encoding="utf-8")
    fault = fault_of(mini)
    assert "outside metropolitan France" in fault.message
    assert fault.rows == ("line 2", "line 3", "line 4", "line 5")


# ---- Écoles


def test_secret_ecole_figures_are_named(mini: Path) -> None:
    spoil(mini, "ecoles.csv", ";44;46;48;50;52;", ";ns;ns;ns;ns;ns;")
    territory = loaded(mini)
    assert match_of(territory, "rows of public écoles with every grade").unmatched == ("0990103Z 2022",)
    assert territory.units.ecole_pupils.sum() == pytest.approx(796 - 240)


def test_without_any_ecole_the_estimate_says_so(mini: Path) -> None:
    spoil(mini, "territory.toml", 'ips_ecoles = "ips_ecoles.csv"\n', "")
    spoil(mini, "territory.toml", 'ecole_pupils = "ecoles.csv"\n', "")
    methods = {e.quantity: e.method for e in loaded(mini).estimates}
    assert methods["pupils by commune"].startswith("no école pupils known")
    assert methods["ips of units"].endswith("else the mean of the collèges")


def test_the_ips_of_colleges_is_not_that_of_ecoles(mini: Path) -> None:
    spoil(mini, "territory.toml", 'ips_ecoles = "ips_ecoles.csv"', 'ips_ecoles = "ips.csv"')
    fault = fault_of(mini)
    assert (fault.column, fault.message) == ("ecart_type_de_l_ips", "is the IPS of collèges, not of écoles")


def test_ecoles_of_another_département_do_not_hide_those_of_the_ips_table(mini: Path) -> None:
    text = (mini / "ecoles.csv").read_text(encoding="utf-8").replace("09901", "06201")
    (mini / "ecoles.csv").write_text(text, encoding="utf-8")
    territory = loaded(mini)
    assert territory.units.ecole_pupils.sum() == pytest.approx(796), "a fifth a grade of the IPS table's pupils"
    assert match_of(territory, "optional tables").unmatched == ("ecole pupils",)


# ---- Contours


def test_a_polygon_without_area(mini: Path) -> None:
    def flatten(data: dict[str, Any]) -> None:
        ring = data["features"][1]["geometry"]["coordinates"][0]
        data["features"][1]["geometry"]["coordinates"][0] = [ring[0], ring[1], ring[0], ring[0]]

    contours(mini, flatten)
    fault = fault_of(mini)
    assert (fault.message, fault.rows) == ("a polygon without area", ("feature 2",))


def test_two_communes_in_one_place(mini: Path) -> None:
    def stack(data: dict[str, Any]) -> None:
        data["features"][1]["geometry"] = data["features"][0]["geometry"]

    contours(mini, stack)
    fault = fault_of(mini)
    assert "within another commune's contour" in fault.message
    assert fault.rows == ("99001", "99002")


def test_iris_that_leave_a_part_of_their_commune_out(mini: Path) -> None:
    data = json.loads((mini / "communes.geojson").read_text(encoding="utf-8"))
    whole, half = data["features"][0], data["features"][2]
    ring = half["geometry"]["coordinates"][0]
    half["geometry"]["coordinates"][0] = [ring[0], ring[1], ring[2], ring[0]]
    for feature, code in ((whole, "990010000"), (half, "990030000")):
        feature["properties"] = {"code_iris": code, "insee_com": code[:5], "nom_iris": "Bourg"}
    add(mini, "iris", "iris.geojson", json.dumps({**data, "features": [whole, half]}))
    match = match_of(loaded(mini), "communes whose IRIS make up their area")
    assert (match.total, match.unmatched) == (2, ("99003",))


@pytest.mark.parametrize(("encoding", "named"), [("cp1252", "Windows-1252"), ("utf-16", "UTF-16")])
def test_contours_in_another_encoding(mini: Path, encoding: str, named: str) -> None:
    path = mini / "communes.geojson"
    path.write_bytes(path.read_text(encoding="utf-8").replace("C99001", "Évreux").encode(encoding))
    fault = fault_of(mini)
    assert fault.message.startswith("wrong encoding")
    assert named in fault.message


def test_contours_cut_short(mini: Path) -> None:
    path = mini / "communes.geojson"
    path.write_bytes(path.read_bytes()[:900])
    fault = fault_of(mini)
    assert "is not a readable file of contours" in fault.message
    assert "cut short" in fault.remedy


def test_roads_that_cannot_be_opened(mini: Path) -> None:
    add(mini, "roads", "routes.gpkg", "not a GeoPackage")
    assert fault_of(mini).file.endswith("routes.gpkg")


# ---- Sectors


def test_two_sector_files_that_disagree(mini: Path) -> None:
    rows = "code_insee,code_rne\n99001,0990001N\n99001,0990002P\n99002,0990003R\n99003,0990002P\n"
    (mini / "autres.csv").write_text(rows, encoding="utf-8")
    spoil(mini, "territory.toml", '"secteurs.csv"', '["secteurs.csv", "autres.csv"]')
    match = match_of(loaded(mini), "autres.csv")
    assert (match.matched, match.total, match.unmatched) == (1, 3, ("99001", "99002"))


def test_two_ips_files_that_disagree_on_public_or_private(mini: Path) -> None:
    text = (mini / "ips.csv").read_text(encoding="utf-8").replace("C99001;public", "C99001;privé sous contrat")
    (mini / "autre.csv").write_text(text, encoding="utf-8")
    spoil(mini, "territory.toml", '"ips.csv"', '["ips.csv", "autre.csv"]')
    assert match_of(loaded(mini), "autre.csv").unmatched == ("0990001N 2022",)


# ---- Canteens and projection


@pytest.mark.parametrize(
    ("rows", "blamed"),
    [
        ("0990001N;0990002P\n0990002P;0990001N\n", ("0990001N", "0990002P")),
        ("0990001N;0990002P\n0990002P;0990003R\n", ("0990002P",)),
    ],
    ids=["each for the other", "chain"],
)
def test_a_kitchen_that_another_supplies(mini: Path, rows: str, blamed: tuple[str, ...]) -> None:
    add(mini, "own.supplies", "livraisons.csv", "kitchen_uai;served_uai\n" + rows)
    fault = fault_of(mini)
    assert "is itself supplied by another kitchen" in fault.message
    assert (fault.column, fault.rows) == ("served_uai", blamed)


def test_a_kitchen_may_be_said_to_cook_for_itself(mini: Path) -> None:
    add(mini, "own.supplies", "livraisons.csv", "kitchen_uai;served_uai\n0990001N;0990001N\n0990001N;0990002P\n")
    territory = loaded(mini)
    assert territory.colleges.kitchen.tolist() == [0, 0, -1]
    assert match_of(territory, "kitchens with a known output").unmatched == ("0990001N",)


def test_more_meals_for_ecoles_than_can_be_cooked(mini: Path) -> None:
    add(mini, "own.kitchens", "cuisines.csv", "uai;production_meals;ecole_meals\n0990001N;100;500\n")
    assert fault_of(mini).message == "more meals for écoles than the kitchen can cook"


def test_more_lunches_than_pupils(mini: Path) -> None:
    add(mini, "boarding", "hebergement.csv", BOARDING)
    territory = loaded(mini)
    assert match_of(territory, "demi-pensionnaires").unmatched == ("0990001N",)
    assert territory.colleges.lunch_rate[:2] == pytest.approx([1.0, 150 / 240])


def test_projections_out_of_order(mini: Path) -> None:
    add(mini, "projection", "projection.csv", "rentree;variant;pupils\n2025;high;700\n2025;low;800\n2026;low;600\n")
    fault = fault_of(mini)
    assert (fault.message, fault.rows) == ("low <= central <= high does not hold in the rentrée", ("line 2",))


def test_a_negative_projection_is_one_fault(mini: Path) -> None:
    add(mini, "projection", "projection.csv", "rentree;variant;pupils\n2025;central;-700\n2025;low;600\n")
    assert fault_of(mini).message == "negative number: -700.0"


# ---- Headers and settings


def test_a_title_above_the_table(mini: Path) -> None:
    path = mini / "capacites.csv"
    plain = path.read_text(encoding="utf-8")
    path.write_text("Capacités 2024;\n" + plain, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_territory(mini)
    assert all("its first line must be the header" in fault.remedy for fault in caught.value.faults)
    path.write_text("Capacités 2024\n" + plain, encoding="utf-8")
    assert "its first line must be the header" in fault_of(mini).remedy


def test_the_nearest_column_is_one_not_yet_in_use(mini: Path) -> None:
    spoil(mini, "effectifs.csv", "numero_college", "numero_colege")
    assert fault_of(mini).remedy.endswith("the nearest is 'numero_colege'")
    write_minidata(mini)
    spoil(mini, "ips.csv", ";ips;", ";indice;")
    assert "nearest" not in fault_of(mini).remedy, "no column looks like it"


def test_a_file_of_another_département_is_named(mini: Path) -> None:
    add(mini, "boarding", "hebergement.csv", BOARDING.replace("099", "062"))
    match = match_of(loaded(mini), "optional tables")
    assert match.unmatched == ("boarding",)


def test_communes_that_merge_in_a_circle(mini: Path) -> None:
    settings = mini / "territory.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text + '\n[merged_communes]\n"99001" = "99002"\n"99002" = "99001"\n', encoding="utf-8")
    with pytest.raises(ScenarioError, match="cannot merge into itself"):
        load_territory(mini)


def test_settings_without_files_take_those_of_the_folder(mini: Path) -> None:
    named = load_territory(mini)
    settings = '[territory]\ncode = "99"\nbase_rentree = 2022\nunsectored = "neighbours"\n'
    (mini / "territory.toml").write_text(settings, encoding="utf-8")
    (mini / "notes.csv").write_text("a;b\n1;2\n", encoding="utf-8")
    territory = loaded(mini)
    assert territory.units.pupils == pytest.approx(named.units.pupils)
    assert match_of(territory, "data files recognised").unmatched == ("notes.csv",)
    inline = {"territory": {"code": "99"}, "folder": mini.name}
    assert load_territory(inline, base=mini.parent).summary() == territory.summary()


def test_no_working_folder_is_searched_by_surprise(mini: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(mini)
    with pytest.raises(InputError) as caught:
        load_territory({"territory": {"code": "99"}})
    assert len(caught.value.faults) == 4
