"""From joined communes, sectors and écoles to the table of units: cut, filled with pupils, IPS and neighbours."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd
import scipy.sparse as sp
import shapely

from maillage.arrays import Floats, Ints, Strings
from maillage.margins import fit_totals, sums_by
from maillage.sources.communes import Communes
from maillage.sources.ecoles import Ecoles
from maillage.sources.geography import components, living_points, neighbours
from maillage.sources.ledger import Ledger
from maillage.sources.sectors import Sectors
from maillage.sources.unit_social import Social
from maillage.sources.units import OUTSIDE, Commune, CutRule, Iris, Part, Shared, cut_communes
from maillage.territory import Units

IRIS_AREA_TOLERANCE = 0.05
"""Contours of communes and of IRIS are generalised apart: their areas agree to a few per cent."""


def pupils_today(sectors: Sectors, rows: Floats, totals: Floats) -> Floats:
    """Pupils of every pair of a commune and a collège, so that each collège has its published total exactly.

    Parameters
    ----------
    sectors : Sectors
    rows : (C,) float
        Estimate of each commune's public pupils of collège age, in any unit; not all zero.
    totals : (S,) float
        Published enrolments.

    Returns
    -------
    (P,) float
        Pupils of each pair of `sectors`. A pair with a collège outside has the pupils its weight tells, which are not
        among those of the territory.
    """
    size = rows + 1e-9 * float(rows.sum())  # a commune without any école pupil may still be a collège's only one
    inside = sectors.college >= 0
    away = sums_by(sectors.commune[~inside], sectors.weight[~inside], len(rows))
    at_home = size * (1 - away)
    pairs = (sectors.commune[inside], sectors.college[inside])
    seed = sp.csr_array((sectors.weight[inside], pairs), shape=(len(rows), len(totals)))
    pupils = size[sectors.commune] * sectors.weight * (totals.sum() / at_home.sum())
    pupils[inside] = fit_totals(seed, at_home, totals).toarray()[pairs]
    return np.asarray(pupils)


def cut_territory(
    communes: Communes, sectors: Sectors, pupils: Floats, iris: Mapping[str, Sequence[Iris]], rule: CutRule
) -> list[Part]:
    """Cut every commune by the pupils (P,) of its pairs; see `cut_communes`."""
    shared: list[list[Shared]] = [[] for _ in communes.code]
    for c, s, n, xy in zip(sectors.commune, sectors.college, pupils, sectors.xy_m, strict=True):
        shared[c].append(Shared(int(s), float(n), (float(xy[0]), float(xy[1]))))
    whole = [
        Commune(str(code), str(name), geometry, tuple(pairs))
        for code, name, geometry, pairs in zip(communes.code, communes.name, communes.geometry, shared, strict=True)
    ]
    return cut_communes(whole, iris, rule)


def iris_of(
    contours: pd.DataFrame | None, young: pd.DataFrame | None, current: Callable[[str], str], codes: Strings
) -> dict[str, list[Iris]]:
    """IRIS by commune, sorted by code; empty where no contours are given."""
    if contours is None:
        return {}
    children = {} if young is None else young.set_index("iris")["pop_11_17"].to_dict()
    result: dict[str, list[Iris]] = {}
    known = contours.assign(commune=contours["commune"].map(current))
    known = known[known["commune"].isin(codes)].sort_values("iris")
    for row in known.itertuples():
        result.setdefault(str(row.commune), []).append(
            Iris(str(row.iris), str(row.name), row.geometry, float(children.get(row.iris, np.nan)))
        )
    return result


def account_for_iris(iris: Mapping[str, Sequence[Iris]], communes: Communes, ledger: Ledger) -> None:
    """Note the communes of which the IRIS given are more or less than the whole."""
    area = dict(zip(communes.code.tolist(), shapely.area(communes.geometry), strict=True))
    covered = {code: sum(float(part.geometry.area) for part in parts) / area[code] for code, parts in iris.items()}
    odd = [code for code, share in covered.items() if abs(share - 1) > IRIS_AREA_TOLERANCE]
    if covered:
        consequence = "IRIS clipped to the commune's outline, what none of them covers added to the nearest"
        ledger.match("communes whose IRIS make up their area", len(covered), odd, consequence)


def unit_table(parts: Sequence[Part], home: Ints, sectors: Sectors, ecoles: Ecoles, social: Social, ledger: Ledger) -> Units:
    """The frozen table of units, with its neighbour graph."""
    geometry = np.array([part.geometry for part in parts], dtype=object)
    outside = np.array([part.college == OUTSIDE for part in parts])
    every = np.array([part.pupils for part in parts])
    edges, length = neighbours(geometry)
    _account_for(parts, edges, ledger)
    return Units(
        unit=np.array([part.unit for part in parts]),
        commune=np.array([part.commune for part in parts]),
        name=np.array([part.name for part in parts]),
        xy_m=living_points(geometry),
        geometry=geometry,
        area_km2=shapely.area(geometry) / 1e6,
        present=np.array([part.college for part in parts], dtype=np.int32),
        present_assumed=sectors.assumed[home],
        approximate=np.array([part.approximate for part in parts]),
        pupils=np.where(outside, 0.0, every),
        ips=social.ips,
        ips_sd=social.ips_sd,
        ips_imputed=social.imputed,
        group=np.where(outside, 0.0, social.group),
        ecole_pupils=ecoles.pupils[home] * _share_of_commune(every, home)[:, None],
        ecole_served=ecoles.served[home],
        edges=edges,
        edge_length_m=length,
    )


def _share_of_commune(pupils: Floats, home: Ints) -> Floats:
    """Each part's share of its commune's pupils; equal shares where the commune has none."""
    total, parts = np.bincount(home, pupils)[home], np.bincount(home)[home]
    return np.asarray(np.divide(pupils, total, out=1.0 / parts, where=total > 0))


def _account_for(parts: Sequence[Part], edges: Ints, ledger: Ledger) -> None:
    cut = sum(part.approximate for part in parts)
    method = "large or shared communes cut into parts of about one size; parts go to the nearest of the commune's collèges"
    ledger.estimate("unit outlines", cut, len(parts), method)
    ledger.estimate("homes of pupils", len(parts), len(parts), "the pupils of a unit are taken to live at its centre")
    label = components(len(parts), edges)
    apart = [part.unit for part, k in zip(parts, label, strict=True) if k > 0]
    consequence = "no shared border with the rest of the territory: they cannot satisfy a contiguity rule together with it"
    ledger.match("units in one connected neighbour graph", len(parts), apart, consequence)
