"""Write the demo territory, an invented département, beside this script or into another folder.

    python data/make_demo.py [--out DIR] [--seed N]

Same seed, same bytes. Nothing here describes a real place, school or person; see `data/README.md`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from demo.country import build_country
from demo.write_education import write_education
from demo.write_insee import write_insee
from demo.write_own import write_own

SEED = 99


def write_demo(folder: Path, seed: int = SEED) -> None:
    """Draw the territory and write `folder`/insee and `folder`/colleges."""
    insee, colleges = folder / "insee", folder / "colleges"
    insee.mkdir(parents=True, exist_ok=True)
    colleges.mkdir(parents=True, exist_ok=True)
    country = build_country(seed)
    write_insee(country, insee, np.random.default_rng([seed, 100]))
    write_education(country, colleges, np.random.default_rng([seed, 101]))
    write_own(country, colleges)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="folder to write into (default: this one)")
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    write_demo(options.out, options.seed)
