"""The command line: one short function a command, each calling one verb of the library."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from enum import StrEnum
from multiprocessing import active_children, get_context
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from maillage.errors import MaillageError

if TYPE_CHECKING:
    from maillage.studies import Study
    from maillage.territory import Territory

EXIT_FINDINGS = 1
EXIT_REFUSED = 2
EXIT_INTERRUPTED = 130

HELP = """Plan a network of collèges: official files in, ranked and checked scenarios out.

Start with  maillage check FOLDER  to see what was found in your data,
then write a study file (see examples/) and run  maillage study FILE.toml --out RESULTS.

Exit codes: 0 done; 1 done, but a scenario has no plan (or, with check --strict, data are unmatched); 2 input refused;
130 interrupted.
"""

app = typer.Typer(
    help=HELP, no_args_is_help=True, pretty_exceptions_enable=False, context_settings={"help_option_names": ["-h", "--help"]}
)
out = Console()
err = Console(stderr=True)


class Language(StrEnum):
    """Languages of the report."""

    FR = "fr"
    EN = "en"
    BOTH = "both"
    NONE = "none"


@app.command()
def study(
    file: Annotated[Path, typer.Argument(help="Study file (TOML): where the data are, the horizon, the scenarios.")],
    folder: Annotated[
        Path, typer.Option("--out", help="Folder for the results: new, empty, or an earlier study's, then replaced.")
    ],
    language: Annotated[Language, typer.Option(help="Language of the HTML report.")] = Language.FR,
    jobs: Annotated[
        int, typer.Option(min=1, help="Scenarios solved side by side; by default one a processor, 4 at most.")
    ] = min(4, os.cpu_count() or 1),
) -> None:
    """Run every scenario of a study file and write plans, indicators, ranking and report.

    Example:  maillage study examples/demo.toml --out demo-report
    """
    with _refusing():
        from maillage.chain import study as run_study
        from maillage.files import inputs_of
        from maillage.outputs import REPORT_NAMES, require_usable, write_results
        from maillage.scenario import read_study_file

        languages = {"both": ("fr", "en"), "none": ()}.get(language.value, (language.value,))
        require_usable(folder.absolute(), languages)
        asked = read_study_file(file)
        with _progress(len(asked.scenario) + 4) as step, _workers(jobs, len(asked.scenario)) as executor:
            step("reading the data")
            inputs = inputs_of(asked, file.parent)
            step("projecting enrolment")
            result = run_study(
                inputs.territory,
                inputs.scenarios,
                inputs.settings,
                executor=executor,
                progress=lambda stage, *_: step(stage),
            )
            step("writing tables and report")
            write_results(result, folder, languages)
        _tell_study(result)
        out.print(Text(f"Planned and measured in {result.seconds:.0f} s, reading and writing not counted."))
        for name in languages:
            out.print(Text(f"Report: {folder / REPORT_NAMES[name]}"), soft_wrap=True)
        out.print(Text(f"Tables and plans: {folder}"), soft_wrap=True)
        if result.impossible or result.unsolved:
            raise typer.Exit(EXIT_FINDINGS)


@app.command()
def check(
    source: Annotated[Path, typer.Argument(help="Folder of official files, territory.toml, or a study file.")],
    code: Annotated[str | None, typer.Option(help="Département code, where the folder holds files of all France.")] = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="List every unmatched identifier, not the first ten.")
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 where anything is left unmatched.")] = False,
) -> None:
    """Print what was found in the data, what matched, what did not, and what had to be estimated.

    Example:  maillage check data
    """
    with _refusing():
        territory = _load_any(source, code)
        _tell_territory(territory, verbose)
        unmatched = sum(len(match.unmatched) for match in territory.matches)
        out.print(Text(f"Usable. {unmatched} entries are not matched; what was done about each is said above."))
        if strict and unmatched:
            raise typer.Exit(EXIT_FINDINGS)


@app.command()
def bench(
    name: Annotated[str, typer.Argument(help="Benchmark; 'list' names them.")],
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line instead of a table.")] = False,
) -> None:
    """Run a benchmark against peers on this machine; it comes with the source tree, run it from there.

    Example:  maillage bench list
    """
    with _refusing():
        sys.path.insert(0, str(Path.cwd()))
        try:
            runner = importlib.import_module("benchmarks.__main__")
        except ModuleNotFoundError as missing:
            if missing.name not in ("benchmarks", "benchmarks.__main__"):
                raise
            raise MaillageError("no benchmarks here: run this command from the root of a source checkout") from None
        raise typer.Exit(runner.run(name, as_json=json))


@app.command()
def schema() -> None:
    """Print the JSON schema of a study file, for editors that complete and check TOML."""
    from maillage.scenario import study_schema

    sys.stdout.write(study_schema())


def main() -> None:
    """Entry point of the `maillage` command."""
    app(prog_name="maillage")


@contextmanager
def _refusing() -> Iterator[None]:
    """Turn the library's errors into one clear message and an exit code."""
    try:
        yield
    except MaillageError as error:
        _stop(str(error), EXIT_REFUSED)
    except KeyboardInterrupt:
        _stop("interrupted: nothing was written", EXIT_INTERRUPTED)


