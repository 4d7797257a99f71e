"""territory.toml: what it may hold, and how an unknown key is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from maillage.errors import ScenarioError
from maillage.sources.config import TerritoryFile, read_territory_file, territory_settings
from official_files import faults_of, only_fault, write

WHOLE = """
[territory]
code = "062"
name = "Pas-de-Calais"
base_rentree = 2022
group_share = 0.4
unsectored = "neighbours"
lunch_rate = 0.6

[files]
positions = "positions.csv"
ips_colleges = ["ap2022.csv", "ap2023.csv"]
roads = "troncons.gpkg"

[own.capacity]
path = "places.xlsx"
sheet = "2024"
columns = { uai = "Code RNE", capacity = "Capacité utile" }

[merged_communes]
62210 = "62442"
"""


def test_a_whole_file(tmp_path: Path) -> None:
    config = read_territory_file(write(tmp_path / "territory.toml", WHOLE))
    assert config.territory.code == "62"
    assert config.files.positions == ("positions.csv",)
    assert config.files.ips_colleges == ("ap2022.csv", "ap2023.csv")
    assert config.files.roads == "troncons.gpkg"
    assert config.own.capacity is not None
    assert config.own.capacity.columns["capacity"] == "Capacité utile"
    assert config.merged_communes == {"62210": "62442"}
    assert config.territory.split_above_pupils == 300


@pytest.mark.parametrize(("code", "read"), [("62", "62"), ("062", "62"), (62, "62"), (1, "01"), ("02A", "2A"), ("974", "974")])
def test_spellings_of_the_departement(code: object, read: str) -> None:
    assert territory_settings({"territory": {"code": code}}).territory.code == read


@pytest.mark.parametrize(
    ("line", "unknown", "nearest"),
    [
        ("group_share = 0.4", "group_chare = 0.4", "group_share"),
        ('positions = "positions.csv"', 'position = "positions.csv"', "positions"),
        ('sheet = "2024"', 'sheets = "2024"', "sheet"),
        ("[merged_communes]", "[merged_commune]", "merged_communes"),
        ("[own.capacity]", "[own.capacities]", "capacity"),
    ],
)
def test_an_unknown_key_is_refused_with_the_nearest(tmp_path: Path, line: str, unknown: str, nearest: str) -> None:
    path = write(tmp_path / "territory.toml", WHOLE.replace(line, unknown))
    fault = only_fault(lambda: read_territory_file(path))
    assert "unknown key" in fault.message
    assert nearest in fault.remedy
    assert fault.file == str(path)


def test_an_unknown_column_of_ours_is_refused_with_the_nearest(tmp_path: Path) -> None:
    path = write(tmp_path / "territory.toml", WHOLE.replace("capacity = ", "capacty = "))
    assert "did you mean 'capacity'" in str(only_fault(lambda: read_territory_file(path)))


def test_all_faults_of_the_file_at_once(tmp_path: Path) -> None:
    text = WHOLE.replace('code = "062"', 'code = "Pas-de-Calais"').replace("0.4", "4").replace('"neighbours"', '"voisins"')
    assert len(faults_of(lambda: read_territory_file(write(tmp_path / "territory.toml", text)))) == 3


def test_a_file_that_is_no_toml(tmp_path: Path) -> None:
    path = write(tmp_path / "territory.toml", "[territory", encoding="utf-8")
    assert "TOML" in only_fault(lambda: read_territory_file(path)).message
    assert "UTF-8" in only_fault(lambda: read_territory_file(write(path, 'name = "é"', encoding="cp1252"))).message
    assert "no such file" in only_fault(lambda: read_territory_file(tmp_path / "none.toml")).message


def test_settings_are_frozen() -> None:
    config = TerritoryFile.model_validate({"territory": {"code": "62"}})
    with pytest.raises(ValueError, match="frozen"):
        config.territory.name = "x"


def test_the_code_is_required() -> None:
    with pytest.raises(ScenarioError, match=r"territory\.code"):
        territory_settings({"territory": {"name": "x"}})
