"""Travel times: on a road network, or as a marked approximation."""

from maillage.travel.approximation import Approximation
from maillage.travel.journeys import travel_times
from maillage.travel.modes import MODES, Mode
from maillage.travel.network import RoadNetwork
from maillage.travel.router import Router
from maillage.travel.times import TravelTimes

__all__ = ["MODES", "Approximation", "Mode", "RoadNetwork", "Router", "TravelTimes", "travel_times"]
