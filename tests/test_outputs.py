"""The folder of results: complete, whole or absent, and nothing under five pupils in it."""

from __future__ import annotations

import json
from pathlib import Path

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
    assert {path.name for path in folder.iterdir()} == {"manifest.json", "indicators.csv", "ranking.csv", "plans"}
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
