"""Demography: how many pupils will live where, by grade and rentrée."""

from maillage.demography.demand import Demand
from maillage.demography.project import project_enrolment
from maillage.demography.variants import VARIANTS

__all__ = ["VARIANTS", "Demand", "project_enrolment"]
