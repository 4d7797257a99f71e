"""The folder of results: complete, whole or absent, and nothing under five pupils in it."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import maillage
from maillage import InputError, Scenario, outputs
from minidata import write_minidata


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> maillage.Study:
    territory = maillage.load_territory(write_minidata(tmp_path_factory.mktemp("mini")))
    return maillage.study(territory, [Scenario(name="present", present=True), Scenario(name="access", close=0)], until=2026)


def test_everything_promised_is_there(study: maillage.Study, tmp_path: Path) -> None:
    folder = maillage.write_results(study, tmp_path / "out", languages=("fr", "en"))
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    expected = {
        "manifest.json",
        "indicators.csv",
        "ranking.csv",
        "enrolment.csv",
        "plans/present.csv",
        "plans/access.csv",
        "rapport.html",
        "report.html",
    }
    assert names == expected
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert {s["name"] for s in manifest["scenarios"]} == {"present", "access"}
    assert all(len(source["sha256"]) == 64 for source in manifest["inputs"])
    for scenario in manifest["scenarios"]:
        assert {"status", "objective", "bound", "gap", "seconds"} <= set(scenario)
    indicators = pd.read_csv(folder / "indicators.csv")
    assert {"scenario", "indicator", "rentree", "value", "unit", "better", "estimated"} <= set(indicators.columns)
    assert list(pd.read_csv(folder / "ranking.csv").columns) == ["rank", "scenario", "score"]
    plan = pd.read_csv(folder / "plans" / "access.csv", dtype={"unit": str})
    assert list(plan.columns) == ["unit", "uai", "rentree", "pupils"]
    assert set(plan["rentree"]) == {2023, 2024, 2025, 2026}
    assert not (plan["pupils"] < 5).any()


def test_enrolment_is_whole_pupils_that_add_up(study: maillage.Study, tmp_path: Path) -> None:
    folder = maillage.write_results(study, tmp_path / "out", languages=())
    table = pd.read_csv(folder / "enrolment.csv")
    assert list(table.columns) == ["uai", "name", "rentree", "grade", "pupils", "low", "high", "variant"]
    assert len(table) == 3 * len(study.demand.rentrees) * 5
    assert set(table["variant"]) == {"central"}
    wide = table.pivot(index=["uai", "rentree"], columns="grade", values="pupils")
    assert (wide[["6e", "5e", "4e", "3e"]].sum(axis=1) == wide["total"]).all()
    everyone = study.enrolment().total().sum(axis=0)
    assert wide["total"].groupby("rentree").sum().tolist() == [math.floor(total + 0.5) for total in everyone]
    assert (table["pupils"] == table["pupils"].round()).all()
    # Intervals of the futures that were simulated, and no doubt about the rentrée of the data.
    assert study.demand.draws is not None
    assert len(study.demand.draws) == 200
    base = table["rentree"] == 2022
    assert (table["low"][base] == table["pupils"][base].round()).mean() > 0.5
    assert (table["high"] - table["low"])[~base].min() > 1
    totals = table[(table["grade"] == "total") & (table["rentree"] == 2026)]
    low, high = study.enrolment().quantile((0.1, 0.9))[:, :, -1]
    assert totals["low"].tolist() == [math.floor(v) for v in low]
    assert totals["high"].tolist() == [math.ceil(v) for v in high]
    entry = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["enrolment"]
    assert (entry["file"], entry["sectors"], entry["variant"]) == ("enrolment.csv", "present", "central")
    assert (entry["draws"], entry["interval"]) == (200, 0.8)
    assert "under 5" in entry["withheld"]


def test_enrolment_gives_no_small_number_away(study: maillage.Study, tmp_path: Path) -> None:
    """Three pupils in a 3e: withheld, with a second count of the same collège and of the same grade elsewhere."""
    assert study.demand.draws is not None
    pupils, draws = study.demand.pupils.copy(), study.demand.draws.copy()
    sector = study.territory.units.present == 0
    scale = 3.0 / pupils[sector, 3].sum(axis=0)
    pupils[sector, 3] *= scale
    draws[:, sector, 3] *= scale.astype(np.float32)
    demand = replace(study.demand, pupils=pupils, draws=draws)
    folder = maillage.write_results(replace(study, demand=demand), tmp_path / "out", languages=())
    table = pd.read_csv(folder / "enrolment.csv")
    for _, year in table.groupby("rentree"):
        wide = year.pivot(index="uai", columns="grade", values="pupils")
        assert np.isnan(wide.loc["0990001N", "3e"])
        gone = wide.isna()
        assert set(gone.sum(axis=1)) <= {0, 2}
        assert set(gone.sum(axis=0)) <= {0, 2}
        assert not gone["total"].any()
    assert table.loc[table["pupils"].isna(), ["low", "high"]].isna().all(axis=None)
    assert not (table["pupils"].between(1, 4) | table["low"].between(1, 4)).any()


def test_without_futures_there_are_no_intervals(study: maillage.Study, tmp_path: Path) -> None:
    settings = maillage.StudySettings(until=2024, draws=0)
    plain = maillage.study(study.territory, [Scenario(name="present", present=True)], settings)
    assert plain.demand.draws is None
    folder = maillage.write_results(plain, tmp_path / "out", languages=("en",))
    table = pd.read_csv(folder / "enrolment.csv")
    assert table[["low", "high"]].isna().all(axis=None)
    assert table["pupils"].notna().all()
    assert json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["enrolment"]["draws"] == 0
    assert "no interval was computed" in (folder / "report.html").read_text(encoding="utf-8")


def test_a_name_is_no_formula(study: maillage.Study) -> None:
    colleges = replace(study.territory.colleges, name=np.array(["=cmd()", "@sum", "Jean-Jaurès"]))
    table = outputs.enrolment_table(replace(study, territory=replace(study.territory, colleges=colleges)))
    assert set(table["name"]) == {"'=cmd()", "'@sum", "Jean-Jaurès"}


def test_two_runs_give_the_same_bytes(study: maillage.Study, tmp_path: Path) -> None:
    one = maillage.write_results(study, tmp_path / "one", languages=("fr",))
    two = maillage.write_results(study, tmp_path / "two", languages=("fr",))
    for path in one.rglob("*.*"):
        assert path.read_bytes() == (two / path.relative_to(one)).read_bytes(), path.name


def test_an_earlier_result_is_replaced_as_a_whole(study: maillage.Study, tmp_path: Path) -> None:
    folder = maillage.write_results(study, tmp_path / "out", languages=())
    for left_over in ("report.html", "plans/before.csv", ".DS_Store"):
        (folder / left_over).write_text("old", encoding="utf-8")
    maillage.write_results(study, folder, languages=())
    assert {path.name for path in folder.iterdir()} == {
        "manifest.json",
        "indicators.csv",
        "ranking.csv",
        "enrolment.csv",
        "plans",
    }
    assert not (folder / "plans" / "before.csv").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["out"], "no temporary folder is left"


def test_a_folder_of_other_things_is_not_touched(study: maillage.Study, tmp_path: Path) -> None:
    (tmp_path / "thesis.odt").write_text("years of work", encoding="utf-8")
    with pytest.raises(InputError, match="not a study's"):
        maillage.write_results(study, tmp_path)
    assert (tmp_path / "thesis.odt").exists()
    with pytest.raises(InputError, match="is a file"):
        maillage.write_results(study, tmp_path / "thesis.odt")


@pytest.mark.parametrize("name", ["notes.odt", "plans/sketch.svg"])
def test_what_was_put_into_an_earlier_result_is_not_lost(study: maillage.Study, tmp_path: Path, name: str) -> None:
    folder = maillage.write_results(study, tmp_path / "out", languages=())
    (folder / name).write_text("an afternoon of work", encoding="utf-8")
    with pytest.raises(InputError, match=name):
        maillage.write_results(study, folder, languages=())
    assert (folder / name).exists()


@pytest.mark.parametrize("text", ['{"name": "another program"}', "[]", "not JSON"])
def test_the_manifest_of_another_program_is_not_a_study_s(study: maillage.Study, tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="not a study's"):
        maillage.write_results(study, tmp_path)
    assert (tmp_path / "manifest.json").read_text(encoding="utf-8") == text


def test_a_failed_run_leaves_nothing_and_keeps_the_earlier_result(
    study: maillage.Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = maillage.write_results(study, tmp_path / "out", languages=())
    before = {path.name: path.read_bytes() for path in folder.rglob("*.*")}

    def full_disk(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(outputs, "_write_csv", full_disk)
    with pytest.raises(OSError, match="No space"):
        maillage.write_results(study, folder, languages=())
    with pytest.raises(OSError, match="No space"):
        maillage.write_results(study, tmp_path / "new", languages=())
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert {path.name: path.read_bytes() for path in folder.rglob("*.*")} == before


def test_an_unknown_language_is_refused(study: maillage.Study, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="unknown language 'de'"):
        maillage.write_results(study, tmp_path / "out", languages=("de",))
    assert not (tmp_path / "out").exists()
