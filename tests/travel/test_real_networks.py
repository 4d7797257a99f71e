"""Real networks load, route and plot: Monaco, Andorra (OSM), Saint-Germain-en-Laye (GraphML), Cannes (lines), BD TOPO."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest

from maillage import RoadNetwork, routes, travel_times

DEMO = Path(__file__).resolve().parents[2] / "data" / "insee" / "troncon_de_route.gpkg"

READERS = {
    "osm/monaco.osm.gz": RoadNetwork.from_osm,
    "osm/andorra.osm.pbf": RoadNetwork.from_osm,
    "osmnx/saint-germain-en-laye.graphml": RoadNetwork.from_networkx,
    "cannes/Roads_GAMA.shp": lambda path: RoadNetwork.from_geodataframe(gpd.read_file(path)),
}


@pytest.mark.parametrize("name", [*READERS, "demo"])
def test_load_route_and_plot(name, request):
    if name == "demo":
        network = RoadNetwork.from_bdtopo(DEMO)
    else:
        network = READERS[name](request.getfixturevalue("shared_bench") / "roads" / name)
    rng = np.random.default_rng(4)
    main = network.xy_m[np.unique(network.tail[network.length_m > 50])]
    places = main[rng.choice(len(main), 12, replace=False)]
    for mode in ("car", "walk"):
        times = travel_times(network, places[:6], places[6:], mode)
        lines = routes(network, places[:6], places[6:], mode)
        reached = np.isfinite(np.diagonal(times.minutes))
        assert reached.sum() >= 3
        assert np.array_equal(lines.minutes.to_numpy(), np.diagonal(times.minutes))
        straight_km = np.hypot(*(places[:6] - places[6:]).T)[reached] / 1000
        assert (np.diagonal(times.distance_km)[reached] > 0.95 * straight_km).all()
        assert (lines.geometry[reached].length / 1000 <= np.diagonal(times.distance_km)[reached] + 0.1).all()
    axes = network.plot(points=places, over=lines)
    assert axes.get_title()
    assert len(axes.collections) > 0
