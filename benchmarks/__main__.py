"""Run a benchmark: ``python -m benchmarks NAME [--json]``; ``list`` names them."""

from __future__ import annotations

import importlib
import json
import os
import platform
import sys
from importlib.metadata import version
from importlib.util import find_spec

NAMES = {
    "travel": "many-to-many travel times on New York's roads, against scipy, igraph, networkit, rustworkx and pandana",
    "growth": "time and memory of travel times from 10 thousand to a million nodes",
    "handover": "building a large assignment program and handing it to HiGHS, against plain PuLP",
    "demography": "ten years of enrolment with simulated futures, 1,500 and 30,000 units",
    "spread": "what the intervals of enrolment rest on, measured on the national files of collèges",
    "demo": "every stage of the demo study, once",
}
LIBRARIES = ("numpy", "scipy", "pandas", "networkx", "numba", "pulp", "highspy", "igraph", "networkit", "rustworkx", "pandana")


def run(name: str, as_json: bool = False) -> int:
    """Run the benchmark `name` and print its rows; 2 where there is no such benchmark."""
    if name == "list":
        for known, what in NAMES.items():
            print(f"{known:10} {what}")
        return 0
    if name not in NAMES:
        print(f"no benchmark {name!r}; there are: {', '.join(NAMES)}", file=sys.stderr)
        return 2
    if not as_json:
        print(machine())
    for row in importlib.import_module(f"benchmarks.{name}").run():
        if as_json:
            print(json.dumps(row.as_dict(), ensure_ascii=False), flush=True)
        else:
            print(row.line(), flush=True)
    return 0


def machine() -> str:
    """What the figures were measured on, with the peers that are installed."""
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES if find_spec(name))
    return f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}, {libraries}"


def main() -> int:
    words = [word for word in sys.argv[1:] if word != "--json"]
    if len(words) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    return run(words[0], as_json="--json" in sys.argv)


if __name__ == "__main__":
    sys.exit(main())
