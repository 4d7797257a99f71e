"""Orders on disk: found again, made again when broken, never trusted."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from maillage import Router
from maillage.travel.search import order_cache, preparation
from maillage.travel.search.order_cache import OrderCacheWarning, default_folder, order_of
from maillage.travel.search.ordering import neighbours
from roads_at_random import grid_with_trouble

ENDS, WEIGHT, NODES, PLACE = grid_with_trouble(3, side=20)
EDGES = neighbours(*ENDS.T.astype(np.int32), NODES)


@pytest.fixture
def never_made(monkeypatch):
    """From here on an order that is not found on disk is an error."""

    def refuse(*_):
        raise AssertionError("the order was made again")

    return lambda: monkeypatch.setattr(order_cache, "elimination_order", refuse)


def test_an_order_is_kept_and_found(tmp_path, never_made):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        made = order_of(EDGES, PLACE, tmp_path / "new" / "folder")
        files = list((tmp_path / "new" / "folder").iterdir())
        never_made()
        assert np.array_equal(order_of(EDGES, PLACE, tmp_path / "new" / "folder"), made)
    assert len(files) == 1
    assert files[0].suffix == ".npz"


def test_another_network_or_other_places_have_another_order(tmp_path):
    order_of(EDGES, PLACE, tmp_path)
    order_of(EDGES, None, tmp_path)
    order_of(neighbours(*ENDS[(ENDS > 0).all(axis=1)].T.astype(np.int32), NODES), PLACE, tmp_path)
    assert len(list(tmp_path.iterdir())) == 3


def half(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flipped(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(bytes(content))


def objects(path):
    np.savez(path, order=np.array([{"a": 1}], dtype=object), network=np.array("x"), allow_pickle=True)


def no_order(path):
    with np.load(path) as file:
        kept = {name: file[name] for name in file.files}
    kept["order"] = np.zeros_like(kept["order"])
    np.savez(path, **kept)


def of_another_network(path):
    with np.load(path) as file:
        np.savez(path, order=file["order"], network=np.array("0" * 64))


@pytest.mark.parametrize(
    "damage",
    [
        half,
        flipped,
        objects,
        no_order,
        of_another_network,
        lambda path: path.write_bytes(b""),
        lambda path: path.write_text("no"),
    ],
)
def test_a_damaged_file_is_made_again_with_a_warning(tmp_path, damage, never_made):
    made = order_of(EDGES, PLACE, tmp_path)
    (path,) = tmp_path.iterdir()
    damage(path)
    with pytest.warns(OrderCacheWarning, match="made again"):
        assert np.array_equal(order_of(EDGES, PLACE, tmp_path), made)
    never_made()
    assert np.array_equal(order_of(EDGES, PLACE, tmp_path), made)


def test_any_flipped_bit_is_noticed_or_harmless(tmp_path):
    """No byte of the file, changed, can crash the reading or give another order."""
    made = order_of(EDGES, PLACE, tmp_path)
    (path,) = tmp_path.iterdir()
    whole = path.read_bytes()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", OrderCacheWarning)
        for place in range(0, len(whole), 3 if len(whole) > 3000 else 1):
            changed = bytearray(whole)
            changed[place] ^= 1
            path.write_bytes(bytes(changed))
            kept = order_cache._read(path, order_cache._fingerprint(EDGES, PLACE), NODES)
            assert kept is None or np.array_equal(kept, made)


def test_a_folder_that_cannot_be_written_only_warns(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.warns(OrderCacheWarning, match="cannot be written"):
        order = order_of(EDGES, PLACE, tmp_path / "file")
    assert len(order) == NODES


def test_router_with_a_cache_gives_the_same_times(tmp_path):
    nodes = np.arange(NODES)
    times = []
    for cache in (None, tmp_path, tmp_path):
        router = Router(*ENDS.T, NODES, PLACE, method="hierarchy", cache=cache)
        router.customise(WEIGHT)
        times.append(router.matrix(nodes, nodes))
    assert np.array_equal(times[0], times[1])
    assert np.array_equal(times[0], times[2])
    assert len(list(tmp_path.iterdir())) == 1


def test_where_orders_are_kept(tmp_path, monkeypatch):
    monkeypatch.setenv("MAILLAGE_CACHE", str(tmp_path))
    assert default_folder() == tmp_path
    monkeypatch.setenv("MAILLAGE_CACHE", "off")
    assert default_folder() is None
    monkeypatch.delenv("MAILLAGE_CACHE")
    assert default_folder().name == "maillage"


def test_a_network_is_prepared_once_that_pays(monkeypatch):
    monkeypatch.setattr(preparation, "VISITS_WORTH", 0)
    network = preparation.Preparation(*ENDS.T.astype(np.int32), NODES, PLACE)
    assert network.topology(60) is None
    prepared = network.topology(60)
    assert prepared is not None
    assert network.topology(1) is prepared
