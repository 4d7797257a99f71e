"""Bassins: from a table of communes, from the directory of schools, or groups made here and marked as such."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

import maillage
from maillage.errors import InputError
from maillage.report.words import Words
from maillage.sources.bassins import bassins_of, filled
from maillage.sources.communes import Communes
from maillage.sources.discover import discover, recognise
from maillage.sources.ledger import Ledger
from maillage.sources.own import read_bassins
from maillage.sources.positions import read_school_bassins
from maillage.territory import Colleges, Territory
from minidata import write_minidata
from naive import spread_labels
from official_files import faults_of, only_fault, write, write_sheet
from toy import toy_territory

FRENCH = Words("fr")
DATA = Path(__file__).resolve().parents[2] / "data"
WHOLE = ["99001;Sud", "99002;Sud", "99003;Est", "99004;Nord", "99005;Nord", "99006;Est"]


def load(folder: Path, *rows: str, header: str = "Code INSEE;Bassin", extra: str = "") -> Territory:
    toml = write_minidata(folder)
    write(folder / "bassins.csv", header, *rows)
    text = toml.read_text(encoding="utf-8")
    toml.write_text(f'{text}\n[own.bassins]\npath = "bassins.csv"\n{extra}', encoding="utf-8")
    return maillage.load_territory(toml)


def by_unit(territory: Territory) -> dict[str, str]:
    assert territory.bassins is not None
    return dict(zip(territory.units.commune.tolist(), territory.bassins.name[territory.bassins.unit].tolist(), strict=True))


def by_college(territory: Territory) -> dict[str, str]:
    assert territory.bassins is not None
    names = territory.bassins.name[territory.bassins.college]
    return dict(zip(territory.colleges.uai.tolist(), names.tolist(), strict=True))


def told(*texts: str) -> bool:
    return all(FRENCH.recorded(text) is not None for text in texts)


def test_a_table_of_communes(tmp_path: Path) -> None:
    territory = load(tmp_path, *WHOLE)
    assert by_unit(territory) == dict(row.split(";") for row in WHOLE)
    assert by_college(territory) == {"0990001N": "Sud", "0990002P": "Est", "0990003R": "Nord"}
    assert territory.bassins is not None
    assert territory.bassins.name.tolist() == ["Est", "Nord", "Sud"]
    assert not territory.bassins.approximate
    assert told(territory.bassins.method)
    assert not any(e.quantity == "bassins" for e in territory.estimates)


def test_communes_without_bassin_take_that_of_their_neighbours(tmp_path: Path) -> None:
    """99002 lies between 99001 and 99003, with 99005 to its north, each along 6 km: two of the three say Sud."""
    territory = load(tmp_path, "99001;Sud", "99003;Sud", "99005;Nord", "62001;Ailleurs")
    assert by_unit(territory)["99002"] == "Sud"
    assert set(by_unit(territory).values()) == {"Nord", "Sud"}
    (match,) = (m for m in territory.matches if m.what == "communes with a bassin")
    assert (match.matched, match.total, match.unmatched) == (3, 6, ("99002", "99004", "99006"))
    assert told(match.what, match.consequence)


def test_a_merged_commune_lies_where_the_one_of_its_code_lies(tmp_path: Path) -> None:
    merged = '[merged_communes]\n"99000" = "99001"\n"99077" = "99002"\n'
    territory = load(tmp_path, "99000;Est", *[row for row in WHOLE if "99002" not in row], "99077;Nord", extra=merged)
    assert (by_unit(territory)["99001"], by_unit(territory)["99002"]) == ("Sud", "Nord")


def test_a_table_of_elsewhere_is_told_and_not_used(tmp_path: Path) -> None:
    territory = load(tmp_path, "62001;Artois")
    (match,) = (m for m in territory.matches if m.what == "communes with a bassin")
    assert match.matched == 0
    assert told(match.consequence)
    assert territory.bassins is not None
    assert territory.bassins.approximate


@pytest.mark.parametrize(
    ("row", "message"),
    [("99001;Nord", "duplicated commune (it lies in one bassin)"), ("99003;", "missing value"), ("9901;Sud", "not an INSEE")],
)
def test_faults_of_a_table(row: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        load(tmp_path, "99001;Sud", row)
    (fault,) = caught.value.faults
    assert message in fault.message


def official(path: Path, *rows: tuple[str, str, str, str]) -> Path:
    """INSEE's workbook of bassins de vie: a sheet of bassins, then one of communes, each below a title."""
    book = Workbook()
    first, second = book.active, book.create_sheet("Composition_communale")
    assert first is not None
    first.title = "BV2022"
    header = ["CODGEO", "LIBGEO", "BV2022", "LIBBV2022", "TYPE_COMMUNE_BV2022", "DEP", "REG"]
    labels = [
        "Code géographique",
        "Libellé géographique",
        "Bassin de vie 2022",
        "Libellé du bassin de vie 2022",
        "Type",
        "",
        "",
    ]
    for line in (["Bassins de vie 2022"], [], ["Géographie au 01/01/2024"], [], labels, header):
        second.append(line)
    for row in rows:
        second.append([*row, 1, "99", "99"])
    for line in (["Bassins de vie 2022"], ["BV2022", "LIBBV2022"], ["99001", "Sud"]):
        first.append(line)
    book.save(path)
    return path


