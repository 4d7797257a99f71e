"""Children that new dwellings, demolitions and new jobs bring or take, by unit, grade and rentrée."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from maillage.arrays import Floats, frozen
from maillage.demography.places import HYPOTHESES, Places
from maillage.demography.supposed import arrivals_told
from maillage.errors import Fault, InputError
from maillage.hypotheses import AGES, EmploymentShock, Hypotheses, Programme, Yields
from maillage.territory import ECOLE_GRADES, GRADES, Territory

SCHOOL_GRADES = (*ECOLE_GRADES, *GRADES)
"""From CP to 3e."""

CP_AGE = 6
"""Age, reached in the calendar year of the rentrée, of those who enter CP."""


@dataclass(frozen=True, eq=False)
class Arrivals:
    """Children who come to live in each unit, or leave it, between a rentrée and the one before.

    They are flows: whoever projects adds those of a rentrée to the pupils of that rentrée, once, and lets them move up one
    grade a year. Children who arrive before they are old enough for CP, or are born in the new dwellings, are in the flow of
    CP of the rentrée at which they enter it. Flows are net: families who move out of a programme again count as leaving.
    They may be negative, and even exceed the pupils that a unit has: the caller must not let pupils fall under 0.

    Attributes
    ----------
    rentrees : (T,) int
        Consecutive, the first being the base, whose pupils are known: its flows are 0.
    children : (U, 9, T) float
        Public and private alike, by unit, grade (`SCHOOL_GRADES`) and rentrée.
    names, kinds : tuple of str, one a programme
        `kinds` is "dwellings", "demolition" or "employment".
    shares : (P, U) float
        Where each programme lies.
    gross : (P, 9, T) float
        Children who arrive in (or leave) the place of each programme.
    within : (P,) float
        Share of them who come from, or stay in, the rest of the territory.
    elsewhere : (P, U) float
        Shares of the units outside each programme in the pupils living there.
    method : tuple of str
        What was supposed, one sentence each.
    """

    rentrees: npt.NDArray[np.int64]
    children: Floats
    names: tuple[str, ...]
    kinds: tuple[str, ...]
    shares: Floats
    gross: Floats
    within: Floats
    elsewhere: Floats
    method: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("rentrees", "children", "shares", "gross", "within", "elsewhere"):
            object.__setattr__(self, name, frozen(getattr(self, name)))

    def net(self) -> Floats:
        """(P, U) what a child who arrives in a programme changes in each unit: one there, less who comes from elsewhere."""
        return np.asarray(self.shares - self.within[:, None] * self.elsewhere)

    def table(self, territory: Territory) -> pd.DataFrame:
        """Long table of the programmes, none of it about real pupils.

        Columns ``programme, kind, place, rentree, grade, arriving, new_to_territory``: `place` names the communes or units;
        `arriving` is net children who come to live there since the rentrée before, `new_to_territory` those of them who do not
        come from elsewhere in the territory. Both negative where children leave.
        """
        place = [_listed(territory.units.name[share > 0].tolist()) for share in self.shares]
        about = pd.DataFrame({"programme": self.names, "kind": self.kinds, "place": place})
        per = len(SCHOOL_GRADES) * len(self.rentrees)
        long = about.loc[about.index.repeat(per)].reset_index(drop=True)
        rentrees = np.repeat(self.rentrees, len(SCHOOL_GRADES))
        new = self.gross * (1 - self.within)[:, None, None]
        return long.assign(
            rentree=np.tile(rentrees, len(about)),
            grade=np.tile(SCHOOL_GRADES, len(self.rentrees) * len(about)),
            arriving=self.gross.swapaxes(1, 2).ravel(),
            new_to_territory=new.swapaxes(1, 2).ravel(),
        )


def arrivals(territory: Territory, hypotheses: Hypotheses, rentrees: Sequence[int] | npt.NDArray[np.int64]) -> Arrivals:
    """Net children whom the programmes and jobs of some hypotheses bring to each unit.

    Parameters
    ----------
    territory : Territory
        Its own table of dwellings counts too, unless ``hypotheses.own_dwellings`` is false.
    hypotheses : Hypotheses
    rentrees : (T,) int
        Consecutive; the first is the base.

    Raises
    ------
    InputError
        Communes and units that the territory does not have, each with the nearest one it has; a programme of the hypotheses
        that is also in the territory's own table; rentrées that do not follow on each other.

    Notes
    -----
    Let ``y(a, b)`` be the children of age ``a`` in an occupied dwelling of age ``b`` (`children_by_age`). Of ``n`` occupied
    dwellings delivered by rentrée ``d``, the flow into the grade of age ``a`` at rentrée ``t`` is, with ``b = t - d``::

        n (y(a, b) - y(a - 1, b - 1))      for b > 0 and grades after CP
        n  y(a, b)                         for b = 0, and for CP

    so that flows that are added once and then move up make just the stock ``n y(a, b)``. Dwellings pulled down take away the
    children of the oldest buildings known, from their rentrée on. Of a programme's flows a share comes from within the
    territory and is taken out of the units outside the programme in proportion to their pupils, so that the units add up to
    those who are new to the territory.
    """
    years = np.asarray(rentrees, np.int64)
    places = Places.of(territory)
    own = programmes_of(territory) if hypotheses.own_dwellings else ()
    programmes = (*own, *hypotheses.programme)
    _refuse(places, programmes, hypotheses.employment, len(own), years)
    kinds = ["demolition" if p.demolition else "dwellings" for p in programmes] + ["employment"] * len(hypotheses.employment)
    shares = [places.shares(p.communes, p.units) for p in programmes]
    shares += [places.shares(s.communes, {}) for s in hypotheses.employment]
    gross = [_flows_of_programme(p, hypotheses.yields, years) for p in programmes]
    gross += [_flows_of_shock(s, hypotheses.yields, years) for s in hypotheses.employment]
    within = np.array([_within(p, hypotheses.yields) for p in programmes] + [0.0] * len(hypotheses.employment))
    where = np.reshape(np.array(shares), (len(kinds), len(places.unit)))
    flows = np.reshape(np.array(gross), (len(kinds), len(SCHOOL_GRADES), len(years)))
    elsewhere = _elsewhere(where, places.pupils)
    net = where - within[:, None] * elsewhere
    return Arrivals(
        years,
        np.tensordot(net, flows, axes=(0, 0)),
        (*(p.name for p in programmes), *(s.name for s in hypotheses.employment)),
        tuple(kinds),
        where,
        flows,
        within,
        elsewhere,
        arrivals_told(programmes, hypotheses, len(own), int(years[0]), int(years[-1])),
    )


def aged_children(flows: Floats) -> Floats:
    """(..., 9, T) children of flows (..., 9, T) that are added once and then move up one grade a year."""
    stock = np.array(flows)
    for t in range(1, flows.shape[-1]):
        stock[..., 1:, t] += stock[..., :-1, t - 1]
    return stock


def possible(found: Arrivals, children: Floats) -> Arrivals:
    """The same, demolitions being counted as far as children of collège age live there to leave.

    Otherwise those who are rehoused elsewhere would come from nowhere. A demolition is scaled by ``children there at the base
    rentrée / most children who leave``, all demolitions of a unit together, where that is under 1.

    Parameters
    ----------
    found : Arrivals
    children : (U, 4, T) float
        Of collège age, public and private alike, without any arrival.
    """
    leaving = -aged_children(found.gross)[:, len(ECOLE_GRADES) :].sum(axis=1)
    pulled = np.array([kind == "demolition" for kind in found.kinds], bool)
    factor = np.ones(len(found.kinds))
    wanted = found.shares[pulled].T @ leaving[pulled]
    there = np.repeat(children[:, :, :1].sum(axis=1), wanted.shape[1], axis=1)
    short = np.divide(there, wanted, out=np.ones_like(wanted), where=wanted > 1e-12).min(axis=1, initial=1.0)
    for p in np.flatnonzero(pulled):
        factor[p] = float(np.min(short[found.shares[p] > 0], initial=1.0))
    if (factor >= 1).all():
        return found
    names = ", ".join(name for name, of in zip(found.names, factor, strict=True) if of < 1)
    told = (
        f"Dwellings pulled down: no more than {float(factor.min()):.0%} of what is supposed could be counted for {names}, "
        "for want of children there."
    )
    # `children` is linear in the flows of each programme: its part is what it would be alone.
    away = np.tensordot(found.net() * (1 - factor)[:, None], found.gross, axes=(0, 0))
    return replace(
        found, children=found.children - away, gross=found.gross * factor[:, None, None], method=(*found.method, told)
    )


def held(arrived: Floats, there: Floats) -> Floats:
    """Arrivals (U, 4, T) that leave no unit under 0, where `there` pupils are.

    Where a unit has fewer pupils of a grade than should leave it, as many fewer arrive in the other units, in proportion.
    """
    kept = np.maximum(arrived, -there)
    short = (kept - arrived).sum(axis=0)
    coming = np.maximum(kept, 0.0)
    total = coming.sum(axis=0)
    share = np.divide(np.minimum(short, total), total, out=np.zeros_like(total), where=total > 0)
    return np.asarray(kept - coming * share)


def programmes_of(territory: Territory) -> tuple[Programme, ...]:
    """Programmes of the territory's own table of dwellings, its rows of one name, commune and kind being the stages of one.

    A name that stands for several communes or kinds is completed with them, so that each programme has a name of its own.
    """
    table = territory.cohorts.dwellings
    if table.empty:
        return ()
    stages: dict[tuple[str, str, str, bool], dict[int, float]] = {}
    columns = (table[column].tolist() for column in ("name", "commune", "kind", "demolition", "year", "dwellings"))
    for name, commune, kind, demolition, year, dwellings in zip(*columns, strict=True):
        of = stages.setdefault((name, commune, kind, bool(demolition)), {})
        of[int(year)] = of.get(int(year), 0.0) + float(dwellings)
    names = [name for name, *_ in stages]
    programmes = []
    for (name, commune, kind, demolition), delivered in stages.items():
        told = f"{name} ({commune}, {kind}{', demolition' if demolition else ''})" if names.count(name) > 1 else name
        programmes.append(
            Programme.model_validate(
                {"name": told, "communes": commune, "delivered": delivered, "kind": kind, "demolition": demolition}
            )
        )
    return tuple(programmes)


def children_by_age(yields: Yields, kind: str, years: int) -> Floats:
    """Children in an occupied dwelling by age, 0 to 14, and by age of the building, 0 to `years`.

    Classes of age are shared equally over their ages; between the ages of the building that yields are given for they change
    in a line, and after the last one they stay.

    Returns
    -------
    (15, years + 1) float
    """
    ages = np.arange(years + 1)
    found = np.zeros((AGES[-1][1] + 1, years + 1))
    for part, share in yields.parts(kind).items():
        for (first, last), values in zip(AGES, getattr(yields, part).by_class(), strict=True):
            found[first : last + 1] += share * np.interp(ages, yields.building_years, values) / (last - first + 1)
    return found


def flows_of_stage(by_age: Floats, delivered: int, rentrees: npt.NDArray[np.int64]) -> Floats:
    """(9, T) net children a dwelling, by grade and rentrée, whom dwellings delivered by a rentrée bring.

    Parameters
    ----------
    by_age : (15, B) float
        As `children_by_age` gives; the last column holds for older buildings.
    delivered : int
    rentrees : (T,) int
    """
    old = rentrees - delivered
    stock = np.where(old >= 0, by_age[CP_AGE:, np.clip(old, 0, by_age.shape[1] - 1)], 0.0)
    before = np.where(old >= 1, by_age[CP_AGE:, np.clip(old - 1, 0, by_age.shape[1] - 1)], 0.0)
    flows = stock.copy()
    flows[1:] -= before[:-1]
    return flows


def _flows_of_programme(programme: Programme, yields: Yields, rentrees: npt.NDArray[np.int64]) -> Floats:
    by_age = children_by_age(yields, programme.kind, _oldest(yields, rentrees))
    occupied = yields.occupied_share if programme.occupied_share is None else programme.occupied_share
    if programme.demolition:
        return _staged(-by_age[:, -1:] * occupied, programme.stages, rentrees)
    return _staged(by_age * occupied, programme.stages, rentrees)


def _flows_of_shock(shock: EmploymentShock, yields: Yields, rentrees: npt.NDArray[np.int64]) -> Floats:
    return _staged(children_by_age(yields, shock.kind, _oldest(yields, rentrees)), shock.households, rentrees)


def _oldest(yields: Yields, rentrees: npt.NDArray[np.int64]) -> int:
    return max(len(rentrees), yields.building_years[-1])


def _staged(by_age: Floats, stages: dict[int, float], rentrees: npt.NDArray[np.int64]) -> Floats:
    """(9, T) flows of all stages.

    Stages of the base rentrée or before are in its pupils already, those after the last rentrée bring nobody yet.
    """
    flows = np.zeros((len(SCHOOL_GRADES), len(rentrees)))
    for year, number in stages.items():
        if year > rentrees[0]:
            flows += number * flows_of_stage(by_age, year, rentrees)
    return flows


def _within(programme: Programme, yields: Yields) -> float:
    if programme.within_share is not None:
        return programme.within_share
    return yields.rehoused_within_share if programme.demolition else yields.from_within_share


def _elsewhere(shares: Floats, pupils: Floats) -> Floats:
    """(P, U) shares of the units outside each programme in the pupils living there.

    A programme outside which nobody lives takes from itself.
    """
    outside = np.where(shares > 0, 0.0, pupils)
    total = outside.sum(axis=1, keepdims=True)
    return np.where(total > 0, outside / np.where(total > 0, total, 1.0), shares)


def _refuse(
    places: Places,
    programmes: Sequence[Programme],
    shocks: Sequence[EmploymentShock],
    own: int,
    rentrees: npt.NDArray[np.int64],
) -> None:
    """Every fault at once; the first `own` programmes are those of the territory's own table."""
    faults = []
    for programme in programmes:
        faults += places.faults(f"programme {programme.name!r}", programme.communes, programme.units)
    for shock in shocks:
        faults += places.faults(f"employment {shock.name!r}", shock.communes)
    twice = sorted({p.name for p in programmes[:own]} & {*(p.name for p in programmes[own:]), *(s.name for s in shocks)})
    if twice:
        remedy = "Leave it out of one of them, or set own_dwellings = false"
        told = "also in the territory's own table of dwellings, so counted twice"
        faults.append(Fault(HYPOTHESES, told, "name", tuple(twice), remedy))
    if not len(rentrees) or (np.diff(rentrees) != 1).any():
        faults.append(Fault(HYPOTHESES, "rentrées do not follow on each other", remedy="Give each rentrée from the base on"))
    if faults:
        raise InputError(faults)


def _listed(names: Sequence[str]) -> str:
    distinct = list(dict.fromkeys(names))
    return ", ".join(distinct[:3]) + (f" and {len(distinct) - 3} more" if len(distinct) > 3 else "")
