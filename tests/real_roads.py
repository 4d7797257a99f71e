"""Road graphs with known answers, read plainly from the shared instances."""

from __future__ import annotations

import numpy as np


def real_roads(shared_bench):
    """Name to arcs (A, 2), weights, places of the nodes."""
    roads = shared_bench / "roads"
    paris = (roads / "paris_hashcode2014" / "paris_54000.txt").read_text().split("\n")
    count, streets = (int(word) for word in paris[0].split()[:2])
    place = np.array([line.split() for line in paris[1 : count + 1]], float)
    rows = np.array([line.split()[:4] for line in paris[count + 1 : count + 1 + streets]], int)
    both = rows[rows[:, 2] == 2]
    rows = np.concatenate([rows, both[:, [1, 0, 2, 3]]])
    andorra = np.load(roads / "andorra_raw_car_graph.npz")
    new_york = np.loadtxt(roads / "dimacs_ny" / "USA-road-t.NY.gr.gz", int, comments=("c", "p"), usecols=(1, 2, 3))
    places = np.loadtxt(roads / "dimacs_ny" / "USA-road-d.NY.co.gz", float, comments=("c", "p"), usecols=(2, 3))
    return {
        "Paris": (rows[:, :2], rows[:, 3], place),
        "Andorra": (
            np.column_stack([andorra["tail"], andorra["head"]]),
            np.rint(andorra["length_m"] * 10).astype(int),
            andorra["lonlat"],
        ),
        "New York": (new_york[:, :2] - 1, new_york[:, 2], places),
    }
