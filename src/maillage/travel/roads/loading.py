"""`FromFiles`: the doors of `RoadNetwork`, one for each form that roads come in."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy.typing as npt

from maillage.travel.roads.arcs import read_arcs
from maillage.travel.roads.bdtopo import read_troncons
from maillage.travel.roads.graphs import read_graph
from maillage.travel.roads.lines import read_lines
from maillage.travel.roads.osm import read_osm
from maillage.travel.roads.segments import Segments
from maillage.travel.roads.tags import RURAL_KM_H

if TYPE_CHECKING:
    import geopandas as gpd
    import networkx as nx


class FromFiles(ABC):
    """What can be made from roads: each door is one reader."""

    @classmethod
    @abstractmethod
    def _of_segments(cls, roads: Segments) -> Self: ...

    @classmethod
    def from_arrays(
        cls,
        tail: npt.ArrayLike,
        head: npt.ArrayLike,
        seconds: npt.ArrayLike,
        lonlat: npt.ArrayLike | None = None,
        *,
        xy_m: npt.ArrayLike | None = None,
        length_m: npt.ArrayLike | None = None,
        urban: npt.ArrayLike | None = None,
    ) -> Self:
        """Network of one-way arcs given as arrays.

        Parameters
        ----------
        tail, head : (A,) integers
            Nodes of each arc; a two-way road is two arcs. Parallel arcs count by the fastest.
        seconds : (A,) float
            Car seconds, >= 0; inf = closed to cars (still walkable, in both directions).
        lonlat : (N, 2) float, optional
            Degrees (WGS 84), in metropolitan France; projected to EPSG:2154.
        xy_m : (N, 2) float, optional
            Metres instead; one of the two is needed.
        length_m : (A,) float, optional
            Metres, >= 0; the straight line between the nodes if absent.
        urban : (A,) bool, optional
            In a town; nowhere if absent.

        Raises
        ------
        InputError
            Every fault at once: lengths that differ, ids out of range, negative or NaN times, no or bad coordinates.
        """
        return cls._of_segments(read_arcs(tail, head, seconds, lonlat, xy_m, length_m, urban))

    @classmethod
    def from_bdtopo(cls, path: str | Path, *, departmental_km_h: float | None = None) -> Self:
        """Roads of IGN's BD TOPO V3: layer ``troncon_de_route`` of a GeoPackage in EPSG:2154.

        Car speed is ``vitesse_moyenne_vl`` (0 = not drivable), one-ways ``sens_de_circulation``, closures
        ``acces_vehicule_leger``, ``prive`` and ``acces_pieton``. Cycles keep to one-ways unless ``amenagement_cyclable_*`` or
        ``nature_de_la_restriction`` lets them ride against. Segments meet where their ends agree to 0.1 m; bridges and
        tunnels do not meet what they cross, because segments join at their ends only.

        Parameters
        ----------
        path : str or Path
        departmental_km_h : float, optional
            What if this were the limit on departmental roads outside towns: the mean speed of those driven at 50 km/h or more,
            of one carriageway, is moved in proportion to today's general limit of 80 km/h. An upper estimate of the effect:
            when the limit fell from 90 to 80 in 2018, measured speeds fell by about a third of it.

        Raises
        ------
        InputError
            Unreadable file, layer or columns missing, another CRS, geometries that are not lines, unknown values,
            negative or missing speeds: all at once.
        """
        return cls._of_segments(read_troncons(Path(path), departmental_km_h))

    @classmethod
    def from_osm(cls, path: str | Path, *, rural_km_h: float = RURAL_KM_H) -> Self:
        """Roads of an OpenStreetMap extract, read by osmium (``pip install "maillage[osm]"``).

        Ways are cut where they meet. Who may use them, and in which direction, is told by their class and by access tags, the
        more specific first; private roads and what is not in use are left out, ferries kept, barriers closed to those they
        stop (see `maillage.travel.roads.access`). Cars do 4/5 of a limit, else a speed by class
        (see `maillage.travel.roads.tags`).

        Parameters
        ----------
        path : str or Path
            ``.osm.pbf``, ``.osm``, ``.osm.gz`` or ``.osm.bz2``.
        rural_km_h : float
            General limit outside towns: for ways whose tags name that rule (``FR:rural``) and, by their mean speed, for primary
            and secondary roads without a limit. 90 where the département has restored it.

        Raises
        ------
        InputError
            No such file, osmium missing, a file cut short or of another kind, no roads, roads outside metropolitan France.
        """
        return cls._of_segments(read_osm(Path(path), rural_km_h))

    @classmethod
    def from_networkx(cls, graph: nx.Graph[Any] | str | Path, *, rural_km_h: float = RURAL_KM_H) -> Self:
        """A networkx graph such as OSMnx makes, or its GraphML file.

        Nodes need ``x`` and ``y`` (degrees, unless ``graph.graph["crs"]`` names another system); edges may have ``length``
        (metres; measured on the map where it is missing) and ``travel_time`` (seconds, taken as it is), else ``maxspeed``
        (km/h, or "30 mph", or a list: the least), else ``speed_kph``, else a default by ``highway``. Cars are taken to do 4/5
        of a speed limit (as OSRM assumes). An edge of a directed graph is open to traffic in its own direction only, and in
        both on foot; those of an undirected graph are open in both. Tags say who may use it as in `from_osm`.

        Raises
        ------
        InputError
            No such file or no GraphML, attributes missing or not numbers, unknown CRS, coordinates outside metropolitan France.
        """
        return cls._of_segments(read_graph(graph, rural_km_h))

    @classmethod
    def from_geodataframe(
        cls,
        lines: gpd.GeoDataFrame,
        *,
        speed_km_h: str | None = None,
        default_km_h: float | None = None,
        columns: dict[str, str] | None = None,
        level: str | None = None,
        crossings: bool = True,
        snap_m: float = 0.1,
        rural_km_h: float = RURAL_KM_H,
    ) -> Self:
        """Lines that need not meet at their ends: they are cut where they touch or cross, unless at different levels.

        Columns with the name of an OpenStreetMap key (``highway``, ``oneway``, ``maxspeed``, ``access``, ...) are read as
        such, and so are ``fclass`` or ``type`` where they hold OpenStreetMap's classes of road.

        Parameters
        ----------
        lines : GeoDataFrame
            LineStrings or MultiLineStrings in any coordinate system that is named.
        speed_km_h : str, optional
            Column of mean car speeds; NaN falls back on limit and class, 0 = closed to motor vehicles.
        default_km_h : float, optional
            Mean car speed of roads that say nothing of it.
        columns : dict, optional
            OpenStreetMap key -> column of that meaning, for instance ``{"maxspeed": "vitesse", "oneway": "sens"}``.
        level : str, optional
            Column of levels: lines cross without meeting where these differ. Otherwise ``level`` or ``layer``; where it is
            empty, ``bridge`` is 1 above the ground and ``tunnel`` 1 below. Ends meet at any level.
        crossings : bool
            False: lines meet only where one of them ends or both have a vertex, as in data drawn with one at each junction.
        snap_m : float
            Ends as near as this to each other or to a line meet.
        rural_km_h : float
            As in `from_osm`.

        Raises
        ------
        InputError
            Columns missing, no CRS, other geometries than lines, negative speeds, no way to tell a speed.
        """
        return cls._of_segments(
            read_lines(lines, speed_km_h, default_km_h, columns or {}, level, crossings, snap_m, rural_km_h)
        )
