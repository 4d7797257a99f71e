"""Present sectors: which collèges each commune is sectored to, with which weight, and what is assumed where none is given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from maillage.arrays import Bools, Floats, Ints, Strings
from maillage.sources.layout import header_of
from maillage.sources.ledger import Ledger
from maillage.sources.units import OUTSIDE


@dataclass(frozen=True, eq=False)
class Places:
    """What the sectors are joined to.

    Attributes
    ----------
    communes : (C,) str
        INSEE codes, sorted.
    commune_xy_m : (C, 2) float
        A point in each.
    edges, edge_length_m : (E, 2) int32, (E,) float
        Neighbouring communes.
    uai : (S,) str
        Public collèges of the territory.
    college_xy_m : (S, 2) float
    college_commune : (S,) int32
        Position of the commune each collège is declared in; -1 unknown.
    """

    communes: Strings
    commune_xy_m: Floats
    edges: Ints
    edge_length_m: Floats
    uai: Strings
    college_xy_m: Floats
    college_commune: Ints


@dataclass(frozen=True, eq=False)
class Sectors:
    """Pairs of a commune and a collège that recruits there; the weights of a commune sum to 1.

    Attributes
    ----------
    commune : (P,) int32
        Position of the commune; sorted, every commune appears.
    college : (P,) int32
        Position of the public collège, `OUTSIDE` for one of another département.
    weight : (P,) float
        Share of the commune's pupils, before any reconciliation.
    xy_m : (P, 2) float
        Where the collège stands; the commune's own point where that is unknown (outside only).
    assumed : (C,) bool
        The commune was in no sector and was given that of a neighbour.
    sectored : int
        Communes named in the sector table.
    """

    commune: Ints
    college: Ints
    weight: Floats
    xy_m: Floats
    assumed: Bools
    sectored: int


def join_sectors(
    table: pd.DataFrame, places: Places, elsewhere: pd.DataFrame, *, neighbours: bool, file: str, ledger: Ledger
) -> Sectors | None:
    """Join the sector table to communes and collèges.

    Parameters
    ----------
    table : DataFrame
        ``commune, uai, weight``, communes of this territory only.
    places : Places
    elsewhere : DataFrame
        Index UAI, columns ``x_m, y_m``: collèges of other départements.
    neighbours : bool
        True: a commune in no sector takes that of the sectored neighbour it shares the longest border with, and a
        collège without sector shares that of its commune. False: both are faults.
    file : str
        Named in faults.
    ledger : Ledger

    Returns
    -------
    Sectors, or None where faults were found (they are in the ledger).
    """
    before = len(ledger.faults)
    pairs = table.groupby(["commune", "uai"])["weight"].sum().reset_index()
    pairs.attrs = table.attrs
    sectored = int(pairs["commune"].nunique())
    _refuse_unknown(pairs, places, file, ledger)
    pairs = _with_every_college(pairs, places, neighbours, file, ledger)
    pairs, assumed = _with_every_commune(pairs, places, elsewhere, neighbours, file, ledger)
    if len(ledger.faults) > before:
        return None
    return _as_arrays(pairs, places, elsewhere, assumed, sectored, ledger)


def _refuse_unknown(pairs: pd.DataFrame, places: Places, file: str, ledger: Ledger) -> None:
    prefixes = {str(uai)[:3] for uai in places.uai}
    here = pairs["uai"].str[:3].isin(prefixes)
    unknown = pairs.loc[here & ~pairs["uai"].isin(places.uai), "uai"]
    if len(unknown):
        ledger.fault(
            file,
            "unknown UAI: no public collège of the territory",
            unknown,
            column=header_of(pairs, "uai"),
            remedy="Correct it, or check that the collège is public, open, and in the figures of the base rentrée",
        )
    lost = pairs.loc[~pairs["commune"].isin(places.communes), "commune"]
    if len(lost):
        ledger.fault(
            file,
            "communes of which no contour is given",
            lost,
            column=header_of(pairs, "commune"),
            remedy="Give contours of the same year, a COG, or the communes' new codes under [merged_communes]",
        )


def _with_every_college(pairs: pd.DataFrame, places: Places, neighbours: bool, file: str, ledger: Ledger) -> pd.DataFrame:
    """Add the commune a collège stands in where no commune is sectored to it."""
    alone = np.flatnonzero(~np.isin(places.uai, pairs["uai"].to_numpy(dtype=str)))
    homeless = [s for s in alone if places.college_commune[s] < 0]
    if len(alone) and (not neighbours or homeless):
        named = alone if not neighbours else np.array(homeless)
        remedy = (
            'Add its communes, or set unsectored = "neighbours" under [territory] to let it share the sector of its own commune'
        )
        ledger.fault(
            file, "collèges to which no commune is sectored", places.uai[named], column=header_of(pairs, "uai"), remedy=remedy
        )
        return pairs
    consequence = "shares the sector of the commune it stands in, with equal weights"
    ledger.match("collèges with a sector", len(places.uai), places.uai[alone], consequence)
    extra = [_share_home(pairs, str(places.communes[places.college_commune[s]]), str(places.uai[s])) for s in alone]
    return pd.concat([pairs, *extra], ignore_index=True)


def _share_home(pairs: pd.DataFrame, commune: str, uai: str) -> pd.DataFrame:
    here = pairs.loc[pairs["commune"] == commune, "weight"]
    return pd.DataFrame({"commune": [commune], "uai": [uai], "weight": [float(here.mean()) if len(here) else 1.0]})


def _with_every_commune(
    pairs: pd.DataFrame, places: Places, elsewhere: pd.DataFrame, neighbours: bool, file: str, ledger: Ledger
) -> tuple[pd.DataFrame, Bools]:
    """Give communes in no sector that of a neighbour, in waves outward from the sectored ones."""
    has = np.isin(places.communes, pairs["commune"].to_numpy(dtype=str))
    assumed = ~has
    missing = places.communes[assumed]
    if len(missing) and not neighbours:
        remedy = 'Add them to the sectors, or set unsectored = "neighbours" under [territory] to take the sector of a neighbour'
        ledger.fault(file, "communes in no sector", missing, column=header_of(pairs, "commune"), remedy=remedy)
        return pairs, assumed
    consequence = "given the sector of the neighbour with the longest shared border, marked as assumed"
    ledger.match("communes in a sector", len(places.communes), missing, consequence)
    extra = []
    for commune, neighbour in _nearest_sectored(places, has):
        options = pairs.loc[pairs["commune"] == places.communes[neighbour], "uai"].tolist()
        uai = min(options, key=lambda uai: _distance(uai, places, elsewhere, commune))
        row = pd.DataFrame({"commune": [str(places.communes[commune])], "uai": [uai], "weight": [1.0]})
        extra.append(row)
        pairs = pd.concat([pairs, row], ignore_index=True)
    return pairs, assumed


def _nearest_sectored(places: Places, has: Bools) -> Sequence[tuple[int, int]]:
    """(commune, neighbour to copy), each neighbour sectored or copied earlier; the nearest commune where none touches."""
    done, order = has.copy(), []
    while not done.all() and done.any():
        wave = []
        for commune in np.flatnonzero(~done):
            touching = (places.edges == commune).any(axis=1)
            other = places.edges[touching].sum(axis=1) - commune
            length = np.where(done[other], places.edge_length_m[touching], 0.0)
            if len(length) and length.max() > 0:
                wave.append((int(commune), int(other[np.argmax(length)])))
        if not wave:
            gap = np.linalg.norm(places.commune_xy_m[~done][:, None] - places.commune_xy_m[done][None], axis=2)
            i, k = np.unravel_index(int(np.argmin(gap)), gap.shape)
            wave = [(int(np.flatnonzero(~done)[i]), int(np.flatnonzero(done)[k]))]
        order += wave
        done[[commune for commune, _ in wave]] = True
    return order


def _distance(uai: str, places: Places, elsewhere: pd.DataFrame, commune: int) -> float:
    return float(np.linalg.norm(_place(uai, places, elsewhere, commune) - places.commune_xy_m[commune]))


def _place(uai: str, places: Places, elsewhere: pd.DataFrame, commune: int) -> Floats:
    """Where a collège stands; the commune's own point where its position is not known."""
    known = np.flatnonzero(places.uai == uai)
    if len(known):
        return np.asarray(places.college_xy_m[known[0]])
    if uai in elsewhere.index:
        point = elsewhere.loc[uai, ["x_m", "y_m"]].to_numpy(dtype=np.float64)
        if np.isfinite(point).all():
            return np.asarray(point)
    return np.asarray(places.commune_xy_m[commune])


def _as_arrays(
    pairs: pd.DataFrame, places: Places, elsewhere: pd.DataFrame, assumed: Bools, sectored: int, ledger: Ledger
) -> Sectors:
    position = {str(uai): s for s, uai in enumerate(places.uai)}
    pairs = pairs.sort_values(["commune", "uai"], ignore_index=True)
    outside = ~pairs["uai"].isin(list(position))
    names = (pairs["uai"] + " (commune " + pairs["commune"] + ")")[outside]
    consequence = "of another département: their pupils here are not among the territory's, and their parts are not replanned"
    ledger.match("collèges of the sectors in the territory", len(pairs), names, consequence)
    commune = np.searchsorted(places.communes, pairs["commune"].to_numpy(dtype=str)).astype(np.int32)
    weight = pairs["weight"].to_numpy(dtype=np.float64)
    return Sectors(
        commune=commune,
        college=np.array([position.get(uai, OUTSIDE) for uai in pairs["uai"]], dtype=np.int32),
        weight=weight / np.bincount(commune, weight)[commune],
        xy_m=np.array([_place(uai, places, elsewhere, c) for uai, c in zip(pairs["uai"], commune, strict=True)]),
        assumed=assumed,
        sectored=sectored,
    )
