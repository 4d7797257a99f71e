"""Fixtures shared by all tests."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of the real open data; a test that asks for it is skipped where it is absent."""
    folder = ROOT.parent / "shared" / "data"
    if not (folder / "README.md").is_file():
        pytest.skip("the real open data (../shared/data) are not on this machine")
    return folder


@pytest.fixture(scope="session")
def shared_bench() -> Path:
    """Folder of the instances with known answers; a test that asks for it is skipped where it is absent."""
    folder = ROOT.parent / "shared" / "bench"
    if not (folder / "README.md").is_file():
        pytest.skip("the instances with known answers (../shared/bench) are not on this machine")
    return folder
