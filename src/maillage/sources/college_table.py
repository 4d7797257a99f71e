"""The frozen tables of collèges, public and private, from what the joins found."""

from __future__ import annotations

import numpy as np

from maillage.sources.capacity import Canteens, Capacities
from maillage.sources.colleges import GRADE_COLUMNS, Roster
from maillage.sources.communes import Communes
from maillage.sources.geography import holding
from maillage.sources.ledger import Ledger
from maillage.sources.unit_social import Social
from maillage.territory import Colleges, PrivateColleges, Units


def college_table(roster: Roster, social: Social, units: Units, capacities: Capacities, canteens: Canteens) -> Colleges:
    """Public collèges, each in the unit whose outline holds it, else the nearest."""
    public = roster.public
    xy = public[["x_m", "y_m"]].to_numpy(dtype=np.float64)
    return Colleges(
        uai=public["uai"].to_numpy(dtype=str),
        name=public["name"].to_numpy(dtype=str),
        commune=public["commune"].to_numpy(dtype=str),
        xy_m=xy,
        unit=holding(xy, units.geometry)[0],
        pupils=public["pupils"].to_numpy(dtype=np.float64),
        grade_pupils=public[GRADE_COLUMNS].to_numpy(dtype=np.float64),
        ips=social.college_ips,
        ips_sd=social.college_sd,
        priority=public["priority"].to_numpy(dtype=str),
        capacity_low=capacities.low,
        capacity=capacities.central,
        capacity_high=capacities.high,
        capacity_estimated=capacities.estimated,
        lunch_rate=canteens.lunch_rate,
        lunch_rate_estimated=canteens.lunch_rate_estimated,
        seats=canteens.seats,
        sittings=canteens.sittings,
        canteen_estimated=canteens.places_estimated,
        kitchen=canteens.kitchen,
        production_meals=canteens.production_meals,
        ecole_meals=canteens.ecole_meals,
    )


def private_table(roster: Roster, communes: Communes, ledger: Ledger) -> PrivateColleges:
    """Private collèges; one without published position stands in the middle of its commune, NaN if that is unknown too."""
    private = roster.private
    home = communes.positions_of(private["commune"])
    middle = np.where((home >= 0)[:, None], communes.xy_m[home], np.nan)
    xy = private[["x_m", "y_m"]].to_numpy(dtype=np.float64)
    lost = private["x_m"].isna().to_numpy()
    nowhere = lost & (home < 0)
    found, middling = private[~nowhere], private.loc[lost & ~nowhere, "uai"]
    ledger.match("private collèges with a position", len(found), middling, "placed in the middle of their commune")
    if nowhere.any():
        consequence = "counted, but on no map: neither position nor a commune of the contours"
        ledger.match("private collèges that can be placed", len(private), private.loc[nowhere, "uai"], consequence)
    return PrivateColleges(
        uai=private["uai"].to_numpy(dtype=str),
        name=private["name"].to_numpy(dtype=str),
        commune=private["commune"].to_numpy(dtype=str),
        xy_m=np.where(np.isfinite(xy), xy, middle),
        pupils=private["pupils"].to_numpy(dtype=np.float64),
        ips=private["ips"].to_numpy(dtype=np.float64),
        ips_sd=private["ips_sd"].to_numpy(dtype=np.float64),
    )
