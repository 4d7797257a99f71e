"""`Points`: where journeys start or end, whatever object they were given as; `AccessPoints`: places of several points."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from maillage.arrays import Bools, Floats, Index, Ints, Strings, frozen
from maillage.errors import Fault, InputError
from maillage.territory import Colleges, Units


@dataclass(frozen=True, eq=False)
class AccessPoints:
    """Places with several points each, such as units and their inhabited squares (see `access_points`).

    The minutes of a place are the mean over its points, weighted.

    Attributes
    ----------
    owner : (K,) int32
        Position of the place each point belongs to, 0 to P - 1; every place has a point.
    xy_m : (K, 2) float
        Metres in the network's coordinate system (EPSG:2154).
    weight : (K,) float
        Pupils, or anything in proportion to them, >= 0. Points of a place whose weights are all 0 count the same.
    name : (P,) str
        Of the places; "place 0", ... if not given.
    pupils_per_km2 : (P,) float
        NaN where unknown.
    notes : tuple of str
        What was left out when the points were made; `TravelTimes.unreachable` repeats it.

    Raises
    ------
    InputError
        Every fault at once: lengths that differ, places without a point, negative or missing weights, no coordinates.

    Examples
    --------
    >>> homes = AccessPoints(owner=[0, 0, 1], xy_m=[[0, 0], [500, 0], [900, 0]], weight=[3, 1, 2], name=["A", "B"])
    >>> len(homes), homes.share.tolist()
    (2, [0.75, 0.25, 1.0])
    """

    owner: Ints
    xy_m: Floats
    weight: Floats
    name: Strings | None = None
    pupils_per_km2: Floats | None = None
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        owner, xy_m, weight = np.asarray(self.owner), np.asarray(self.xy_m, np.float64), np.asarray(self.weight, np.float64)
        if owner.ndim != 1 or xy_m.shape != (len(owner), 2) or weight.shape != owner.shape:
            message = f"shapes {owner.shape}, {xy_m.shape}, {weight.shape} instead of (K,), (K, 2), (K,)"
            raise InputError([Fault("AccessPoints", message, remedy="Give one owner, place and weight a point")])
        names = [f"place {i}" for i in range(int(owner.max(initial=-1)) + 1)] if self.name is None else self.name
        name = np.asarray(names, dtype=np.str_)
        density = np.full(len(name), np.nan) if self.pupils_per_km2 is None else self.pupils_per_km2
        faults = list(_access_faults(owner, xy_m, weight, name, np.asarray(density)))
        if faults:
            raise InputError(faults)
        for field, values, dtype in (
            ("owner", owner, np.int32), ("xy_m", xy_m, np.float64), ("weight", weight, np.float64), ("name", name, np.str_),
            ("pupils_per_km2", density, np.float64),
        ):  # fmt: skip
            object.__setattr__(self, field, frozen(values, dtype))

    def __len__(self) -> int:
        return len(self.name) if self.name is not None else 0

    @property
    def share(self) -> Floats:
        """(K,) weight of each point over that of its place."""
        total = np.bincount(self.owner, weights=self.weight, minlength=len(self))[self.owner]
        alone = 1 / np.bincount(self.owner, minlength=len(self))[self.owner]
        return np.divide(self.weight, total, out=alone, where=total > 0)


Places = Units | Colleges | AccessPoints | npt.ArrayLike
"""Anything travel times can be asked for: the tables of a territory, `AccessPoints`, or an (n, 2) array of metres."""


@dataclass(frozen=True, eq=False)
class Points:
    """Named places, each with one point or several.

    Attributes
    ----------
    name : (P,) str
    xy_m : (K, 2) float
    pupils_per_km2 : (P,) float
        NaN where unknown.
    owner : (K,) int32
        Place of each point; 0 to P - 1 where each has its own.
    share : (K,) float
        Weight of each point in its place; they add up to 1.
    notes : tuple of str
        What was left out.
    """

    name: Strings
    xy_m: Floats
    pupils_per_km2: Floats
    owner: Index
    share: Floats
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.name)

    @property
    def several(self) -> bool:
        """Whether places and points are not one for one."""
        return not np.array_equal(self.owner, np.arange(len(self.name)))

    @classmethod
    def of(cls, places: Places, what: str) -> Points:
        """Points of a table or an array; `InputError` if their coordinates are not all finite."""
        if isinstance(places, AccessPoints):
            assert places.name is not None
            assert places.pupils_per_km2 is not None
            return cls(places.name, places.xy_m, places.pupils_per_km2, places.owner, places.share, places.notes)
        if isinstance(places, Units):
            name, xy_m, density = places.unit, places.xy_m, pupils_per_km2(places)
        elif isinstance(places, Colleges):
            name, xy_m, density = places.uai, places.xy_m, np.full(len(places), np.nan)
        else:
            xy_m = _metres(places, what)
            if xy_m.ndim != 2 or xy_m.shape[1] != 2:
                remedy = "Give an array (n, 2) of metres in EPSG:2154, or a table of the territory"
                raise InputError([Fault(what, f"shape {xy_m.shape} instead of (n, 2)", remedy=remedy)])
            name, density = np.array([f"{what} {i}" for i in range(len(xy_m))], dtype=np.str_), np.full(len(xy_m), np.nan)
        lost = ~np.isfinite(xy_m).all(axis=1)
        if lost.any():
            rows = tuple(str(n) for n in name[lost])
            raise InputError([Fault(what, "without coordinates", "xy_m", rows, "Give their place in EPSG:2154 metres")])
        return cls(name, xy_m, density, np.arange(len(name)), np.ones(len(name)))

    @classmethod
    def single(cls, places: Places, what: str) -> Points:
        """The same for places that must have one point each."""
        points = cls.of(places, what)
        if points.several:
            remedy = "Give a table of the territory or an array (n, 2)"
            raise InputError([Fault(what, "places of several points have no one place to draw from", remedy=remedy)])
        return points


def _metres(places: npt.ArrayLike, what: str) -> Floats:
    try:
        return np.asarray(places, np.float64)
    except (TypeError, ValueError):
        message = f"{type(places).__name__} instead of numbers"
        raise InputError([Fault(what, message, remedy="Give an array (n, 2) of metres in EPSG:2154")]) from None


def pupils_per_km2(units: Units) -> Floats:
    """(U,) density of pupils; NaN where the area is unknown."""
    density = np.divide(units.pupils, units.area_km2, out=np.full(len(units), np.nan), where=units.area_km2 > 0)
    return np.asarray(density)


def _access_faults(
    owner: npt.NDArray[np.generic], xy_m: Floats, weight: Floats, name: Strings, density: Floats
) -> Iterator[Fault]:
    if density.shape != name.shape:
        yield Fault("AccessPoints", f"{len(density)} values for {len(name)} places", "pupils_per_km2", remedy="One a place")
    yield from _point_fault("without coordinates", "xy_m", np.asarray(~np.isfinite(xy_m).all(axis=1)))
    yield from _point_fault("negative, endless or missing", "weight", ~((weight >= 0) & (weight < np.inf)))
    if owner.size and not np.issubdtype(owner.dtype, np.integer):
        yield Fault("AccessPoints", "not integers", "owner", remedy="Give positions of places")
        return
    position = owner.astype(np.int64)
    outside = (position < 0) | (position >= len(name))
    yield from _point_fault(f"not a place from 0 to {len(name) - 1}", "owner", outside)
    bare = np.setdiff1d(np.arange(len(name)), position)
    if len(bare):
        rows = tuple(str(n) for n in name[bare])
        yield Fault("AccessPoints", "places without a point", "owner", rows, "Give each place one point at least")


def _point_fault(message: str, column: str, wrong: Bools) -> Iterator[Fault]:
    if wrong.any():
        rows = tuple(f"point {i}" for i in np.flatnonzero(wrong))
        yield Fault("AccessPoints", message, column, rows, "Mend these points or leave them out")
