"""`TravelTimes`: names, tables, and the file they are kept in."""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maillage import InputError, RoadNetwork, TravelTimes, travel_times
from maillage.travel.times import merged_method
from toy import toy_territory

ROAD_KM = np.array([[1.5, np.inf], [2.5, 0.25]])


def small(**changes):
    given_ = {
        "minutes": [[1.0, np.inf], [3.5, 0.0]], "distance_km": [[0.5, np.inf], [2.0, 0.0]], "mode": "school",
        "approximate": False, "method": "By hand.", "unreachable": ("B: none",), "origins": ["A", "B"],
        "destinations": ["X", "Y"], "not_snapped": ("B",), "means": [[0, -1], [1, 0]], "mean_names": ("walk", "coach"),
    }  # fmt: skip
    return TravelTimes(**(given_ | changes))


def test_names_are_given_or_numbered():
    times = TravelTimes(np.zeros((2, 1)), np.zeros((2, 1)), "car", True, "none")
    assert times.origins.tolist() == ["origin 0", "origin 1"]
    assert times.destinations.tolist() == ["destination 0"]
    territory = toy_territory()
    named = travel_times(None, territory.units, territory.colleges)
    assert named.origins.tolist() == territory.units.unit.tolist()
    assert named.destinations.tolist() == territory.colleges.uai.tolist()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"distance_km": [[1.0]]}, r"distance_km.*\(1, 1\) but minutes \(2, 2\)"),
        ({"origins": ["A"]}, "1 names for 2 origins"),
        ({"means": [[0, 2], [0, 0]]}, "means.*not all from -1 to 1"),
        ({"means": [[0, 0]]}, "means.*shape"),
        ({"road_km": [[0.0, 0.0]]}, "road_km.*shape"),
        ({"minutes": [[1.0, np.inf], [-3.5, np.nan]]}, r"minutes.*negative or NaN \(pair 1, 0, pair 1, 1\)"),
        ({"mean_names": ("walk", "walk")}, "mean_names.*twice"),
        ({"minutes": [1.0, 2.0], "distance_km": [1.0, 2.0], "means": None}, "two dimensions"),
    ],
)
def test_shapes_that_do_not_agree_are_named(changes, message):
    with pytest.raises(InputError, match=message):
        small(**changes)


def test_wide_and_long_tables():
    wide = small().to_pandas()
    assert wide.loc["B", "X"] == 3.5
    assert wide.index.tolist() == ["A", "B"]
    long = small().to_pandas(long=True)
    assert long.to_dict("list") == {
        "origin": ["A", "A", "B", "B"],
        "destination": ["X", "Y", "X", "Y"],
        "minutes": [1.0, np.inf, 3.5, 0.0],
        "distance_km": [0.5, np.inf, 2.0, 0.0],
        "mean": ["walk", "", "coach", "walk"],
    }
    assert "mean" not in small(means=None, mean_names=()).to_pandas(long=True)
    assert "road_km" not in long
    assert small(road_km=ROAD_KM).to_pandas(long=True)["road_km"].tolist() == [1.5, np.inf, 2.5, 0.25]


def test_the_distance_by_road_is_that_of_the_journey_unless_it_is_given():
    assert small().by_road_km.tolist() == [[0.5, np.inf], [2.0, 0.0]]
    assert small(road_km=ROAD_KM).by_road_km.tolist() == ROAD_KM.tolist()
    assert replace(small(road_km=ROAD_KM), method="Other.").by_road_km.tolist() == ROAD_KM.tolist()


def test_what_is_said_twice_is_said_once():
    assert merged_method("One. Two.", "One. Three.\nTwo.", "Four.") == "One. Two.\nThree.\nFour."


