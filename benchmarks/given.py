"""Public files that a benchmark reads, in a folder that you name."""

from __future__ import annotations

import os
from pathlib import Path

from benchmarks.timing import MissingError

FOLDER_VARIABLE = "MAILLAGE_BENCH"


def given_file(name: str, folder: Path | None) -> Path:
    """Path of a file in `folder`, else in the folder that the environment variable names; raises `MissingError`."""
    given = folder or os.environ.get(FOLDER_VARIABLE)
    if not given:
        raise MissingError(f"{name} is not here: set {FOLDER_VARIABLE} to the folder that holds it (docs/benchmarks.md)")
    path = Path(given) / name
    if not path.is_file():
        raise MissingError(f"{path} is missing: set {FOLDER_VARIABLE} to the folder that holds {name}")
    return path
