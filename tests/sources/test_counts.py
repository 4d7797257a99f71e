"""Births and census by commune: everybody once, over mergers, arrondissements and several files, and what is lacking told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import maillage
from maillage.errors import InputError
from maillage.report.words import Words
from maillage.sources.communes import Communes
from maillage.sources.counts import births_of_today
from maillage.sources.insee import read_births
from maillage.sources.ledger import Ledger
from maillage.territory import Territory
from minidata import COMMUNES, write_minidata
from official_files import faults_of, write

FRENCH = Words("fr")
LONG = "EC_MEASURE;FREQ;GEO;GEO_OBJECT;OBS_STATUS;TIME_PERIOD;OBS_VALUE"
MERGED = '[merged_communes]\n"99077" = "99001"\n"99078" = "99077"\n'
YEARS = range(2017, 2022)


def of(*codes: str, polygons: int = 0) -> Communes:
    """Communes of these codes; only their codes matter here."""
    none = np.empty(polygons, dtype=object)
    return Communes(np.array(codes), np.array(codes), none, np.empty((0, 2)), np.empty((0, 2), np.int32), np.empty(0))


def births(*rows: tuple[str, int, float], file: int = 0) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["commune", "year", "births"]).assign(file=file)


def today(table: pd.DataFrame, *codes: str, merged: dict[str, str] | None = None) -> list[list[object]]:
    now = (merged or {}).get
    found = births_of_today(table, of(*codes), lambda code: now(code, code), 2022, Ledger())
    return found.to_numpy().tolist()


def load(folder: Path, files: dict[str, list[str]], extra: str = "", key: str = "births") -> Territory:
    toml = write_minidata(folder)
    for name, lines in files.items():
        write(folder / name, *lines)
    text = toml.read_text(encoding="utf-8").replace("[files]\n", f"[files]\n{key} = {list(files)}\n")
    toml.write_text(f"{text}\n{extra}", encoding="utf-8")
    return maillage.load_territory(toml)


def long(*rows: tuple[str, str, int, object]) -> list[str]:
    return [LONG, *(f"LVB;A;{code};{level};A;{year};{value}" for code, level, year, value in rows)]


def everywhere(years: range = YEARS, communes: tuple[str, ...] = COMMUNES) -> list[tuple[str, str, int, object]]:
    return [(code, "COM", year, 10) for code in communes for year in years]


def match_of(territory: Territory, what: str) -> maillage.territory.Match:
    (found,) = (m for m in territory.matches if m.what == what)
    assert FRENCH.recorded(found.what) is not None
    assert not found.consequence or FRENCH.recorded(found.consequence) is not None
    return found


def test_a_commune_under_old_and_new_codes_has_no_hole(tmp_path: Path) -> None:
    """99078 went into 99077 and that into 99001, in 2019: the file gives the old codes before, the new one alone after."""
    old = [(code, "COM", year, n) for code, n in (("99077", 3), ("99078", 4)) for year in (2017, 2018)]
    territory = load(tmp_path, {"births.csv": long(*everywhere(), *old)}, MERGED)
    table = territory.cohorts.births.set_index(["commune", "year"])["births"]
    assert [table["99001", year] for year in YEARS] == [17, 17, 10, 10, 10]
    assert len(table) == 6 * 5
    assert match_of(territory, "communes of the births that the contours have").matched == 8


def test_a_missing_figure_is_not_a_zero() -> None:
    missing = births(("99001", 2018, np.nan), ("99001", 2019, 4), ("99077", 2019, np.nan), ("99002", 2018, 0))
    found = today(missing, "99001", "99002", merged={"99077": "99001"})
    assert found[1:] == [["99001", 2019, 4], ["99002", 2018, 0]]
    assert found[0][:2] == ["99001", 2018]
    assert np.isnan(found[0][2])  # type: ignore[call-overload]


def test_a_file_of_new_communes_and_one_of_old_ones_are_not_added_up(tmp_path: Path) -> None:
    """2019 to 2021 under the new code, 2017 to 2020 under the old ones: 2019 and 2020 count once."""
    new = long(*everywhere(range(2019, 2022)))
    old = long(
        *everywhere(range(2017, 2021)), *((code, "COM", year, 5) for code in ("99077", "99078") for year in range(2017, 2021))
    )
    territory = load(tmp_path, {"new.csv": new, "old.csv": old}, MERGED)
    table = territory.cohorts.births.set_index(["commune", "year"])["births"]
    assert [table["99001", year] for year in YEARS] == [20, 20, 10, 10, 10]


def test_arrondissements_are_counted_with_their_commune_or_for_it() -> None:
    parts = [("75101", 2020, 60.0), ("75102", 2020, 40.0), ("75101", 2021, 61.0), ("75102", 2021, 41.0)]
    table = births(("75056", 2020, 100), *parts)
    assert today(table, "75056") == [["75056", 2020, 100], ["75056", 2021, 102]]
    assert today(births(("75056", 2020, np.nan), *parts), "75056") == [["75056", 2020, 100], ["75056", 2021, 102]]
    assert today(table, "75101", "75102") == [
        ["75101", 2020, 60], ["75101", 2021, 61], ["75102", 2020, 40], ["75102", 2021, 41],
    ]  # fmt: skip


def test_arrondissements_of_the_long_format_stand_beside_their_commune(tmp_path: Path) -> None:
    rows = [("75056", "COM", 2020, 100), ("75101", "ARM", 2020, 100), ("75", "DEP", 2020, 100), ("FM", "FRANCE", 2020, 9)]
    table = read_births(write(tmp_path / "b.csv", *long(*rows)))
    assert table["commune"].tolist() == ["75056", "75101"]
    assert today(table, "75056") == [["75056", 2020, 100]]


def test_births_that_stop_early_are_told(tmp_path: Path) -> None:
    """At the base rentrée 2022, children born since 2017 are not yet at école élémentaire."""
    what = "years of birth of the children not yet at école, with births"
    match = match_of(load(tmp_path / "early", {"b.csv": long(*everywhere(range(2010, 2017)))}), what)
    assert (match.matched, match.total, match.unmatched) == (0, 5, ("2017", "2018", "2019", "2020", "2021"))
    assert "what else is known" in match.consequence
    match = match_of(load(tmp_path / "late", {"b.csv": long(*everywhere(range(2010, 2021)))}), what)
    assert (match.matched, match.unmatched) == (4, ("2021",))
    assert match_of(load(tmp_path / "whole", {"b.csv": long(*everywhere())}), what).unmatched == ()
    assert not any(m.what == what for m in maillage.load_territory(write_minidata(tmp_path / "none")).matches)


def test_communes_that_the_contours_lack_are_named(tmp_path: Path) -> None:
    rows = [*everywhere(), ("99055", "COM", 2019, 3), ("62001", "COM", 2019, 3)]
    territory = load(tmp_path, {"b.csv": long(*rows)})
    assert match_of(territory, "communes of the births that the contours have").unmatched == ("99055",)
    assert set(territory.cohorts.births["commune"]) == set(COMMUNES)


def test_a_year_twice_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "b.csv", *long(("99001", "COM", 2019, 3), ("99001", "COM", 2019, 4)))
    assert [fault.message for fault in faults_of(lambda: read_births(path))] == ["duplicated commune and year"]
    path = write(tmp_path / "n.csv", "CODGEO;NAISD18;NAISD19;NAISD18", "99001;1;2;3")
    (fault,) = faults_of(lambda: read_births(path))
    assert (fault.message, fault.column) == ("a year twice", "NAISD18")


def test_the_same_year_in_two_files_is_counted_once_and_differences_are_listed(tmp_path: Path) -> None:
    other = [(code, "COM", 2021, 12 if code == "99001" else 10) for code in COMMUNES]
    territory = load(tmp_path, {"a.csv": long(*everywhere()), "b.csv": long(*other)})
    assert territory.cohorts.births["births"].tolist() == [10] * 30
    (match,) = (m for m in territory.matches if m.what.startswith("births: rows of b.csv"))
    assert match.unmatched == ("99001 2021",)


def test_a_gap_between_two_years_is_refused_by_the_projection(tmp_path: Path) -> None:
    territory = load(tmp_path, {"b.csv": long(*everywhere(range(2017, 2019)), *everywhere(range(2020, 2022)))})
    with pytest.raises(InputError, match="years missing in between"):
        maillage.project_enrolment(territory, 2024)


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(
        st.tuples(st.sampled_from(["99001", "99077", "99078", "99002"]), st.integers(2015, 2019)),
        st.integers(0, 50),
        min_size=1,
    )
)
def test_births_are_conserved_over_any_merger(table: dict[tuple[str, int], int]) -> None:
    rows = births(*((code, year, float(n)) for (code, year), n in table.items()))
    found = today(rows, "99001", "99002", merged={"99077": "99001", "99078": "99001"})
    assert sum(float(n) for *_, n in found) == sum(table.values())  # type: ignore[arg-type]
    merged = {year for code, year in table if code != "99002"}
    assert {year for code, year, _ in found if code == "99001"} == merged


CENSUS = "NIVGEO;CODGEO;LIBGEO;SEXE;AGED100;NB"


def test_the_census_of_present_communes(tmp_path: Path) -> None:
    people = [("99001", 0, 3.5), ("99077", 0, 1.5), ("99078", 1, 2.0), ("99002", 0, 4.0), ("99055", 0, 9.0), ("62001", 0, 7.0)]
    lines = [CENSUS, *(f"COM;{code};X;{sex};{age:03d};{n / 2}" for code, age, n in people for sex in (1, 2))]
    lines.append("ARM;99001;X;1;000;50")
    territory = load(tmp_path, {"BTT_TD_POP1B_2021.csv": lines}, MERGED, key="population")
    table = territory.cohorts.population_communes
    assert table.to_numpy().tolist() == [["99001", 2021, 0, 5.0], ["99001", 2021, 1, 2.0], ["99002", 2021, 0, 4.0]]
    assert list(table.columns) == ["commune", "year", "age", "population"]
    match = match_of(territory, "communes of the census that the contours have")
    assert (match.matched, match.total, match.unmatched) == (4, 5, ("99055",))


def test_without_a_census_the_table_is_empty(tmp_path: Path) -> None:
    cohorts = maillage.load_territory(write_minidata(tmp_path)).cohorts
    assert cohorts.population_communes.empty
    assert list(cohorts.births.columns) == ["commune", "year", "births"]
