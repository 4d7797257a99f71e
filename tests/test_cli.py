"""The command line, run as a planner runs it: outputs, messages and exit codes."""

from __future__ import annotations

import json
import os
import time
from multiprocessing import active_children
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from maillage.cli import _workers, app
from minidata import SECTORS, write_minidata

STUDY = """
territory = "mini"
[study]
until = 2026
[[scenario]]
name = "present"
present = true
[[scenario]]
name = "access"
close = 0
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_minidata(tmp_path / "mini")
    (tmp_path / "study.toml").write_text(STUDY, encoding="utf-8")
    return tmp_path


def run(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def test_help_teaches() -> None:
    result = run("--help")
    assert result.exit_code == 0
    for word in ("study", "check", "bench", "schema", "Exit codes"):
        assert word in result.output
    for command in ("study", "check", "bench"):
        assert "Example" in run(command, "--help").output


def test_a_study_runs_and_says_where_things_are(folder: Path) -> None:
    result = run("study", folder / "study.toml", "--out", folder / "out", "--jobs", 1, "--language", "both")
    assert result.exit_code == 0, result.output
    assert str(folder / "out" / "rapport.html") in result.output
    assert (folder / "out" / "rapport.html").is_file()
    assert (folder / "out" / "report.html").is_file()
    assert "proven" in result.output


def test_scenarios_run_in_processes_of_their_own(folder: Path) -> None:
    result = run("study", folder / "study.toml", "--out", folder / "out", "--jobs", 2, "--language", "none")
    assert result.exit_code == 0, result.output
    assert json.loads((folder / "out" / "manifest.json").read_text(encoding="utf-8"))["until"] == 2026


def test_an_interruption_does_not_wait_for_the_solvers() -> None:
    before, asked_s = {child.pid for child in active_children()}, 120.0
    begun = time.monotonic()
    workers: set[int] = set()

    def interrupted() -> None:
        with _workers(2, 2) as pool:
            assert pool is not None
            assert pool.submit(abs, -1).result() == 1
            for _ in range(2):
                pool.submit(time.sleep, asked_s)
            workers.update(child.pid for child in active_children() if child.pid not in before)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    # By number: who of two waiting threads has seen a process end is not known to the other.
    while any(_runs(pid) for pid in workers):
        assert time.monotonic() - begun < asked_s / 2
        time.sleep(0.05)
    assert workers
    assert time.monotonic() - begun < asked_s / 2


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_refused_study_leaves_no_folder(folder: Path) -> None:
    (folder / "study.toml").write_text(STUDY.replace("close = 0", "clse = 0"), encoding="utf-8")
    result = run("study", folder / "study.toml", "--out", folder / "out")
    assert result.exit_code == 2
    assert "Did you mean 'close'" in result.output
    assert not (folder / "out").exists()


def test_an_impossible_scenario_is_told_with_exit_code_one(folder: Path) -> None:
    (folder / "study.toml").write_text(STUDY.replace("close = 0", "close = 2"), encoding="utf-8")
    result = run("study", folder / "study.toml", "--out", folder / "out", "--jobs", 1)
    assert result.exit_code == 1
    assert "no possible plan" in result.output
    assert (folder / "out" / "manifest.json").is_file()


def test_check_tells_what_was_found(folder: Path) -> None:
    result = run("check", folder / "mini")
    assert "Mini (99), rentrée 2022" in result.output
    assert "740" in result.output, "public pupils"
    for title in ("Found", "Joined", "Not observed"):
        assert title in result.output
    assert run("check", folder / "study.toml").output == result.output


def test_check_names_files_whole_on_a_narrow_terminal(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("maillage.cli.out", Console(width=60))
    long = f"{'secteurs-' * 6}fin.csv"
    (folder / "mini" / "secteurs.csv").rename(folder / "mini" / long)
    settings = folder / "mini" / "territory.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("secteurs.csv", long), encoding="utf-8")
    told = run("check", folder / "mini").output
    first_column = "".join(line.split("│")[1].strip() for line in told.splitlines() if "│" in line)
    assert long in first_column


def test_check_does_not_count_what_it_cannot(folder: Path) -> None:
    """A file of roads that only the travel stage reads is recorded without its number of rows."""
    (folder / "mini" / "roads.osm").write_text("<osm/>", encoding="utf-8")
    settings = folder / "mini" / "territory.toml"
    settings.write_text(
        settings.read_text(encoding="utf-8").replace("[files]", '[files]\nroads = "roads.osm"'), encoding="utf-8"
    )
    result = run("check", folder / "mini")
    assert result.exit_code == 0
    (row,) = (line for line in result.output.splitlines() if "roads.osm" in line)
    assert row.split("│")[-2].strip() == ""


def test_check_is_content_with_usable_data_unless_strict(folder: Path) -> None:
    sectors = folder / "mini" / "secteurs.csv"
    sectors.write_text(sectors.read_text(encoding="utf-8") + "99006,0980001Z\n", encoding="utf-8")
    result = run("check", folder / "mini")
    assert result.exit_code == 0
    assert "0980001Z" in result.output
    assert run("check", folder / "mini", "--strict").exit_code == 1


def test_check_refuses_bad_data_with_every_fault(folder: Path) -> None:
    sectors = folder / "mini" / "secteurs.csv"
    text = sectors.read_text(encoding="utf-8").replace(f"99001,{SECTORS['99001']}", "99001,0990077W")
    sectors.write_text(text, encoding="utf-8")
    result = run("check", folder / "mini")
    assert result.exit_code == 2
    assert "0990077W" in result.output
    assert "secteurs.csv" in result.output


def test_schema_is_json() -> None:
    result = run("schema")
    assert result.exit_code == 0
    assert json.loads(result.output)["title"] == "StudyFile"


def test_benchmarks_are_found_from_a_checkout_only(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    result = run("bench", "list")
    if result.exit_code == 2:
        assert "source checkout" in result.output
    else:  # the test run's own root is on the path
        assert "travel" in result.output
