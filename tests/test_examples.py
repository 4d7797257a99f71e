"""Every example runs: docstrings, the README, the scripts, the study files."""

from __future__ import annotations

import doctest
import importlib
import importlib.util
import json
import pkgutil
import re
import tomllib
from pathlib import Path

import pandas as pd
import pytest

import maillage
from maillage.scenario import StudyFile, read_study_file

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "examples"


def module_names() -> list[str]:
    return [m.name for m in pkgutil.walk_packages(maillage.__path__, "maillage.")]


@pytest.mark.parametrize("name", ["maillage", *module_names()])
def test_docstring_examples(name: str) -> None:
    failed, _ = doctest.testmod(importlib.import_module(name), optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    assert failed == 0


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.toml")), ids=lambda p: p.name)
def test_study_files_are_read(path: Path) -> None:
    study = read_study_file(path)
    assert study.scenario[0].present, "today's sectors come first, so that every comparison has a reference"
    assert len(study.scenario) >= 6


def test_the_schema_beside_the_examples_is_the_present_one() -> None:
    written = (EXAMPLES / "study.schema.json").read_text(encoding="utf-8")
    assert written == maillage.study_schema(), "run: maillage schema > examples/study.schema.json"


def script(name: str) -> object:
    spec = importlib.util.spec_from_file_location(f"example_{name}", EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_demo_script_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script("demo").main(tmp_path / "out")  # type: ignore[attr-defined]
    printed = capsys.readouterr().out
    assert "125 collèges" in printed
    assert "Fermer cinq collèges" in printed
    assert (tmp_path / "out" / "rapport.html").is_file()


def test_the_script_about_futures_runs(capsys: pytest.CaptureFixture[str]) -> None:
    script("futures").main()  # type: ignore[attr-defined]
    printed = capsys.readouterr().out
    assert "p_over_capacity" in printed
    assert "first_two" in printed
    assert "careful" in printed


def test_the_script_about_enrolment_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script("enrolment").main(tmp_path / "fan.png")  # type: ignore[attr-defined]
    printed = capsys.readouterr().out
    drawn = "what the sector draws beside the département"
    for told in ("births eleven years before", "80 % interval, low", "cohort_survival", drawn):
        assert told in printed
    assert (tmp_path / "fan.png").stat().st_size > 10_000


def test_the_script_about_earlier_projections_runs(capsys: pytest.CaptureFixture[str]) -> None:
    script("backtest").main(ROOT / "data", (2022, 1), (2023, 1))  # type: ignore[attr-defined]
    printed = capsys.readouterr().out
    assert "all, 6e: 250 comparisons" in printed
    assert "80 % interval covers" in printed


def code_blocks(path: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


def test_the_readme_study_file_is_right() -> None:
    (block,) = code_blocks(ROOT / "README.md", "toml")
    StudyFile.model_validate(tomllib.loads(block))


def test_the_readme_script_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (block,) = code_blocks(ROOT / "README.md", "python")
    (tmp_path / "data").symlink_to(ROOT / "data")
    monkeypatch.chdir(tmp_path)
    exec(compile(block, "README.md", "exec"), {})
    assert (tmp_path / "rapport.html").is_file()


@pytest.mark.parametrize("page", ["travel", "roads", "coaches", "demography"])
def test_the_blocks_of_a_page_run_one_after_the_other(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = ROOT / "docs" / f"{page}.md"
    (tmp_path / "data").symlink_to(ROOT / "data")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "Agg")
    names: dict[str, object] = {}
    blocks = code_blocks(path, "python")
    assert blocks
    for number, block in enumerate(blocks, start=1):
        exec(compile(block, f"{path.name}, block {number}", "exec"), names)


def test_links_of_the_documentation_lead_somewhere() -> None:
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8")):
            if not target.startswith("http"):
                assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_documentation_names_every_key_of_a_study_file() -> None:
    text = (ROOT / "docs" / "scenarios.md").read_text(encoding="utf-8")
    schema = json.loads(maillage.study_schema())
    for part in ("Scenario", "Rules", "Goals", "TravelSettings"):
        for key in schema["$defs"][part]["properties"]:
            assert f"`{key}`" in text or f"`{key}`" in text.replace("`rules`", f"`{key}`" if key in ("rules", "goals") else "")


@pytest.fixture(scope="module")
def pas_de_calais(shared_data: Path) -> maillage.Study:
    """The example as it is, with less time for each scenario: what is checked does not depend on it."""
    assert shared_data.is_dir()
    inputs = maillage.load_study(EXAMPLES / "pas_de_calais.toml")
    hurried = [scenario.model_copy(update={"time_limit_s": 8.0}) for scenario in inputs.scenarios]
    return maillage.study(inputs.territory, hurried, inputs.settings)


def test_pas_de_calais_has_the_published_figures(pas_de_calais: maillage.Study) -> None:
    facts = pas_de_calais.territory.summary()
    assert facts["colleges_public"] == 125
    assert facts["colleges_private"] == 32
    assert facts["pupils_public"] == 60_519
    assert facts["communes_sectored"] == 888
    assert facts["ips_mean_public"] == pytest.approx(89.51, abs=0.005)


def test_pas_de_calais_plans_pass_and_tell_their_gap(pas_de_calais: maillage.Study) -> None:
    assert len(pas_de_calais.scenarios) >= 6
    assert pas_de_calais.impossible == ()
    for plan in pas_de_calais.plans[1:]:
        assert plan.status in ("proven", "feasible")
        assert plan.breaches == ()
        assert plan.bound <= plan.objective
        assert plan.gap <= plan.scenario.gap or plan.status == "feasible"


def test_pas_de_calais_measures_todays_mix_as_published(pas_de_calais: maillage.Study) -> None:
    table = pas_de_calais.indicators()
    today = table[(table["scenario"] == "present") & (table["rentree"] == 2022)].set_index("indicator")["value"]
    assert isinstance(today, pd.Series)
    assert today["eta_squared"] == pytest.approx(0.0956, abs=5e-5)
    assert today["eta_squared_with_private"] == pytest.approx(0.1862, abs=5e-5)
