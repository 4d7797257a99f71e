"""Contours: formats, names of columns, and coordinate systems that do not fit."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import pytest
from shapely import MultiPolygon, Point, Polygon, box

from maillage.sources.ign import layers, read_communes, read_iris
from official_files import faults_of, only_fault, write

METRES = [box(700_000, 6_600_000, 701_000, 6_601_000), box(701_000, 6_600_000, 702_000, 6_601_000)]


def contours(**columns: list[str]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=METRES, crs=2154)


def test_communes_of_pas_de_calais(shared_data: Path) -> None:
    table = read_communes(shared_data / "62-pas-de-calais/communes-62-pas-de-calais.geojson")
    assert len(table) == 891
    assert table.crs.to_epsg() == 2154
    assert table.set_index("commune").loc["62041", "name"] == "Arras"
    assert table.area.sum() / 1e6 == pytest.approx(6_700, rel=0.02)  # published: 6,671 km2


@pytest.mark.parametrize("suffix", ["gpkg", "shp", "geojson"])
@pytest.mark.parametrize("names", [("INSEE_COM", "NOM"), ("code_insee", "nom_officiel"), ("code", "nom"), ("codgeo", "libgeo")])
def test_formats_and_headers_of_communes(tmp_path: Path, suffix: str, names: tuple[str, str]) -> None:
    path = tmp_path / f"communes.{suffix}"
    width = 10 if suffix == "shp" else None  # a shapefile cuts the names of its columns
    frame = contours(**{names[0][:width]: ["99001", "99002"], names[1][:width]: ["Ville", "Bourg"]})
    (frame.to_crs(4326) if suffix == "geojson" else frame).to_file(path)
    table = read_communes(path)
    assert table.columns.tolist() == ["commune", "name", "geometry"]
    assert table["commune"].tolist() == ["99001", "99002"]
    assert table.area.to_numpy() == pytest.approx(1e6, rel=1e-3)


def test_iris_contours(tmp_path: Path) -> None:
    path = tmp_path / "iris.gpkg"
    contours(INSEE_COM=["99001"] * 2, CODE_IRIS=["990010101", "990010102"], NOM_IRIS=["Nord", "Sud"]).to_file(path)
    table = read_iris(path)
    assert table[["iris", "commune", "name"]].to_numpy().tolist() == [
        ["990010101", "99001", "Nord"], ["990010102", "99001", "Sud"],
    ]  # fmt: skip


def test_the_layer_that_fits_is_read(tmp_path: Path) -> None:
    path = tmp_path / "admin.gpkg"
    contours(code_siren=["1", "2"], nature=["a", "b"]).to_file(path, layer="epci")
    contours(code_insee=["99001", "99002"], nom_officiel=["Ville", "Bourg"]).to_file(path, layer="commune")
    assert set(layers(path)) == {"epci", "commune"}
    assert read_communes(path)["name"].tolist() == ["Ville", "Bourg"]


def test_communes_overseas_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "communes.geojson"
    shapes = [box(3.0, 46.5, 3.01, 46.51), box(55.4, -21.0, 55.5, -20.9)]
    gpd.GeoDataFrame({"code": ["99001", "97411"], "nom": ["Ville", "Saint-Denis"]}, geometry=shapes, crs=4326).to_file(path)
    assert read_communes(path)["commune"].tolist() == ["99001"]


def test_invalid_rings_are_mended(tmp_path: Path) -> None:
    bow_tie = Polygon([(700_000, 6_600_000), (701_000, 6_601_000), (701_000, 6_600_000), (700_000, 6_601_000)])
    path = tmp_path / "communes.gpkg"
    gpd.GeoDataFrame({"code": ["99001"], "nom": ["Ville"]}, geometry=[bow_tie], crs=2154).to_file(path)
    shape = read_communes(path).geometry[0]
    assert isinstance(shape, Polygon | MultiPolygon)
    assert shape.is_valid
    assert shape.area == pytest.approx(5e5)


def test_no_crs(tmp_path: Path) -> None:
    path = tmp_path / "communes.gpkg"
    with pytest.warns(UserWarning, match="crs"):
        contours(code=["99001", "99002"], nom=["Ville", "Bourg"]).set_crs(None, allow_override=True).to_file(path)
    fault = only_fault(lambda: read_communes(path))
    assert "CRS" in fault.message
    assert "2154" in fault.remedy


@pytest.mark.parametrize("declared", [4326, 2154, 27572])
def test_wrong_crs(tmp_path: Path, declared: int) -> None:
    degrees = [box(3.0, 46.5, 3.01, 46.51), box(3.01, 46.5, 3.02, 46.51)]
    shapes = METRES if declared == 4326 else degrees
    path = tmp_path / "communes.gpkg"
    gpd.GeoDataFrame({"code": ["99001", "99002"], "nom": ["V", "B"]}, geometry=shapes, crs=declared).to_file(path)
    fault = only_fault(lambda: read_communes(path))
    assert "wrong CRS" in fault.message
    assert f"EPSG:{declared}" in fault.message
    assert fault.rows == ("feature 1", "feature 2")


def test_geojson_in_metres_without_crs(tmp_path: Path) -> None:
    ring = [[700_000, 6_600_000], [701_000, 6_600_000], [701_000, 6_601_000], [700_000, 6_600_000]]
    feature = {"type": "Feature", "properties": {"code": "99001", "nom": "V"}}
    feature["geometry"] = {"type": "Polygon", "coordinates": [ring]}
    path = write(tmp_path / "communes.geojson", json.dumps({"type": "FeatureCollection", "features": [feature]}))
    assert "wrong CRS" in only_fault(lambda: read_communes(path)).message


def test_faults_of_contours_at_once(tmp_path: Path) -> None:
    path = tmp_path / "communes.gpkg"
    shapes = [METRES[0], METRES[1], Point(700_000, 6_600_000)]
    gpd.GeoDataFrame({"code": ["99001", "99001", "9902"], "nom": ["V", "B", "C"]}, geometry=shapes, crs=2154).to_file(path)
    faults = faults_of(lambda: read_communes(path))
    assert [(fault.message.split(":")[0], fault.rows) for fault in faults] == [
        ("not a polygon", ("feature 3",)),
        ("not an INSEE commune code (five characters)", ("feature 3",)),
        ("duplicated commune", ("99001 on features 1, 2",)),
    ]


def test_missing_column_of_contours(tmp_path: Path) -> None:
    path = tmp_path / "communes.gpkg"
    contours(identifiant=["99001", "99002"], nom=["Ville", "Bourg"]).to_file(path)
    fault = only_fault(lambda: read_communes(path))
    assert fault.column == "commune"
    assert "identifiant" in fault.remedy


def test_files_that_are_no_contours(tmp_path: Path) -> None:
    empty = tmp_path / "empty.geojson"
    empty.touch()
    assert "empty" in only_fault(lambda: read_communes(empty)).message
    assert "no such file" in only_fault(lambda: read_communes(tmp_path / "none.gpkg")).message
    assert "not a readable" in only_fault(lambda: read_communes(write(tmp_path / "t.geojson", "nothing"))).message
    featureless = write(tmp_path / "f.geojson", json.dumps({"type": "FeatureCollection", "features": []}))
    assert "no contour" in only_fault(lambda: read_communes(featureless)).message
