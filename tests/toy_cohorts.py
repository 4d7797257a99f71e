"""The toy territory with other cohorts: tables of births, ages, past and projected enrolment."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd

from toy import toy_territory

BASE = 2024
NO_HISTORY = pd.DataFrame(columns=["uai", "rentree", "pupils", "p6e", "p5e", "p4e", "p3e"])


def cohorts_with(**tables):
    """The toy's cohorts without a history of collèges, and with some tables."""
    return dataclasses.replace(toy_territory().cohorts, **{"history": NO_HISTORY, **tables})


def territory_with(ecole=None, units=None, **tables):
    changes = dict(units or {})
    if ecole is not None:
        changes["ecole_pupils"] = np.array(ecole, float)
    return toy_territory(units=changes, cohorts=cohorts_with(**tables))


def population(groups, year=2024):
    rows = [(year, first, last, people) for (first, last), people in groups.items()]
    return pd.DataFrame(rows, columns=["year", "age_min", "age_max", "population"])


def by_age(groups):
    """The same with single ages, everybody shared equally over the ages of a group."""
    ages = {a: people / (last - first + 1) for (first, last), people in groups.items() for a in range(first, last + 1)}
    return population({(a, a): people for a, people in ages.items()})


def births(rows):
    return pd.DataFrame(rows, columns=["commune", "year", "births"])


def projection(rows):
    return pd.DataFrame(rows, columns=["rentree", "variant", "pupils"])
