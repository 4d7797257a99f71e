"""IPS of écoles by commune and rentrée: the same écoles, weighted by their pupils."""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd

import maillage
from maillage.sources.ecole_ips import ips_by_commune
from maillage.territory import ECOLE_GRADES
from minidata import write_minidata
from official_files import write

NAN = math.nan


def table(*rows: tuple[str, int, str, bool, float, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["uai", "rentree", "commune", "public", "pupils", "ips"])


def found(*rows: tuple[str, int, str, bool, float, float], pupils: pd.DataFrame | None = None) -> list[list[object]]:
    return ips_by_commune(table(*rows), pupils, ["99001", "99002"]).to_numpy().tolist()


def test_weighted_by_pupils_of_any_rentree() -> None:
    rows = [
        ("A", 2022, "99001", True, 300.0, 100.0), ("A", 2024, "99001", True, NAN, 104.0),
        ("B", 2022, "99001", True, 100.0, 80.0), ("B", 2024, "99001", True, NAN, 80.0),
    ]  # fmt: skip
    assert found(*rows) == [["99001", 2022, 95, 400], ["99001", 2024, 98, 400]]


def test_only_public_ecoles_of_the_territory_that_publish_both_times() -> None:
    rows = [
        ("A", 2022, "99001", True, 50.0, 100.0), ("A", 2024, "99001", True, 50.0, 104.0),
        ("private", 2022, "99001", False, 50.0, 150.0), ("private", 2024, "99001", False, 50.0, 150.0),
        ("closed", 2022, "99001", True, 50.0, 60.0), ("secret", 2022, "99001", True, 50.0, 60.0),
        ("secret", 2024, "99001", True, 50.0, NAN), ("new", 2024, "99001", True, 50.0, 60.0),
        ("away", 2022, "98001", True, 50.0, 60.0), ("away", 2024, "98001", True, 50.0, 60.0),
        ("old", 2021, "99002", True, 50.0, 110.0),
    ]  # fmt: skip
    assert found(*rows) == [["99001", 2022, 100, 50], ["99001", 2024, 104, 50], ["99002", 2021, 110, 50]]


def test_sizes_from_the_table_of_ecoles_or_all_alike() -> None:
    rows = [("A", 2022, "99001", True, NAN, 100.0), ("B", 2022, "99001", True, NAN, 80.0)]
    ecoles = pd.DataFrame([["A", *[60.0] * 5], ["A", *[50.0] * 5]], columns=["uai", *ECOLE_GRADES])
    # B, of unknown size, counts as the mean one.
    assert found(*rows, pupils=ecoles) == [["99001", 2022, 90, 550]]
    ((*shown, unknown),) = found(*rows)
    assert shown == ["99001", 2022, 90]
    assert math.isnan(unknown)


def test_without_a_table() -> None:
    assert ips_by_commune(None, None, ["99001"]).empty


def test_a_territory_keeps_every_vintage(tmp_path: Path) -> None:
    toml = write_minidata(tmp_path)
    newer = [f"2024-2025;MINI;099;MINI;{uai};ECOLE;{c};C;public;;{ips}" for uai, c, ips in (("0990101X", "99001", "92"),)]
    header = (tmp_path / "ips_ecoles.csv").read_text(encoding="utf-8").split("\n")[0]
    write(tmp_path / "newer.csv", header, *newer)
    text = toml.read_text(encoding="utf-8").replace(
        'ips_ecoles = "ips_ecoles.csv"', 'ips_ecoles = ["ips_ecoles.csv", "newer.csv"]'
    )
    toml.write_text(text, encoding="utf-8")
    cohorts = maillage.load_territory(toml).cohorts
    assert cohorts.ecole_ips.to_numpy().tolist() == [["99001", 2022, 96, 270], ["99001", 2024, 92, 270]]