def test_xarray():
    dataset = small().to_xarray()
    assert float(dataset["minutes"].sel(origin="B", destination="X")) == 3.5
    assert dataset["distance_km"].attrs == {"units": "km"}
    assert dataset["mean"].sel(origin="A").values.tolist() == ["walk", ""]
    assert dataset.attrs == {
        "mode": "school", "approximate": 0, "method": "By hand.", "unreachable": ["B: none"], "not_snapped": ["B"],
        "mean_names": ["walk", "coach"],
    }  # fmt: skip
    assert "mean" not in small(means=None, mean_names=()).to_xarray()
    assert "road_km" not in dataset
    assert small(road_km=ROAD_KM).to_xarray()["road_km"].values.tolist() == ROAD_KM.tolist()


def test_without_xarray_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "xarray", None)
    with pytest.raises(InputError, match=r"maillage\[xarray\]"):
        small().to_xarray()


def same(left, right):
    for name in ("minutes", "distance_km", "means", "road_km", "origins", "destinations"):
        a, b = getattr(left, name), getattr(right, name)
        if a is None or b is None:
            assert a is b
        else:
            assert a.dtype == b.dtype
            assert a.tobytes() == b.tobytes()
            assert a.shape == b.shape
    for name in ("mode", "approximate", "method", "unreachable", "not_snapped", "mean_names"):
        assert getattr(left, name) == getattr(right, name)


text = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=6)
texts = st.lists(text, max_size=3).map(tuple)
number = st.one_of(st.floats(0, 1e9), st.just(np.inf))


@settings(max_examples=60, deadline=None)
@given(st.data(), st.integers(0, 4), st.integers(0, 4), st.booleans(), text, text, texts, texts)
def test_a_file_gives_back_exactly_what_was_written(tmp_path_factory, data, rows, columns, flag, mode, method, lost, off):
    path = tmp_path_factory.mktemp("times") / "times.parquet"

    def matrix(values):
        cells = data.draw(st.lists(values, min_size=rows * columns, max_size=rows * columns))
        return np.array(cells).reshape(rows, columns)

    mean_names = tuple(data.draw(st.lists(text.filter(bool), max_size=3, unique=True)))
    names = [data.draw(st.lists(text, min_size=size, max_size=size)) for size in (rows, columns)]
    means = matrix(st.integers(-1, len(mean_names) - 1)) if data.draw(st.booleans()) else None
    road_km = matrix(number) if data.draw(st.booleans()) else None
    times = TravelTimes(matrix(number), matrix(number), mode, flag, method, lost, *names, off, means, mean_names, road_km)
    times.to_parquet(path)
    same(times, TravelTimes.read_parquet(path))
    assert [file.name for file in path.parent.iterdir()] == ["times.parquet"]


def test_a_matrix_of_the_roads_round_trips(tmp_path):
    road = RoadNetwork.from_arrays([0, 1], [1, 0], [60.0, 60.0], xy_m=[[0, 0], [1000, 0]])
    times = travel_times(road, [[0.0, 0.0], [0.0, 90_000.0]], [[1000.0, 0.0]])
    times.to_parquet(str(tmp_path / "t.parquet"))
    same(times, TravelTimes.read_parquet(str(tmp_path / "t.parquet")))
    assert pd.read_parquet(tmp_path / "t.parquet")["minutes"].tolist() == [1.0, np.inf]


def written(path, table=None, header=None):
    """The file of `small`, with its table or its header changed."""
    small().to_parquet(path)
    old = pq.read_table(path)
    metadata = dict(old.schema.metadata)
    if header is not None:
        metadata[b"maillage.travel_times"] = header(metadata[b"maillage.travel_times"])
    pq.write_table((table(old) if table else old).replace_schema_metadata(metadata), path)


