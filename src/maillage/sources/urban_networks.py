"""Urban transport networks: which communes lie in which, and so which units and collèges."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from maillage.arrays import Strings
from maillage.sources.communes import Communes, at_present
from maillage.sources.layout import header_of
from maillage.sources.ledger import Ledger
from maillage.sources.sectors import Places
from maillage.territory import Units, UrbanNetworks


def join_urban_networks(
    table: pd.DataFrame | None, communes: Communes, current: Callable[[str], str], file: str, ledger: Ledger
) -> Strings | None:
    """Network of each commune; None where there is no table, and faults where it contradicts the communes.

    Parameters
    ----------
    table : DataFrame or None
        ``commune, network``; rows of another département are left out, and listed.
    communes : Communes
    current : callable
        From an INSEE code to the commune it is now part of.
    file : str
        Named in faults.
    ledger : Ledger

    Returns
    -------
    (C,) str or None
        "" where the commune lies in none.
    """
    if table is None:
        return None
    column = header_of(table, "commune")
    served = table[table["network"] != ""]
    here = communes.share_departement(served["commune"])
    ledger.match("communes of urban networks in the département", len(served), served.loc[~here, "commune"], "left out")
    present = at_present(served[here], communes, current, file, column, ledger)
    known = present.drop_duplicates(["commune", "network"])
    twice = known.loc[known["commune"].duplicated(), "commune"]
    if len(twice):
        remedy = "Keep one network for each commune, as it is today"
        ledger.fault(file, "made of communes that lie in two urban networks", twice, column=column, remedy=remedy)
    network = known.drop_duplicates("commune").set_index("commune")["network"]
    return network.reindex(communes.code).fillna("").to_numpy(dtype=str)


def networks_of(
    network: Strings | None, communes: Communes, places: Places, units: Units, ledger: Ledger
) -> UrbanNetworks | None:
    """The same by unit and by collège; None where it is not known, which is noted: who may ride a coach depends on it."""
    if network is None:
        method = "no table of urban transport networks: pupils far enough from their collège count, in towns too"
        ledger.estimate("pupils entitled to a school coach", len(units), len(units), method)
        return None
    at_college = np.where(places.college_commune < 0, "", network[places.college_commune])
    return UrbanNetworks(network[np.searchsorted(communes.code, units.commune)], at_college)
