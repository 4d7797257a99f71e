"""Small OpenStreetMap files as text."""

from __future__ import annotations

LON, LAT = 2.0, 48.0
STEP = 0.01
"""Degrees of longitude: about 745 m."""


def osm_xml(ways, nodes=None, places=None):
    """Text of an OSM file: way tags and node numbers; tags of nodes; nodes stand `STEP` apart on a line unless placed."""
    places = places or {}
    numbers = sorted({n for _, refs in ways for n in refs})
    rows = ["<osm version='0.6'>"]
    for n in numbers:
        x, y = places.get(n, (n, 0))
        inner = "".join(f"<tag k='{k}' v='{v}'/>" for k, v in (nodes or {}).get(n, {}).items())
        rows.append(f"<node id='{n}' lon='{LON + STEP * x:.7f}' lat='{LAT + STEP * y:.7f}'>{inner}</node>")
    for i, (tags, refs) in enumerate(ways, 1):
        inner = "".join(f"<nd ref='{n}'/>" for n in refs) + "".join(f"<tag k='{k}' v='{v}'/>" for k, v in tags.items())
        rows.append(f"<way id='{i}'>{inner}</way>")
    return "\n".join([*rows, "</osm>"])
