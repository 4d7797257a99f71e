"""The house keeps its rooms: who imports whom, and which library has which single owner."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[1] / "src" / "maillage"

MAY_IMPORT: dict[str, set[str]] = {
    "arrays": set(),
    "lazily": set(),
    "errors": set(),
    "margins": set(),
    "kernels": set(),
    "territory": {"errors"},
    "hypotheses": set(),
    "travel_settings": set(),
    "scenario": {"hypotheses", "travel_settings", "errors"},
    "sources": {"territory", "scenario", "margins", "errors"},
    "travel": {"territory", "scenario", "kernels", "lazily", "errors"},
    "demography": {"territory", "hypotheses", "margins", "errors"},
    "model": {"territory", "scenario", "demography", "travel", "errors"},
    "solver": {"model", "kernels", "errors"},
    "plan": {"model", "solver", "territory", "scenario", "demography", "travel", "errors"},
    "tally": {"plan", "territory", "scenario", "demography", "travel", "errors"},
    "check": {"tally", "plan", "territory", "scenario", "demography", "travel", "errors"},
    "planner": {"plan", "check", "tally", "model", "solver", "territory", "scenario", "demography", "travel", "errors"},
    "indicators": {"plan", "territory", "demography", "travel", "kernels", "errors"},
    "ranking": {"errors"},
    "report": {"plan", "indicators", "ranking", "territory", "scenario", "demography", "travel", "errors"},
    "studies": {"plan", "indicators", "ranking", "travel", "demography", "territory", "scenario", "errors"},
    "chain": {"studies", "planner", "plan", "indicators", "travel", "demography", "territory", "scenario", "errors"},
    "files": {"sources", "scenario", "territory", "errors"},
    "outputs": {"report", "plan", "demography", "errors"},
    "cli": {"chain", "files", "outputs", "sources", "scenario", "errors"},
}
"""Room to the rooms it may import; `arrays` is open to all."""

ONE_OWNER: dict[str, set[str]] = {
    "highspy": {"solver/highs.py"},
    "pulp": {"solver/pulp_.py"},
    "numba": {"kernels/"},
    "llvmlite": {"kernels/"},
    "matplotlib": {"report/", "travel/roads/drawing.py", "demography/fan.py"},
    "osmium": {"travel/roads/osm.py"},
    "platformdirs": {"travel/search/order_cache.py"},
    "xarray": {"travel/times.py"},
    "jinja2": {"report/"},
    "pandera": {"sources/"},
    "openpyxl": {"sources/"},
    "python_calamine": {"sources/"},
    "pyogrio": {"sources/", "travel/"},
    "networkx": {"travel/"},
    "typer": {"cli.py"},
    "rich": {"cli.py"},
    "pydantic": {"scenario.py", "travel_settings.py", "hypotheses/", "sources/"},
}
"""Library to the only files (or folders) that know it."""


def modules() -> list[Path]:
    return sorted(SOURCE.rglob("*.py"))


def room(path: Path) -> str:
    first = path.relative_to(SOURCE).parts[0]
    return first.removesuffix(".py")


def imports(path: Path) -> Iterator[tuple[str, bool]]:
    """Names of the modules a file imports when it runs, and whether only for type checking."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typing_only = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, id(node) in typing_only) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import; the house uses absolute ones"
            yield str(node.module), id(node) in typing_only


@pytest.mark.parametrize("path", modules(), ids=lambda p: p.relative_to(SOURCE).as_posix())
def test_rooms_import_only_their_neighbours(path: Path) -> None:
    here = room(path)
    if here == "__init__":
        return
    assert here in MAY_IMPORT, f"{here} is a new room: say in MAY_IMPORT what it may import"
    for name, typing_only in imports(path):
        parts = name.split(".")
        if parts[0] != "maillage" or typing_only:
            continue
        target = parts[1] if len(parts) > 1 else "__init__"
        assert target in MAY_IMPORT[here] | {here, "arrays"}, f"{path.name} imports {name}"


@pytest.mark.parametrize("library", sorted(ONE_OWNER))
def test_each_library_has_one_owner(library: str) -> None:
    for path in modules():
        where = path.relative_to(SOURCE).as_posix()
        uses = any(name.split(".")[0] == library for name, typing_only in imports(path) if not typing_only)
        owned = any(where == owner or (owner.endswith("/") and where.startswith(owner)) for owner in ONE_OWNER[library])
        assert not uses or owned, f"{where} imports {library}, which belongs to {ONE_OWNER[library]}"


def test_no_import_circles() -> None:
    graph = {r: {t for t in targets if t != r} for r, targets in MAY_IMPORT.items()}
    done: set[str] = set()
    while len(done) < len(graph):
        ready = {r for r, targets in graph.items() if r not in done and targets <= done}
        assert ready, f"circle among {sorted(set(graph) - done)}"
        done |= ready


def test_importing_maillage_loads_nothing_heavy() -> None:
    code = "import sys, maillage; print(sorted({m.split('.')[0] for m in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    for heavy in ("numpy", "pandas", "numba", "pulp", "highspy", "geopandas", "scipy", "matplotlib", "networkx"):
        assert f"'{heavy}'" not in loaded


def test_the_check_shares_nothing_with_the_optimiser() -> None:
    code = "import sys, maillage.check; print([m for m in sys.modules if m.startswith(('maillage.model', 'maillage.solver'))])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_no_pickles_are_read() -> None:
    for path in modules():
        names = {name.split(".")[0] for name, _ in imports(path)}
        assert not names & {"pickle", "joblib", "dill", "shelve"}, path
        assert "allow_pickle=True" not in path.read_text(encoding="utf-8"), path


def test_names_of_travel_are_found_where_they_are_said_to_be() -> None:
    import maillage.travel as package

    assert sorted(package.__all__) == sorted(package._HOMES)
    for name in package.__all__:
        assert getattr(package, name).__name__ == name if name != "MODES" else package.MODES


def test_public_names_are_found_where_they_are_said_to_be() -> None:
    import maillage

    for name in maillage.__all__:
        assert getattr(maillage, name) is not None
    with pytest.raises(AttributeError, match="no_such_name"):
        maillage.no_such_name  # noqa: B018
