"""Roads from a file, whatever its format: its ending says which."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from maillage.errors import Fault, InputError
from maillage.travel.roads.network import RoadNetwork


def read_roads(path: str | Path, rural_km_h: float | None = None) -> RoadNetwork:
    """Network of a file of roads.

    Parameters
    ----------
    path : str or Path
        BD TOPO (``.gpkg``), OpenStreetMap (``.osm.pbf``, ``.pbf``, ``.osm``, ``.osm.gz``, ``.osm.bz2``) or a graph of OSMnx
        (``.graphml``).
    rural_km_h : float, optional
        Another general limit outside towns: `departmental_km_h` of `RoadNetwork.from_bdtopo`, `rural_km_h` of the others.

    Raises
    ------
    InputError
        Another ending, and whatever the reader of that format refuses.
    """
    path = Path(path)
    for ending, read in READERS.items():
        if path.name.lower().endswith(ending):
            return read(path, rural_km_h)
    raise InputError([Fault(str(path), "unknown kind of road file", remedy=f"Roads are read from {', '.join(READERS)}")])


def _bdtopo(path: Path, rural_km_h: float | None) -> RoadNetwork:
    return RoadNetwork.from_bdtopo(path, departmental_km_h=rural_km_h)


def _osm(path: Path, rural_km_h: float | None) -> RoadNetwork:
    return RoadNetwork.from_osm(path) if rural_km_h is None else RoadNetwork.from_osm(path, rural_km_h=rural_km_h)


def _graph(path: Path, rural_km_h: float | None) -> RoadNetwork:
    return RoadNetwork.from_networkx(path) if rural_km_h is None else RoadNetwork.from_networkx(path, rural_km_h=rural_km_h)


READERS: dict[str, Callable[[Path, float | None], RoadNetwork]] = {
    ".gpkg": _bdtopo,
    ".pbf": _osm,
    ".osm": _osm,
    ".osm.gz": _osm,
    ".osm.bz2": _osm,
    ".graphml": _graph,
}
"""Ending of a file's name to what reads it."""
