"""Scenario and study files: every fault at once, unknown keys with the nearest right one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from maillage.errors import ScenarioError
from maillage.scenario import (
    Goals,
    Rules,
    Scenario,
    StudyFile,
    TravelSettings,
    parse_model,
    read_study_file,
    read_toml,
    study_schema,
)

GOOD = """
territory = "data"
[study]
until = 2033
[[scenario]]
name = "present"
present = true
[[scenario]]
name = "redraw"
close = 0
rules = {capacity = "central", max_minutes = 40}
goals = {travel = 1.0, mix = 0.5}
"""


def faults_of(text: str, tmp_path: Path) -> list[str]:
    path = tmp_path / "study.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        read_study_file(path)
    return [str(fault) for fault in caught.value.faults]


def test_a_good_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "study.toml"
    path.write_text(GOOD, encoding="utf-8")
    study = read_study_file(path)
    assert [s.name for s in study.scenario] == ["present", "redraw"]
    assert study.scenario[1].rules.max_minutes == 40
    assert study.scenario[1].label == "redraw"


def test_toml_and_python_say_the_same(tmp_path: Path) -> None:
    path = tmp_path / "study.toml"
    path.write_text(GOOD, encoding="utf-8")
    by_hand = Scenario(name="redraw", close=0, rules=Rules(max_minutes=40), goals=Goals(mix=0.5))
    assert read_study_file(path).scenario[1] == by_hand


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        (GOOD.replace("max_minutes", "max_minuts"), "max_minutes"),
        (GOOD.replace("until", "untill"), "until"),
        (GOOD.replace("close = 0", "closes = 0"), "close"),
        (GOOD.replace("mix = 0.5", "mixx = 0.5"), "mix"),
        (GOOD.replace("[[scenario]]", '[study.travel]\nmod = "walk"\n[[scenario]]', 1), "mode"),
    ],
)
def test_an_unknown_key_is_refused_with_the_nearest_right_one(wrong: str, right: str, tmp_path: Path) -> None:
    assert any(f"Did you mean '{right}'" in fault for fault in faults_of(wrong, tmp_path))


def test_a_key_like_no_other_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    faults = faults_of(GOOD.replace("close = 0", "zzz = 0"), tmp_path)
    assert any("Known keys" in fault and "close_named" in fault for fault in faults)


@pytest.mark.parametrize("draws", [-1, 5001])
def test_futures_are_none_or_not_too_many(draws: int, tmp_path: Path) -> None:
    (fault,) = faults_of(GOOD.replace("until = 2033", f"until = 2033\ndraws = {draws}"), tmp_path)
    assert "study.draws" in fault
    path = tmp_path / "good.toml"
    path.write_text(GOOD.replace("until = 2033", "until = 2033\ndraws = 0"), encoding="utf-8")
    assert read_study_file(path).study.draws == 0


def test_all_faults_come_at_once(tmp_path: Path) -> None:
    text = (
        GOOD.replace("until = 2033", "until = 1")
        .replace("max_minutes = 40", "max_minutes = -1")
        .replace('"redraw"', '"Bad Name"')
    )
    assert len(faults_of(text, tmp_path)) == 3


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"goals": {"travel": 0}}, "all weights are zero"),
        ({"close": 1, "close_named": ["0620001A", "0620002B"]}, "close_named lists 2"),
        ({"close_named": ["0620001A"], "keep_open": ["0620001A"]}, "both closed and kept open"),
        ({"present": True, "close": 2}, "cannot close"),
        ({"keep_open": "0620001A"}, "square brackets"),
        ({"present": "perhaps"}, "present"),
        ({"goals": {"canteen": 1}}, "weighs overloads"),
        ({"close_named": ["62"]}, "'62' is not a UAI. A UAI is seven digits"),
        ({"goals": {"travel": float("nan")}}, "finite"),
    ],
)
def test_contradictions_are_refused(change: dict[str, object], said: str) -> None:
    with pytest.raises(ScenarioError, match=said):
        parse_model(Scenario, {"name": "x", **change}, "x.toml")


def test_travel_of_a_study_file_and_of_python_are_the_same(tmp_path: Path) -> None:
    path = tmp_path / "study.toml"
    table = '[study.travel]\nmode = "school"\nwalk_under_km = 2\ncoach_km_h = 35\ndirection = "both"\n[[scenario]]'
    path.write_text(GOOD.replace("[[scenario]]", table, 1), encoding="utf-8")
    by_hand = TravelSettings(mode="school", walk_under_km=2, coach_km_h=35, direction="both")
    assert read_study_file(path).study.travel == by_hand
    path.write_text(GOOD, encoding="utf-8")
    assert read_study_file(path).study.travel == TravelSettings()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"walk_under_km": 2}, 'walk_under_km is of no use with mode = "car"'),
        ({"mode": "walk", "coach_km_h": 30}, 'set mode = "coach" or "school"'),
        ({"mode": "school", "bell": "08:00"}, "bell is of no use"),
        ({"mode": "circuit", "bell": "8 h"}, "bell: '8 h' is not an hour. Write two digits"),
        ({"mode": "circuit", "direction": "both"}, "mornings only"),
        ({"mode": "train"}, "mode"),
        ({"mode": "school", "walk_under_km": 0}, "greater than 0"),
        ({"direction": "up"}, "direction"),
        ({"rural_km_h": 5}, "greater than or equal to 30"),
        ({"roads": ""}, "roads"),
        ({"homes_column": "Ind"}, "homes_column is of no use without homes"),
        ({"mode": "circuit", "bell": "8:00"}, "bell: '8:00' is not an hour"),
    ],
)
def test_travel_keys_that_mean_nothing_are_refused(change: dict[str, object], said: str) -> None:
    with pytest.raises(ScenarioError, match=said):
        parse_model(TravelSettings, change, "x.toml")


def test_scenario_names_are_used_once(tmp_path: Path) -> None:
    assert any("used twice: present" in fault for fault in faults_of(GOOD.replace('"redraw"', '"present"'), tmp_path))


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="no such file"):
        read_toml(tmp_path / "absent.toml")
    with pytest.raises(ScenarioError, match="is a folder"):
        read_toml(tmp_path)
    (tmp_path / "latin.toml").write_bytes("titre = 'é'".encode("latin-1"))
    with pytest.raises(ScenarioError, match="not UTF-8"):
        read_toml(tmp_path / "latin.toml")
    (tmp_path / "broken.toml").write_text("[study", encoding="utf-8")
    with pytest.raises(ScenarioError, match="not valid TOML"):
        read_toml(tmp_path / "broken.toml")


def test_scenarios_are_frozen() -> None:
    scenario = Scenario(name="x")
    with pytest.raises(ValueError, match="frozen"):
        scenario.close = 3  # type: ignore[misc]


def test_the_schema_names_every_key() -> None:
    schema = json.loads(study_schema())
    assert set(schema["properties"]) == set(StudyFile.model_fields)
    assert set(schema["$defs"]["Scenario"]["properties"]) == set(Scenario.model_fields)
    assert set(schema["$defs"]["TravelSettings"]["properties"]) == set(TravelSettings.model_fields)
    assert schema["additionalProperties"] is False
