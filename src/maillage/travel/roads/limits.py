"""What if the limit on departmental roads outside towns were another one?

Sources: Code de la route R413-2 and CGCT L3221-4-1 (80 km/h since July 2018, 90 where the département has so decided); Cerema,
"Abaissement de la vitesse maximale autorisée à 80 km/h, rapport final" (July 2020): mean speeds fell by 3.3 km/h for 10 km/h.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np

from maillage.arrays import Bools, Floats
from maillage.errors import Fault, InputError
from maillage.travel.roads.tags import FASTEST_KM_H, RURAL_KM_H

ONE_CARRIAGEWAY = "Route à 1 chaussée"
HELD_BACK_KM_H = 50.0
"""Roads driven slower than this on average are held back by their bends rather than by the limit (assumption)."""

MIDDLE_IMPORTANCE = ("2", "3", "4")
"""Importance of most departmental roads: 1 is national and motorways, 5 and 6 are local."""


def with_departmental_limit(
    roads: gpd.GeoDataFrame, speed_km_h: Floats, urban: Bools, limit_km_h: float, path: str, notes: list[str]
) -> Floats:
    """Mean speeds moved in proportion to the limit; see `RoadNetwork.from_bdtopo`. A sentence is added to `notes`.

    Parameters
    ----------
    roads : GeoDataFrame
        With words ``nature``, ``cpx_classement_administratif`` and ``importance``, empty where the file does not say.
    """
    if not 0 < limit_km_h <= FASTEST_KM_H:
        told = f"{limit_km_h} is not a positive speed of at most {FASTEST_KM_H:g}"
        raise InputError([Fault(path, told, "departmental_km_h", remedy="Give km/h")])
    named, rank = roads["cpx_classement_administratif"], roads["importance"]
    if (named != "").any():
        departmental, how = named.str.contains("Départementale", regex=False), "by their administrative class"
    elif (rank != "").any():
        departmental, how = rank.isin(MIDDLE_IMPORTANCE), "taken to be those of importance 2 to 4"
    else:
        columns = "cpx_classement_administratif, importance"
        remedy = "Give a file that has one of them filled, or leave departmental_km_h out"
        raise InputError([Fault(path, "nothing tells which roads are departmental", columns, remedy=remedy)])
    undivided = (roads["nature"] == ONE_CARRIAGEWAY).to_numpy()
    moved = departmental.to_numpy(bool) & undivided & ~urban & (speed_km_h >= HELD_BACK_KM_H)
    notes.append(
        f"What if: {limit_km_h:g} km/h on departmental roads outside towns ({how}), "
        f"mean speeds moved in proportion to {RURAL_KM_H:g} km/h: {int(moved.sum())} segments."
    )
    return np.where(moved, speed_km_h * limit_km_h / RURAL_KM_H, speed_km_h)
