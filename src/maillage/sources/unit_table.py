"""From joined communes, sectors and écoles to the table of units: cut, filled with pupils, IPS and neighbours."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy.sparse as sp
import shapely
from scipy.special import ndtr

from maillage.arrays import Bools, Floats, Ints, Strings
from maillage.margins import fit_totals, sums_by
from maillage.sources.communes import Communes
from maillage.sources.ecoles import Ecoles
from maillage.sources.geography import components, living_points, neighbours
from maillage.sources.ledger import Ledger
from maillage.sources.sectors import Sectors
from maillage.sources.social import calibrate, fit_income, group_threshold, unit_group
from maillage.sources.units import OUTSIDE, Commune, CutRule, Iris, Part, Shared, cut_communes
from maillage.territory import Units

IRIS_AREA_TOLERANCE = 0.05
"""Contours of communes and of IRIS are generalised apart: their areas agree to a few per cent."""


@dataclass(frozen=True, eq=False)
class Published:
    """What collèges publish: ``pupils, ips, ips_sd`` (S,), IPS and deviation NaN where not published."""

    pupils: Floats
    ips: Floats
    ips_sd: Floats


@dataclass(frozen=True, eq=False)
class Incomes:
    """Median incomes (euros a year, NaN unknown): by commune (C,), and by IRIS code."""

    commune_eur: Floats
    iris_eur: Mapping[str, float]


@dataclass(frozen=True, eq=False)
class Social:
    """Social figures of units and collèges after calibration; IPS below `theta` counts as disadvantaged."""

    ips: Floats
    ips_sd: Floats
    imputed: Bools
    group: Floats
    college_ips: Floats
    college_sd: Floats
    theta: float


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


def social_of(
    parts: Sequence[Part],
    home: Ints,
    ecoles: Ecoles,
    incomes: Incomes,
    published: Published,
    share: float,
    ledger: Ledger,
) -> Social:
    """IPS, deviation and disadvantaged pupils of every part, agreeing with every published figure of the collèges.

    Parameters
    ----------
    parts : sequence of Part
    home : (U,) int
        Position of each part's commune.
    ecoles, incomes, published : the data
    share : float
        Share of pupils counted as disadvantaged.
    ledger : Ledger
    """
    present = np.array([part.college for part in parts], dtype=np.int32)
    pupils = np.array([part.pupils if part.college != OUTSIDE else 0.0 for part in parts])
    first, imputed = _first_ips(parts, home, ecoles, incomes, published, ledger)
    college_ips, college_sd = _complete(published, first, pupils, present, ledger)
    fitted = calibrate(pupils, first, present, college_ips, college_sd)
    method = "differences between the units of a sector narrowed to what the collège's published deviation allows"
    ledger.estimate("ips spread within sectors", int(fitted.narrowed.sum()), len(college_ips), method)
    theta = group_threshold(published.pupils, college_ips, college_sd, share)
    college_group = published.pupils * ndtr((theta - college_ips) / college_sd)
    group = unit_group(pupils, fitted.ips, fitted.ips_sd, present, college_group, theta)
    method = f"pupils below IPS {theta:.1f} (the lowest {share:.0%}), IPS taken as normal with the published mean and deviation"
    ledger.estimate("group", len(parts), len(parts), method)
    return Social(fitted.ips, fitted.ips_sd, imputed, group, college_ips, college_sd, theta)


def _first_ips(
    parts: Sequence[Part], home: Ints, ecoles: Ecoles, incomes: Incomes, published: Published, ledger: Ledger
) -> tuple[Floats, Bools]:
    """IPS of each part before calibration, and whether no école of its commune gives it."""
    line = fit_income(ecoles.ips, incomes.commune_eur, ecoles.pupils.sum(axis=1))
    by_income = np.full(len(ecoles.ips), np.nan) if line is None else line.ips(incomes.commune_eur)
    mean = float(np.average(np.nan_to_num(published.ips), weights=published.pupils * np.isfinite(published.ips)))
    commune_ips = np.nan_to_num(_first_known(ecoles.ips, by_income, ecoles.ips_attended), nan=mean)
    imputed = ~np.isfinite(ecoles.ips)[home]
    ips = commune_ips[home]
    found = "" if line is None else (
        f"from median income (IPS = {line.intercept:.1f} + {line.slope:.1f} ln income, R2 {line.r2:.2f}, "
        f"{line.communes} communes), else "
    )  # fmt: skip
    method = f"no école IPS in the commune: {found}that of the écoles its pupils attend, else the mean of the collèges"
    ledger.estimate("ips of units", int(imputed.sum()), len(parts), method)
    if line is not None:
        median = np.array([incomes.iris_eur.get(part.iris, np.nan) for part in parts])
        ratio = median / incomes.commune_eur[home]
        known = np.isfinite(ratio) & (ratio > 0)
        ips = ips + np.where(known, line.slope * np.log(np.where(known, ratio, 1.0)), 0.0)
        method = "IPS of the commune's écoles moved by the income of the IRIS, at the slope found between communes"
        ledger.estimate("ips of iris", int(known.sum()), len(parts), method)
    method = "first IPS of units shifted by one constant a collège so that today's sectors give each published IPS"
    ledger.estimate("ips calibration", len(parts), len(parts), method)
    return ips, imputed


def _complete(published: Published, first: Floats, pupils: Floats, present: Ints, ledger: Ledger) -> tuple[Floats, Floats]:
    """Published IPS and deviation, completed from the sector's units and the median deviation where not published."""
    size, inside = len(published.pupils), present >= 0
    total = sums_by(present[inside], pupils[inside], size)
    sector = sums_by(present[inside], (pupils * first)[inside], size) / np.maximum(total, 1e-9)
    lacking = ~np.isfinite(published.ips) | ~np.isfinite(published.ips_sd) | (published.ips_sd <= 0)
    method = "IPS or deviation not published: mean of the sector's units, median deviation of the other collèges"
    ledger.estimate("ips of collèges", int(lacking.sum()), size, method)
    middle = float(np.median(published.ips_sd[~lacking])) if (~lacking).any() else 30.0
    ips = np.where(np.isfinite(published.ips), published.ips, sector)
    return ips, np.where(np.isfinite(published.ips_sd) & (published.ips_sd > 0), published.ips_sd, middle)


def _first_known(*columns: Floats) -> Floats:
    result = columns[0]
    for column in columns[1:]:
        result = np.where(np.isfinite(result), result, column)
    return result


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