def not_utf_8():
    return pa.array([b"\xff\xfe"] * 4).view(pa.string())


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda path: path.unlink(), "no such file"),
        (lambda path: path.write_bytes(path.read_bytes()[:-20]), "not a whole Parquet file"),
        (lambda path: path.write_bytes(b""), "not a whole Parquet file"),
        (lambda path: path.write_bytes(path.read_bytes()[:60] + bytes(200) + path.read_bytes()[260:]), "Parquet|not those"),
        (lambda path: pd.DataFrame({"a": [1]}).to_parquet(path), "not written by TravelTimes"),
        (lambda path: written(path, table=lambda t: t.slice(0, 3)), "the rows of"),
        (lambda path: written(path, table=lambda t: t.take([1, 0, 2, 3])), "rows of destination are not"),
        (lambda path: written(path, table=lambda t: t.drop_columns(["minutes"])), "columns origin, destination, dist"),
        (lambda path: written(path, table=lambda t: t.set_column(2, "minutes", pa.array(["a"] * 4))), "rows of minutes"),
        (lambda path: written(path, table=lambda t: t.set_column(2, "minutes", pa.array([np.nan] * 4))), "rows of minutes"),
        (lambda path: written(path, table=lambda t: t.set_column(2, "minutes", pa.array([-1.0] * 4))), "rows of minutes"),
        (lambda path: written(path, table=lambda t: t.set_column(2, "minutes", pa.array([[1.0]] * 4))), "rows of minutes"),
        (lambda path: written(path, table=lambda t: t.set_column(0, "origin", not_utf_8())), "origin|cannot be read"),
        (lambda path: written(path, header=lambda h: b"[" * 100_000), "not written by"),
        (lambda path: written(path, table=lambda t: t.set_column(4, "mean", pa.array(["fly"] * 4))), "rows of mean"),
        (lambda path: written(path, header=lambda h: h[:-9]), "not written by"),
        (lambda path: written(path, header=lambda h: h.replace(b'"version": 1', b'"version": 2')), "version 1"),
        (lambda path: written(path, header=lambda h: h.replace(b'"method"', b'"mehtod"')), "version 1"),
        (lambda path: written(path, header=lambda h: b"[1]"), "version 1"),
    ],
)
def test_a_file_that_is_not_one_of_ours_is_one_clear_error(tmp_path, spoil, message):
    path = tmp_path / "times.parquet"
    small().to_parquet(path)
    spoil(path)
    with pytest.raises(InputError, match=message) as caught:
        TravelTimes.read_parquet(path)
    assert len(caught.value.faults) == 1


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match="cannot be written"):
        small().to_parquet(tmp_path / "nowhere" / "times.parquet")


def test_a_write_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "times.parquet"
    small().to_parquet(path)

    def fails(*_, **__):
        raise OSError("disk full")

    monkeypatch.setattr(pq, "write_table", fails)
    with pytest.raises(OSError, match="disk full"):
        small(mode="car").to_parquet(path)
    assert [file.name for file in tmp_path.iterdir()] == ["times.parquet"]
    assert TravelTimes.read_parquet(path).mode == "school"


def test_no_wrong_byte_changes_a_time_unseen(tmp_path):
    path = tmp_path / "times.parquet"
    small().to_parquet(path)
    whole = path.read_bytes()
    for at in range(0, len(whole), 7):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x81]) + whole[at + 1 :])
        try:
            found = TravelTimes.read_parquet(path)
        except InputError:
            continue
        assert found.minutes.tolist() == small().minutes.tolist(), at
        assert found.distance_km.tolist() == small().distance_km.tolist(), at


@pytest.mark.parametrize("column", [2, 3])
def test_one_wrong_bit_is_seen(tmp_path, column):
    path = tmp_path / "times.parquet"
    small(minutes=[[1.25, 2.5], [3.75, 5.5]], distance_km=[[1.25, 2.5], [3.75, 5.5]]).to_parquet(path)
    chunk = pq.ParquetFile(path).metadata.row_group(0).column(column)
    start = chunk.dictionary_page_offset or chunk.data_page_offset
    content = bytearray(path.read_bytes())
    content[start + chunk.total_compressed_size - 1] ^= 1
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"not a whole Parquet file .*CRC"):
        TravelTimes.read_parquet(path)
