"""The planner's table of coach circuits: both systems of coordinates, any header, every fault."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

import maillage
from maillage.errors import InputError
from maillage.report.words import Words
from maillage.sources.circuits import check_circuits, read_circuits
from maillage.sources.discover import discover
from maillage.sources.ledger import Ledger
from minidata import write_minidata
from official_files import faults_of, only_fault, write, write_sheet

HEADER = "circuit;time;stop;x_m;y_m;uai"
CALLS = ("A;07:15;Mairie;700000;6600000;", "A;07:40;Collège;705000;6600000;0990001N")


def test_our_own_headers(tmp_path: Path) -> None:
    table = read_circuits(write(tmp_path / "c.csv", HEADER, *CALLS))
    assert list(table.columns) == ["circuit", "time_min", "stop", "x_m", "y_m", "uai"]
    assert table["time_min"].tolist() == [435, 460]
    assert table["x_m"].tolist() == [700_000, 705_000]
    assert table["uai"].tolist() == ["", "0990001N"]
    assert table.attrs["dataset"] == "coach circuits"


def test_degrees_and_the_planners_headers_in_a_spreadsheet(tmp_path: Path) -> None:
    rows = [
        ["Ligne", "Rang", "Passage", "Arrêt", "longitude", "latitude", "Dessert"],
        ["12", 2, datetime.time(7, 40), "Collège", 3.1, 46.5, "0990001n, 0990002P"],
        ["12", 1, datetime.time(7, 5), "Mairie", 3.0, 46.5, None],
    ]
    path = write_sheet(tmp_path / "cars.xlsx", rows, sheet="Matin")
    columns = {"circuit": "Ligne", "order": "Rang", "time": "Passage", "uai": "Dessert"}
    table = read_circuits(path, sheet="Matin", columns=columns)
    assert table["stop"].tolist() == ["Mairie", "Collège"]
    assert table["time_min"].tolist() == [425, 460]
    assert table["uai"].tolist() == ["", "0990001N 0990002P"]
    # 3 degrees east and 46.5 north is the origin of Lambert-93.
    assert table.loc[0, ["x_m", "y_m"]].tolist() == pytest.approx([700_000, 6_600_000], abs=0.01)


def test_circuits_stay_apart_and_in_the_order_of_travel(tmp_path: Path) -> None:
    rows = ("B;07:50;q;700000;6600000", "A;7:10;p;700000;6600000", "B;07:55;r;701000;6600000", "A;07:20;q;700900;6600000")
    table = read_circuits(write(tmp_path / "c.csv", "circuit;time;stop;x_m;y_m", *rows))
    assert table["circuit"].tolist() == ["B", "B", "A", "A"]
    assert table["time_min"].tolist() == [470, 475, 430, 440]


def test_every_fault_at_once(tmp_path: Path) -> None:
    rows = [
        "A;1;07:15;Mairie;700000;6600000;;;",
        "A;2;07h20;Gare;701000;6600000;;;",
        "A;3;07:10;Poste;702000;6600000;;;",
        "A;3;07:30;École;;;;;",
        "A;5;07:40;Collège;703000;6600000;3.1;46.5;0990001N",
        "A;6;07:45;Port;3.1;46.5;;;99",
        "A;x;07:50;;704000;6600000;;;",
        "B;1;07:15;Bourg;700000;6600000;;;",
        "C;1;07:15;Pont;;;3.0;46.5;",
        "C;2;07:15;Pont;;;3.0;46.5;",
        "C;3;24:00;Pont;;;;46.5;",
        "C;4.5;07:50;Pont;;;3,2;deux;",
    ]
    path = write(tmp_path / "c.csv", "circuit;ordre;heure;arret;x_m;y_m;lon;lat;uai", *rows)
    found = {(fault.column, fault.message.split(":")[0]): fault.rows for fault in faults_of(lambda: read_circuits(path))}
    assert found == {
        ("heure", "not a time HH"): ("line 3", "line 12"),
        ("heure", "times go backwards within a circuit"): ("line 4",),
        ("lon", "no coordinates"): ("line 5", "line 12"),
        ("lon", "coordinates in both systems"): ("line 6",),
        ("lon", "coordinates outside metropolitan France"): ("line 7",),
        ("lat", "not a number"): ("line 13",),
        ("uai", "not a UAI (seven digits and a letter)"): ("line 7",),
        ("ordre", "not a number"): ("line 8",),
        ("ordre", "not a whole number"): ("line 13",),
        ("ordre", "the same number again in a circuit"): ("line 5",),
        ("arret", "missing value"): ("line 8",),
        ("circuit", "a circuit with one stop"): ("line 9",),
        ("circuit", "the same call again"): ("line 11",),
    }


def test_each_fault_says_what_to_do(tmp_path: Path) -> None:
    fault = only_fault(lambda: read_circuits(write(tmp_path / "c.csv", HEADER, CALLS[0], CALLS[1].replace("07:40", "7h40"))))
    assert str(fault) == f"{tmp_path / 'c.csv'}, column 'time': not a time HH:MM: '7h40' (line 3). Write 07:15"


def test_no_coordinates_at_all(tmp_path: Path) -> None:
    path = write(tmp_path / "c.csv", "circuit;time;stop", "A;07:15;Mairie", "A;07:40;Collège")
    fault = only_fault(lambda: read_circuits(path))
    assert (fault.column, fault.message, fault.rows) == ("lon", "no coordinates", ("line 2", "line 3"))


def test_a_missing_column_is_one_fault(tmp_path: Path) -> None:
    path = write(tmp_path / "c.csv", "circuit;stop;x_m;y_m", "A;Mairie;700000;6600000", "A;Collège;705000;6600000")
    assert only_fault(lambda: read_circuits(path)).column == "time"


def test_half_a_pair_beside_a_whole_one(tmp_path: Path) -> None:
    path = write(tmp_path / "c.csv", f"{HEADER};lon", *(f"{call};" for call in CALLS[:1]), f"{CALLS[1]};3.1")
    assert only_fault(lambda: read_circuits(path)).message == "coordinates in both systems"


def test_unknown_uai(tmp_path: Path) -> None:
    table = read_circuits(write(tmp_path / "c.csv", HEADER.replace("uai", "Collège desservi"), *CALLS))
    ledger = Ledger()
    check_circuits(table, ["0990001N"], "c.csv", ledger)
    check_circuits(None, [], "c.csv", ledger)
    assert ledger.faults == []
    check_circuits(table, ["0990002P"], "c.csv", ledger)
    assert [(fault.column, fault.message, fault.rows) for fault in ledger.faults] == [
        ("Collège desservi", "unknown UAI", ("0990001N",))
    ]


def load(folder: Path, *calls: str) -> maillage.Territory:
    """The small département with a table of circuits under the planner's own headers."""
    toml = write_minidata(folder)
    write(folder / "cars.csv", "Car;Passage;Arrêt;x;y;Dessert", *calls)
    table = '[own.circuits]\npath = "cars.csv"\ncolumns = { circuit = "Car", time = "Passage", uai = "Dessert" }\n'
    toml.write_text(f"{toml.read_text(encoding='utf-8')}\n{table}", encoding="utf-8")
    return maillage.load_territory(toml)


def test_circuits_of_a_territory(tmp_path: Path) -> None:
    territory = load(tmp_path, *CALLS)
    assert territory.circuits is not None
    assert territory.circuits["time_min"].tolist() == [435, 460]
    (source,) = [source for source in territory.sources if source.file == "cars.csv"]
    assert source.rows == 2
    assert Words("fr").recorded(source.dataset) is not None
    assert maillage.load_territory(write_minidata(tmp_path / "none")).circuits is None


def test_unknown_uai_of_a_territory(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        load(tmp_path, CALLS[0], CALLS[1].replace("0990001N", "0990077X"))
    (fault,) = caught.value.faults
    assert (fault.file, fault.column, fault.message, fault.rows) == ("cars.csv", "Dessert", "unknown UAI", ("0990077X",))


def test_circuits_are_recognised_by_their_header(tmp_path: Path) -> None:
    path = write(tmp_path / "anything.csv", HEADER, *CALLS)
    assert discover(tmp_path).own == {"circuits": path}
