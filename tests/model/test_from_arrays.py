"""The door: every fault of an instance is named, all at once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from maillage.errors import InputError
from maillage.model.problem import Problem

COST = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
GOOD: dict[str, Any] = {"demand": [1.0, 2.0, 3.0]}
LINE = [[0, 1], [1, 2]]


def faults(**changes: Any) -> str:
    data = {"cost": COST, **GOOD, **changes}
    with pytest.raises(InputError) as error:
        Problem.from_arrays(data.pop("cost"), **data)
    return str(error.value)


def test_a_good_instance_is_posed_and_frozen() -> None:
    problem = Problem.from_arrays(COST, demand=[1.0, 2.0, 3.0], capacity=[4, 4])
    assert problem.demand.shape == (3, 1)
    assert problem.capacity.tolist() == [4.0, 4.0]
    with pytest.raises(ValueError, match="read-only"):
        problem.cost[0, 0] = 9.0
    COST.setflags(write=True)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"cost": [1.0, 2.0]}, "(units, sites) is expected"),
        ({"cost": [["a", "b"]]}, "not an array of numbers"),
        ({"demand": [1.0]}, "has shape (1, 1)"),
        ({"demand": [1.0, np.nan, 3.0]}, "NaN (1)"),
        ({"demand": [1.0, -2.0, 3.0]}, "below 0 (1)"),
        ({"demand": [1.0, np.inf, 3.0]}, "infinite (1)"),
        ({"cost": np.where(COST == 3, np.nan, COST)}, "NaN ((1, 0))"),
        ({"capacity": [1.0]}, "where (2,) is expected"),
        ({"capacity": [-1.0, 9.0]}, "column 'capacity': below 0 (0)"),
        ({"capacity": [2.0, 3.0]}, "demand above all capacity: 1 places missing"),
        ({"capacity": [9.0, 5.0], "open_exactly": 1, "forced_closed": [0]}, "1 places missing"),
        ({"min_load": [1.0, -1.0]}, "column 'min_load': below 0 (1)"),
        ({"open_exactly": 3}, "3 is not a number of sites"),
        ({"open_exactly": 1, "forced_open": [0, 1]}, "more sites are forced open"),
        ({"open_exactly": 2, "forced_closed": [0]}, "only 1 sites are not forced closed"),
        ({"forced_open": [0], "forced_closed": [0]}, "both forced open and forced closed (0)"),
        ({"forced_open": [7]}, "sites that do not exist (there are 2) (7)"),
        ({"forced_closed": [0, 1]}, "no admissible site (0, 1, 2)"),
        ({"cost": np.where(COST > 4, np.inf, COST)}, "units with demand and no admissible site (2)"),
        ({"objective": "beauty"}, "unknown: 'beauty'"),
        ({"objective": "dissimilarity"}, "needed to measure dissimilarity"),
        ({"max_dissimilarity": 0.1, "group": [9.0, 0.0, 0.0]}, "more pupils of the group than pupils"),
        ({"max_dissimilarity": 0.1, "group": [0.0, 0.0, 0.0]}, "all pupils or none"),
        ({"max_cost": np.inf}, "not a finite number"),
        ({"contiguous": True}, "needs `edges` and `site_unit`"),
        ({"edges": [[0, 9]]}, "units that do not exist (there are 3) (9)"),
        ({"edges": [[0.5, 1.0]]}, "must be integers, shape (k, 2)"),
        ({"site_unit": [0, 3]}, "column 'site_unit': names units that do not exist"),
        ({"contiguous": True, "edges": [[0, 1]], "site_unit": [0, 1]}, "no site can reach over neighbouring units (2)"),
    ],
)
def test_each_fault_is_named(changes: dict[str, Any], words: str) -> None:
    assert words in faults(**changes)


def test_all_faults_at_once() -> None:
    text = faults(capacity=[-1.0, 9.0], forced_open=[7], objective="beauty")
    assert text.startswith("3 faults")


def test_repeated_edges_count_once() -> None:
    edges = [*LINE, [1, 0]]
    problem = Problem.from_arrays(COST, demand=[1, 2, 3], edges=edges, site_unit=[0, 2], contiguous=True)
    assert problem.edges is not None
    assert problem.edges.tolist() == LINE