def test_insee_publishes_bassins_de_vie(tmp_path: Path) -> None:
    rows = [
        ("99001", "A", "99001", "Sud"),
        ("99002", "B", "99001", "Sud"),
        ("99003", "C", "99003", "Est"),
        ("62001", "D", "62001", "Est"),
    ]
    path = official(tmp_path / "BV2022_au_01-01-2024.xlsx", *rows)
    assert read_bassins(path).to_numpy().tolist() == [
        ["99001", "Sud"], ["99002", "Sud"], ["99003", "Est (99003)"], ["62001", "Est (62001)"],
    ]  # fmt: skip
    assert recognise(path) == ("bassins", -1)
    assert discover(tmp_path).own == {"bassins": path}
    text = write(tmp_path / "bv.csv", "CODGEO;LIBGEO;BV2012;LIBBV2012", "99001;A;99001;Sud")
    assert read_bassins(text)["bassin"].tolist() == ["Sud"]


def test_other_tables_are_no_bassins(tmp_path: Path) -> None:
    path = write_sheet(tmp_path / "AAV.xlsx", [["t"], ["CODGEO", "AAV2020"], ["99001", "003"]], sheet="Composition_communale")
    assert recognise(path) is None
    assert "bassin" in [fault.column for fault in faults_of(lambda: read_bassins(path))]
    assert recognise(write(tmp_path / "x.csv", "commune;bassin;autre", "99001;Sud;1")) is None
    assert recognise(write(tmp_path / "y.csv", "code_insee;bassin", "99001;Sud")) is not None
    assert "no such file" in only_fault(lambda: read_bassins(tmp_path / "z.xlsx")).message


ANNUAIRE = (
    "identifiant_de_l_etablissement;nom_etablissement;statut_public_prive;code_commune;nom_commune;code_nature;etat;"
    "coordx_origine;coordy_origine;epsg_origine;libelle_bassin_formation"
)


def directory(path: Path, **bassins: str) -> Path:
    rows = [f"{uai[1:]};C;Public;99001;V;340;OUVERT;;;;{bassin}" for uai, bassin in bassins.items()]
    return write(path, ANNUAIRE, *rows, "0990101X;E;Public;99001;V;151;OUVERT;;;;Autre")


def test_the_directory_tells_the_bassins_de_formation(tmp_path: Path) -> None:
    path = directory(tmp_path / "a.csv", u0990001N="Littoral", u0990002P="Plaine", u0990003R="")
    assert read_school_bassins(path).to_numpy().tolist() == [["0990001N", "Littoral"], ["0990002P", "Plaine"]]
    toml = write_minidata(tmp_path)
    text = toml.read_text(encoding="utf-8")
    toml.write_text(text.replace('"positions.csv"', '["positions.csv", "a.csv"]'), encoding="utf-8")
    territory = maillage.load_territory(toml)
    # 0990003R (99004, 99005) borders on 99001, 99002 of the first over 12 km, on 99006 of the second over 6 km.
    assert by_college(territory) == {"0990001N": "Littoral", "0990002P": "Plaine", "0990003R": "Littoral"}
    assert by_unit(territory) == {
        **dict.fromkeys(("99001", "99002", "99004", "99005"), "Littoral"),
        **dict.fromkeys(("99003", "99006"), "Plaine"),
    }
    (match,) = (m for m in territory.matches if m.what == "collèges with a bassin de formation")
    assert (match.matched, match.total, match.unmatched) == (2, 3, ("0990003R",))
    assert territory.bassins is not None
    assert not territory.bassins.approximate
    assert told(match.what, match.consequence, territory.bassins.method)


