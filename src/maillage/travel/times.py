"""`TravelTimes`: minutes from every unit to every collège, and whether they are exact."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from maillage.arrays import Floats, Strings, frozen
from maillage.errors import Fault, InputError
from maillage.travel.stored import read_times, write_times

if TYPE_CHECKING:
    import xarray as xr


@dataclass(frozen=True, eq=False)
class TravelTimes:
    """A matrix of travel times with its provenance.

    Attributes
    ----------
    minutes : (origins, destinations) float
        One-way minutes; inf = unreachable.
    distance_km : (origins, destinations) float
        Length of that journey; inf = unreachable.
    mode : str
        "car", "coach", ...
    approximate : bool
        True where no road network was given: distance x detour / speed.
    method : str
        Some sentences for reports: how the times were obtained.
    unreachable : tuple of str
        Warnings: points that did not snap, islands, ...
    origins, destinations : (origins,) str, (destinations,) str
        Names: unit codes, UAI; "origin 0", ... where none are given.
    not_snapped : tuple of str
        Names of the places too far from any road.
    means : (origins, destinations) int8, optional
        Which of `mean_names` serves each pair, where several modes were combined; -1 = none.
    mean_names : tuple of str
    road_km : (origins, destinations) float, optional
        Distance by road, whatever the mode: along the fastest way of a car; inf = unknown. None: `distance_km` already is.

    Raises
    ------
    InputError
        Shapes that do not agree, minutes that are negative or NaN, or `means` that are not positions in `mean_names`.
    """

    minutes: Floats
    distance_km: Floats
    mode: str
    approximate: bool
    method: str
    unreachable: tuple[str, ...] = ()
    origins: Strings | None = None
    destinations: Strings | None = None
    not_snapped: tuple[str, ...] = ()
    means: npt.NDArray[np.int8] | None = None
    mean_names: tuple[str, ...] = ()
    road_km: Floats | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "minutes", frozen(self.minutes, np.float64))
        object.__setattr__(self, "distance_km", frozen(self.distance_km, np.float64))
        if self.means is not None:
            object.__setattr__(self, "means", frozen(self.means, np.int8))
        if self.road_km is not None:
            object.__setattr__(self, "road_km", frozen(self.road_km, np.float64))
        shape = self.minutes.shape
        faults = [] if len(shape) == 2 else [Fault("TravelTimes", f"shape {shape} instead of two dimensions", "minutes")]
        for name, size in zip(("origins", "destinations"), shape, strict=False):
            given = getattr(self, name)
            names = [f"{name[:-1]} {i}" for i in range(size)] if given is None else given
            object.__setattr__(self, name, frozen(names, np.str_))
            if len(names) != size:
                faults.append(Fault("TravelTimes", f"{len(names)} names for {size} {name}", name))
        for name in ("distance_km", "means", "road_km"):
            values = getattr(self, name)
            if values is not None and values.shape != shape:
                faults.append(Fault("TravelTimes", f"shape {values.shape} but minutes {shape}", name))
        faults += _untimed(self)
        if self.means is not None and not ((self.means >= -1) & (self.means < len(self.mean_names))).all():
            faults.append(Fault("TravelTimes", f"not all from -1 to {len(self.mean_names) - 1}", "means"))
        if len({"", *self.mean_names}) <= len(self.mean_names):
            faults.append(Fault("TravelTimes", "empty or twice the same", "mean_names", self.mean_names))
        if faults:
            raise InputError(faults)

    @property
    def by_road_km(self) -> Floats:
        """(origins, destinations) `road_km`, or `distance_km` where that already is the distance by road."""
        return self.distance_km if self.road_km is None else self.road_km

    def to_pandas(self, *, long: bool = False) -> pd.DataFrame:
        """The matrix as a table.

        Parameters
        ----------
        long : bool
            False: minutes, one row an origin, one column a destination. True: one row a pair with columns ``origin,
            destination, minutes, distance_km``, ``road_km`` where it is another distance and, where several modes were
            combined, ``mean`` (empty = none).
        """
        if not long:
            return pd.DataFrame(self.minutes, index=self.origins, columns=self.destinations)
        return pd.DataFrame(self._columns())

    def to_xarray(self) -> xr.Dataset:
        """Minutes and kilometres (origin, destination) with their names, and the provenance as attributes.

        Raises
        ------
        InputError
            xarray is not installed.
        """
        try:
            import xarray as xr
        except ModuleNotFoundError:
            raise InputError([Fault("to_xarray", "needs xarray", remedy='pip install "maillage[xarray]"')]) from None
        dims = ("origin", "destination")
        values: dict[str, tuple[Any, ...]] = {
            "minutes": (dims, self.minutes, {"units": "min"}),
            "distance_km": (dims, self.distance_km, {"units": "km"}),
        }
        if self.road_km is not None:
            values["road_km"] = (dims, self.road_km, {"units": "km"})
        if self.means is not None:
            values["mean"] = (dims, self._mean_of_each(), {})
        return xr.Dataset(
            values,
            coords={"origin": self.origins, "destination": self.destinations},
            attrs=self._provenance() | {"approximate": int(self.approximate)},
        )

    def to_parquet(self, path: str | Path) -> None:
        """Write one row a pair, as the long table of `to_pandas`, the provenance beside it.

        Written under another name, then renamed: no half-written file is ever seen. Unreachable is inf.
        """
        header = self._provenance() | {"origins": self.origins, "destinations": self.destinations}
        write_times(Path(path), self._columns(), header)

    @classmethod
    def read_parquet(cls, path: str | Path) -> TravelTimes:
        """What `to_parquet` wrote, exactly.

        Raises
        ------
        InputError
            No such file, a truncated one, or one that `to_parquet` did not write.
        """
        columns, header = read_times(Path(path))
        shape = (len(header["origins"]), len(header["destinations"]))
        means, road_km = None, columns.get("road_km")
        if "mean" in columns:
            number = {name: i for i, name in enumerate(header["mean_names"])} | {"": -1}
            means = np.array([number[name] for name in columns["mean"]], np.int8).reshape(shape)
        return cls(
            columns["minutes"].reshape(shape), columns["distance_km"].reshape(shape), header["mode"], header["approximate"],
            header["method"], tuple(header["unreachable"]), header["origins"], header["destinations"],
            tuple(header["not_snapped"]), means, tuple(header["mean_names"]),
            None if road_km is None else road_km.reshape(shape),
        )  # fmt: skip

    def _columns(self) -> dict[str, npt.NDArray[Any]]:
        assert self.origins is not None
        assert self.destinations is not None
        columns: dict[str, npt.NDArray[Any]] = {
            "origin": np.repeat(self.origins, len(self.destinations)),
            "destination": np.tile(self.destinations, len(self.origins)),
            "minutes": self.minutes.ravel(),
            "distance_km": self.distance_km.ravel(),
        }
        if self.road_km is not None:
            columns |= {"road_km": self.road_km.ravel()}
        return columns if self.means is None else columns | {"mean": self._mean_of_each().ravel()}

    def _mean_of_each(self) -> npt.NDArray[np.str_]:
        return np.array([*self.mean_names, ""])[self.means]

    def _provenance(self) -> dict[str, Any]:
        names = ("mode", "approximate", "method", "unreachable", "not_snapped", "mean_names")
        return {name: list(value) if isinstance(value := getattr(self, name), tuple) else value for name in names}


def _untimed(times: TravelTimes) -> list[Fault]:
    """Pairs whose minutes are no time; inf is one."""
    wrong = ~(times.minutes >= 0)
    if not wrong.any():
        return []
    rows = tuple(f"pair {', '.join(map(str, pair))}" for pair in np.argwhere(wrong))
    return [Fault("TravelTimes", "negative or NaN", "minutes", rows, "Give minutes, inf = unreachable")]


def merged_method(*methods: str) -> str:
    """Methods one after the other, what an earlier one already says left out of the later ones, sentence by sentence."""
    said: set[str] = set()
    lines = []
    for line in "\n".join(methods).splitlines():
        new = [sentence for sentence in re.split(r"(?<=\.)\s+", line) if sentence not in said]
        said.update(new)
        lines.append(" ".join(new))
    return "\n".join(line for line in lines if line)
