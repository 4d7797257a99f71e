"""Demography: how many pupils will live where, by grade and rentrée."""

from maillage.demography.backtest import Backtest, backtest
from maillage.demography.demand import Demand
from maillage.demography.enrolment import Enrolment
from maillage.demography.private import entry_flows
from maillage.demography.project import project_enrolment
from maillage.demography.sectors import today_sectors
from maillage.demography.variants import VARIANTS

__all__ = ["VARIANTS", "Backtest", "Demand", "Enrolment", "backtest", "entry_flows", "project_enrolment", "today_sectors"]