def test_a_directory_that_knows_too_few_is_not_used(tmp_path: Path) -> None:
    directory(tmp_path / "a.csv", u0990001N="Littoral")
    toml = write_minidata(tmp_path)
    text = toml.read_text(encoding="utf-8")
    toml.write_text(text.replace('"positions.csv"', '["positions.csv", "a.csv"]'), encoding="utf-8")
    territory = maillage.load_territory(toml)
    (match,) = (m for m in territory.matches if m.what == "collèges with a bassin de formation")
    assert "not used" in match.consequence
    assert told(match.consequence)
    assert territory.bassins is not None
    assert territory.bassins.approximate


def test_without_either_groups_are_made_and_marked(tmp_path: Path) -> None:
    territory = maillage.load_territory(write_minidata(tmp_path))
    assert territory.bassins is not None
    assert territory.bassins.approximate
    assert territory.bassins.name.tolist() == ["C99001"]  # 0990001N is the largest of the three
    (estimate,) = (e for e in territory.estimates if e.quantity == "bassins")
    assert (estimate.count, estimate.total) == (3, 3)
    assert told(estimate.quantity, estimate.method)


def test_groups_are_as_near_as_can_be() -> None:
    """Sixteen collèges in two clusters far apart, both of one town: two groups, told apart by their largest collège."""
    toy = toy_territory()
    colleges = many(toy.colleges, 16)
    communes = Communes(
        np.array(["99001"]), np.array(["Ville"]), np.empty(1, object), np.zeros((1, 2)), np.empty((0, 2), np.int32), np.empty(0)
    )
    units = replace(toy.units, present=np.array([0, 1, -1, 15], dtype=np.int32))
    found = bassins_of(None, None, communes, units, colleges, lambda code: code, Ledger())
    assert found.name.tolist() == ["Ville (N14)", "Ville (N15)"]
    assert found.college.tolist() == [0, 1] * 8
    assert found.unit[[0, 1, 3]].tolist() == [0, 1, 1]
    assert found.unit[2] in (0, 1)
    again = bassins_of(None, None, communes, units, colleges, lambda code: code, Ledger())
    assert again.college.tolist() == found.college.tolist()


def many(colleges: Colleges, count: int) -> Colleges:
    """`count` collèges, the even ones in the west, the odd ones in the east, the larger the later."""
    place = np.arange(count)
    taken = {name: np.resize(value, (count, *value.shape[1:])) for name, value in vars(colleges).items()}
    taken |= {
        "uai": np.array([f"09900{n:02d}A" for n in place]),
        "name": np.array([f"N{n}" for n in place]),
        "commune": np.full(count, "99001"),
        "xy_m": np.column_stack([600_000 + 40_000 * (place % 2) + 10.0 * place, 7_000_000 + 7.0 * place]),
        "pupils": 100.0 + place,
    }
    return Colleges(**taken)


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_labels_spread_as_in_the_slow_twin(data: st.DataObject) -> None:
    count = data.draw(st.integers(2, 8))
    label = data.draw(st.lists(st.integers(-1, 2), min_size=count, max_size=count).filter(lambda drawn: max(drawn) >= 0))
    node = st.integers(0, count - 1)
    pairs = data.draw(st.lists(st.tuples(node, node, st.integers(1, 9)).filter(lambda e: e[0] != e[1]), max_size=12))
    xy = np.column_stack([np.array([0, 1, 3, 7, 15, 31, 63, 127.0])[:count], np.zeros(count)])
    edges = np.array([pair[:2] for pair in pairs], dtype=np.int32).reshape(-1, 2)
    found = filled(np.array(label), edges, np.array([float(pair[2]) for pair in pairs]), xy)
    assert found.tolist() == spread_labels(label, pairs, xy[:, 0].tolist())


def test_the_demo_has_nine() -> None:
    territory = maillage.load_territory(DATA)
    assert territory.bassins is not None
    assert len(territory.bassins.name) == 9
    table = pd.read_csv(DATA / "colleges/bassins.csv", sep=";", dtype=str).set_index("Code INSEE")["Bassin"]
    assert by_unit(territory) == {commune: table[commune] for commune in territory.units.commune}
