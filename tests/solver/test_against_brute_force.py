"""Every rule alone and with another: the optimum is that of brute force, whoever solves."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from brute import brute_force
from maillage.model.evaluate import evaluate
from maillage.model.problem import Problem
from maillage.solver import solve
from posed import RULES, problems

quick = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
PAIRS = list(itertools.combinations(RULES, 2))


def agrees(problem: Problem, method: str) -> None:
    least = brute_force(problem)
    outcome = solve(problem, time_limit=20, gap=0.0, method=method)
    if np.isinf(least):
        assert outcome.status == "infeasible"
        assert outcome.assignment is None
        return
    assert outcome.status == "proven"
    assert outcome.objective == pytest.approx(least, rel=1e-6, abs=1e-7)
    assert outcome.bound <= least + 1e-6 * max(1.0, abs(least))
    assert evaluate(problem, outcome.assignment, outcome.open).breaches == ()


@pytest.mark.parametrize("rule", RULES)
@quick
@given(data=st.data())
def test_each_rule_alone(rule: str, data: st.DataObject) -> None:
    agrees(data.draw(problems((rule,))), "highs")


@settings(quick, max_examples=60)
@given(data=st.data())
def test_pairs_of_rules(data: st.DataObject) -> None:
    pair = data.draw(st.sampled_from(PAIRS))
    agrees(data.draw(problems(pair)), "highs")


@settings(quick, max_examples=12)
@given(data=st.data())
def test_cbc_agrees(data: st.DataObject) -> None:
    pair = data.draw(st.sampled_from(PAIRS))
    agrees(data.draw(problems(pair)), "cbc")
