"""Urban networks of a planner: joined to units and collèges, contradictions refused, silence told."""

from __future__ import annotations

from pathlib import Path

import pytest

import maillage
from maillage.errors import InputError
from maillage.report.words import Words
from maillage.sources.discover import discover
from minidata import write_minidata

FRENCH = Words("fr")


def load(folder: Path, *rows: str, merged: str = "") -> maillage.Territory:
    """The small département with a table of urban networks."""
    toml = write_minidata(folder)
    (folder / "reseaux.csv").write_text("\n".join(["commune;reseau", *rows]) + "\n", encoding="utf-8")
    table = '\n[own.urban_networks]\npath = "reseaux.csv"\n'
    toml.write_text(toml.read_text(encoding="utf-8") + table + merged, encoding="utf-8")
    return maillage.load_territory(toml)


def test_units_and_colleges_lie_in_the_network_of_their_commune(tmp_path: Path) -> None:
    territory = load(tmp_path, "99001;Ostrebus", "99002;Ostrebus", "99005;Marinebus", "99006;")
    assert territory.urban_networks is not None
    by_unit = dict(zip(territory.units.commune, territory.urban_networks.unit, strict=True))
    assert by_unit == {"99001": "Ostrebus", "99002": "Ostrebus", "99003": "", "99004": "", "99005": "Marinebus", "99006": ""}
    by_college = dict(zip(territory.colleges.uai, territory.urban_networks.college, strict=True))
    assert by_college == {"0990001N": "Ostrebus", "0990002P": "", "0990003R": "Marinebus"}
    assert all(e.quantity != "pupils entitled to a school coach" for e in territory.estimates)
    assert any(source.dataset == "urban networks" and source.rows == 4 for source in territory.sources)


def test_without_a_table_it_is_told(tmp_path: Path) -> None:
    territory = maillage.load_territory(write_minidata(tmp_path))
    assert territory.urban_networks is None
    (told,) = (e for e in territory.estimates if e.quantity == "pupils entitled to a school coach")
    assert (told.count, told.total) == (len(territory.units), len(territory.units))
    assert FRENCH.recorded(told.quantity) is not None
    assert FRENCH.recorded(told.method) is not None


def test_communes_elsewhere_are_listed_and_unknown_ones_refused(tmp_path: Path) -> None:
    territory = load(tmp_path / "good", "99001;Ostrebus", "98001;Ostrebus")
    (match,) = (m for m in territory.matches if m.what == "communes of urban networks in the département")
    assert (match.matched, match.total, match.unmatched) == (1, 2, ("98001",))
    assert FRENCH.recorded(match.what) is not None
    assert FRENCH.recorded(match.consequence) is not None
    with pytest.raises(InputError) as caught:
        load(tmp_path / "bad", "99001;Ostrebus", "99077;Ostrebus")
    (fault,) = caught.value.faults
    assert (fault.file, fault.message, fault.rows) == ("reseaux.csv", "unknown commune", ("99077",))
    assert fault.column == "commune"


def test_merged_communes_of_one_network_are_one_and_of_two_are_refused(tmp_path: Path) -> None:
    merged = '[merged_communes]\n"99078" = "99001"\n'
    territory = load(tmp_path / "one", "99001;Ostrebus", "99078;Ostrebus", merged=merged)
    assert territory.urban_networks is not None
    assert sorted(territory.urban_networks.unit) == ["", "", "", "", "", "Ostrebus"]
    with pytest.raises(InputError, match="two urban networks") as caught:
        load(tmp_path / "two", "99001;Ostrebus", "99078;Marinebus", merged=merged)
    assert caught.value.faults[0].rows == ("99001",)


def test_a_folder_is_searched_for_the_table(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("commune;reseau\n99001;Ostrebus\n", encoding="utf-8")
    (tmp_path / "b.csv").write_text("commune;reseau;autre\n99001;Ostrebus;1\n", encoding="utf-8")
    found = discover(tmp_path)
    assert found.own == {"urban_networks": tmp_path / "a.csv"}
    assert found.unrecognised == (tmp_path / "b.csv",)
