"""The planner's own tables: any header through a mapping, CSV or spreadsheet, every fault."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from maillage.sources.own import (
    read_canteens,
    read_capacity,
    read_kitchens,
    read_projection,
    read_supplies,
    read_urban_networks,
)
from official_files import faults_of, only_fault, write, write_sheet


def test_capacity_with_the_planners_headers_in_a_spreadsheet(tmp_path: Path) -> None:
    rows = [["Collège", "Code RNE", "Capacité utile", "Mini"], ["Un", "0990001N", 600, 550], ["Deux", "0990002P", 480.0, None]]
    path = write_sheet(tmp_path / "places.xlsx", rows, sheet="Capacités")
    columns = {"uai": "Code RNE", "capacity": "Capacité utile", "capacity_low": "Mini"}
    table = read_capacity(path, sheet="Capacités", columns=columns)
    assert table["uai"].tolist() == ["0990001N", "0990002P"]
    assert table["capacity"].tolist() == [600, 480]
    assert table["capacity_low"][0] == 550
    assert math.isnan(table["capacity_low"][1])
    assert table["capacity_high"].isna().all()


def test_capacity_with_our_own_headers(tmp_path: Path) -> None:
    table = read_capacity(write(tmp_path / "c.csv", "uai,capacity", "0990001n,600"))
    assert table["uai"].tolist() == ["0990001N"]


def test_a_mapped_column_must_be_there(tmp_path: Path) -> None:
    path = write(tmp_path / "c.csv", "uai;capacite;Haute", "0990001N;600;700")
    fault = only_fault(lambda: read_capacity(path, columns={"capacity_high": "Capacité haute"}))
    assert fault.column == "capacity_high"
    assert "capacite_haute" in fault.message


def test_capacity_faults_at_once(tmp_path: Path) -> None:
    rows = ["0990001N;600;650", "0990001N;-5;", "099;ns;", "0990002P;beaucoup;"]
    faults = faults_of(lambda: read_capacity(write(tmp_path / "c.csv", "uai;capacity;capacity_low", *rows)))
    assert {(fault.message.split(":")[0], fault.rows[0]) for fault in faults} == {
        ("not a number", "line 5"),
        ("capacity_low <= capacity <= capacity_high does not hold", "line 2"),
        ("not a UAI (seven digits and a letter)", "line 4"),
        ("missing value", "line 4"),
        ("negative number", "line 3"),
        ("duplicated UAI", "0990001N on lines 2, 3"),
    }


def test_windows_encoding_of_own_tables_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "c.csv", "uai;capacité", "0990001N;600", encoding="cp1252")
    assert "wrong encoding" in only_fault(lambda: read_capacity(path)).message


def test_canteens(tmp_path: Path) -> None:
    table = read_canteens(write(tmp_path / "c.csv", "uai;Couverts;Services", "0990001N;160;2", "0990002P;120;"))
    assert table["seats"].tolist() == [160, 120]
    assert table["sittings"][0] == 2
    assert math.isnan(table["sittings"][1])
    bad = write(tmp_path / "bad.csv", "uai;seats;sittings", "0990001N;160;25")
    assert "sittings" in only_fault(lambda: read_canteens(bad)).message


def test_kitchens_and_supplies(tmp_path: Path) -> None:
    table = read_kitchens(write(tmp_path / "k.csv", "uai;production_meals;ecole_meals", "0990001N;900;80", "0990002P;;"))
    assert table["ecole_meals"].tolist() == [80, 0]
    assert math.isnan(table["production_meals"][1])
    supplies = read_supplies(write(tmp_path / "s.csv", "kitchen_uai;served_uai", "0990001N;0990002P"))
    assert supplies.to_numpy().tolist() == [["0990001N", "0990002P"]]


def test_a_canteen_is_supplied_by_one_kitchen(tmp_path: Path) -> None:
    path = write(tmp_path / "s.csv", "kitchen_uai;served_uai", "0990001N;0990002P", "0990003R;0990002P")
    fault = only_fault(lambda: read_supplies(path))
    assert "one kitchen" in fault.message
    assert fault.rows == ("0990002P on lines 2, 3",)


def test_urban_networks(tmp_path: Path) -> None:
    table = read_urban_networks(write(tmp_path / "r.csv", "Code INSEE;Réseau", "62041;Artis", "62765;", "2a004;Muvitarra"))
    assert table.to_numpy().tolist() == [["62041", "Artis"], ["62765", ""], ["2A004", "Muvitarra"]]
    bad = write(tmp_path / "bad.csv", "commune;network", "62041;Artis", "62041;Tadao", "Arras;Artis")
    faults = {fault.message.split(":")[0]: fault.rows for fault in faults_of(lambda: read_urban_networks(bad))}
    assert faults["duplicated commune (it lies in one urban network)"] == ("62041 on lines 2, 3",)
    assert ("line 4",) in faults.values()


@pytest.mark.parametrize(
    ("spelling", "variant"), [("central", "central"), ("Pop haute", "high"), ("bas", "low"), ("", "central")]
)
def test_projection(tmp_path: Path, spelling: str, variant: str) -> None:
    table = read_projection(write(tmp_path / "p.csv", "rentree;variante;effectifs", f"2030;{spelling};52 300"))
    assert table.to_numpy().tolist() == [[2030, variant, 52_300]]


def test_projection_without_variant_and_with_an_unknown_one(tmp_path: Path) -> None:
    assert read_projection(write(tmp_path / "p.csv", "rentree,pupils", "2030,52300"))["variant"].tolist() == ["central"]
    path = write(tmp_path / "q.csv", "rentree,variant,pupils", "2030,moyenne,52300")
    assert "'moyenne'" in only_fault(lambda: read_projection(path)).message