def _stop(message: str, code: int) -> NoReturn:
    err.print(Text(message, style="red"), soft_wrap=True)
    raise typer.Exit(code)


@contextmanager
def _progress(total: int) -> Iterator[StepTeller]:
    """A bar with the stage, the count, the time spent and the time left; plain lines where there is no terminal."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task("starting", total=total)
        yield StepTeller(bar, task)


class StepTeller:
    """Advances the progress bar and says what is under way."""

    def __init__(self, bar: Progress, task: object) -> None:
        self.bar, self.task, self.begun = bar, task, False

    def __call__(self, stage: str) -> None:
        """One more step reached: `stage`."""
        self.bar.update(self.task, description=stage, advance=1 if self.begun else 0)  # type: ignore[arg-type]
        self.begun = True
        if not self.bar.console.is_terminal:
            self.bar.console.print(Text(stage))


@contextmanager
def _workers(jobs: int, scenarios: int) -> Iterator[ProcessPoolExecutor | None]:
    """Processes for scenarios side by side; none where one would do."""
    count = min(jobs, scenarios)
    if count < 2:
        yield None
        return
    others = {child.pid for child in active_children()}
    with ProcessPoolExecutor(count, mp_context=get_context("spawn")) as pool:
        for _ in range(count):
            # They start, and load what they need, while this process reads the data.
            pool.submit(importlib.import_module, "maillage.planner")
        try:
            yield pool
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            # A solver in compiled code hears no interruption: leaving would wait for its time limit.
            for child in active_children():
                if child.pid not in others:
                    child.terminate()
                    child.join()
            raise


def _load_any(source: Path, code: str | None) -> Territory:
    from maillage.files import inputs_of
    from maillage.scenario import read_study_file, read_toml
    from maillage.sources import load_territory

    if source.suffix == ".toml" and "scenario" in read_toml(source):
        return inputs_of(read_study_file(source), source.parent).territory
    return load_territory(source, code=code)


def _table(title: str, *columns: str) -> Table:
    """A table whose long words are folded, never cut: two files must not look alike on a narrow terminal."""
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _tell_territory(territory: Territory, verbose: bool) -> None:
    figures = territory.summary()
    out.print(Text(f"{territory.name} ({territory.code}), rentrée {territory.base_rentree}", style="bold"))
    for key, value in figures.items():
        out.print(f"  {key.replace('_', ' ')}: {round(value, 1):,}".removesuffix(".0"))
    files = _table("Found", "file", "dataset", "vintage", "rows")
    for source in territory.sources:
        rows = "" if source.rows is None else f"{source.rows:,}"
        files.add_row(Text(source.file), Text(source.dataset), Text(source.vintage), rows)
    out.print(files)
    matches = _table("Joined", "what", "matched", "not matched", "what was done")
    for match in territory.matches:
        shown = match.unmatched if verbose else match.unmatched[:10]
        more = f" and {len(match.unmatched) - len(shown)} more (--verbose)" if len(match.unmatched) > len(shown) else ""
        matches.add_row(
            Text(match.what), f"{match.matched:,} / {match.total:,}", Text(", ".join(shown) + more), Text(match.consequence)
        )
    out.print(matches)
    estimates = _table("Not observed", "estimated", "rows", "how")
    for estimate in territory.estimates:
        estimates.add_row(Text(estimate.quantity), f"{estimate.count:,} / {estimate.total:,}", Text(estimate.method))
    out.print(estimates)


def _tell_study(result: Study) -> None:
    table = _table("Scenarios", "rank", "scenario", "score", "status", "gap", "seconds")
    plans = {plan.scenario.name: plan for plan in result.plans}
    for row in result.ranking().to_pandas().itertuples():
        plan = plans[str(row.scenario)]
        gap = "" if plan.status == "present" else f"{plan.gap:.2%}"
        table.add_row(str(row.rank), Text(plan.scenario.label), f"{row.score:.3f}", plan.status, gap, f"{plan.seconds:.1f}")
    out.print(table)
    for scenario, reasons in result.impossible:
        err.print(Text(f"{scenario.label}: no possible plan. " + "; ".join(reasons), style="yellow"), soft_wrap=True)
    for scenario, reasons in result.unsolved:
        err.print(Text(f"{scenario.label}: " + "; ".join(reasons), style="yellow"), soft_wrap=True)
