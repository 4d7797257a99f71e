"""The instances of the benchmarks are what they say, and a small run of each works with the peers that are installed."""

from __future__ import annotations

import json
import os
from functools import partial
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from benchmarks import __main__ as command
from benchmarks import growth, roads, timing, travel
from benchmarks.apart import apart
from benchmarks.peers import PEERS, Scipy, installed

from maillage import Router

KM_H = 3.6 * 100  # metres per centisecond to km/h


def _digraph(network: roads.Roads) -> nx.DiGraph:
    graph = nx.DiGraph()
    graph.add_nodes_from(range(network.num_nodes))
    graph.add_edges_from(zip(network.tail.tolist(), network.head.tolist(), strict=True))
    return graph


@pytest.mark.parametrize("num_nodes", [2, 1_000, 1_023, 1_500])
def test_synthetic_roads_are_planar_and_connected(num_nodes: int) -> None:
    network = roads.synthetic(num_nodes)
    graph = _digraph(network)
    assert network.num_nodes == graph.number_of_nodes() == num_nodes
    assert nx.is_strongly_connected(graph)
    assert nx.check_planarity(graph)[0]
    assert graph.number_of_edges() == network.num_arcs
    assert network.weight.min() > 0


def test_synthetic_roads_have_a_hierarchy_and_one_ways() -> None:
    network = roads.synthetic(20_000)
    assert 2.4 < network.num_arcs / network.num_nodes < 2.6
    arcs = set(zip(network.tail.tolist(), network.head.tolist(), strict=True))
    one_ways = sum((head, tail) not in arcs for tail, head in arcs)
    assert 0.002 < one_ways / len(arcs) < 0.05
    metres = (network.lonlat[network.tail] - network.lonlat[network.head]) * (111_320 * np.cos(np.radians(50.5)), 111_320)
    speed_km_h = np.linalg.norm(metres, axis=1) / network.weight * KM_H
    nearest = roads.SPEED_KM_H[np.abs(speed_km_h[:, None] - roads.SPEED_KM_H).argmin(axis=1)]
    assert set(nearest) == set(roads.SPEED_KM_H)
    np.testing.assert_allclose(speed_km_h, nearest, rtol=0.01)


def test_few_synthetic_streets_cross_a_barrier() -> None:
    side = 128
    network = roads.synthetic(side * side)
    column = np.minimum(network.tail % side, network.head % side)
    across = network.head // side == network.tail // side
    crossing = np.bincount(column[across], minlength=side)
    assert 0 < crossing[63] < 0.5 * np.median(crossing)


def test_synthetic_roads_are_the_same_for_the_same_seed() -> None:
    first, again, other = (roads.synthetic(3_000, seed) for seed in (4, 4, 5))
    for name in ("tail", "head", "weight", "lonlat"):
        assert getattr(first, name).tobytes() == getattr(again, name).tobytes()
        assert getattr(first, name).tobytes() != getattr(other, name).tobytes()


def test_roads_are_saved_and_loaded(tmp_path: Path) -> None:
    network = roads.synthetic(500)
    network.save(tmp_path / "roads.npz")
    loaded = roads.Roads.load(tmp_path / "roads.npz")
    assert (loaded.name, loaded.num_nodes) == (network.name, 500)
    for name in ("tail", "head", "weight", "lonlat"):
        np.testing.assert_array_equal(getattr(loaded, name), getattr(network, name))


def test_another_weight_is_near_the_first() -> None:
    network = roads.synthetic(500)
    factor = network.another_weight(1) / network.weight
    assert 0.7 < factor.min() < 0.8 < 1.25 < factor.max() < 1.4
    np.testing.assert_array_equal(network.another_weight(1), network.another_weight(1))
    assert (network.another_weight(1) != network.another_weight(2)).any()


def test_new_york(shared_bench: Path) -> None:
    network = roads.new_york(shared_bench)
    assert (network.num_nodes, network.num_arcs) == (264_346, 733_846)
    pairs = network.tail.astype(np.int64) * network.num_nodes + network.head
    assert network.num_arcs - len(np.unique(pairs)) == 3_746
    assert (np.abs(network.lonlat - (-73.9, 40.7)) < 1.1).all()
    _equals_reference(network, shared_bench, "NY_t")


def test_paris(shared_bench: Path) -> None:
    network = roads.paris(shared_bench)
    assert (network.num_nodes, network.num_arcs) == (11_348, 22_924)
    assert (np.abs(network.lonlat - (2.35, 48.86)) < 0.15).all()
    _equals_reference(network, shared_bench, "paris_time_s")


def _equals_reference(network: roads.Roads, folder: Path, name: str) -> None:
    reference = np.load(folder / "roads" / "reference_distances.npz")
    sources, targets, found = (reference[f"{name}_{part}"] for part in ("src", "tgt", "dist"))
    np.testing.assert_array_equal(Scipy(network, 1).matrix(sources[:2], targets), found[:2])


@pytest.mark.filterwarnings("ignore:Unsigned integer")  # pandana, of the node that no road reaches
@pytest.mark.parametrize("peer", PEERS)
def test_a_peer_finds_what_the_library_finds(peer: str) -> None:
    """With one-ways, a parallel arc, a loop and a node that no road reaches."""
    pytest.importorskip(peer)
    made = roads.synthetic(300)
    tail, head = np.r_[made.tail, made.tail[0], 5].astype(np.int32), np.r_[made.head, made.head[0], 5].astype(np.int32)
    weight = np.r_[made.weight, made.weight[0] // 2, 7].astype(np.int32)
    network = roads.Roads("odd", tail, head, weight, np.r_[made.lonlat, [[2.4, 50.4]]], 301)
    tool, router = installed(peer)(network, 2), Router(tail, head, 301)
    sources, targets = np.array([0, 17, 299]), np.r_[np.arange(0, 300, 7), 300]
    for values in (weight, network.another_weight(3)):
        tool.reweigh(values)
        router.customise(values)
        expected = router.matrix(sources, targets)
        assert (expected[:, -1] == -1).all()
        travel.compare(peer, tool.matrix(sources, targets), expected)
        everywhere = tool.to_all(sources)
        if everywhere is not None:
            travel.compare(peer, everywhere, router.matrix(sources, np.arange(301)))


def test_a_peer_that_differs_is_not_timed() -> None:
    ours = np.array([[5, -1]], np.int32)
    travel.compare("peer", np.array([[5.0, np.inf]]), ours)
    for theirs in ([[6.0, np.inf]], [[5.0, 3.0]], [[np.inf, np.inf]], [[5.4, np.inf]]):
        with pytest.raises(AssertionError, match="peer"):
            travel.compare("peer", np.array(theirs), ours)


def test_a_peer_that_is_not_installed_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PEERS, "no_such_router", Scipy)
    with pytest.raises(timing.MissingError, match=r"no_such_router is not installed: pip install"):
        installed("no_such_router")


def test_roads_that_are_not_here_give_one_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (row,) = travel.matrices(travel.Spec(partial(roads.new_york, tmp_path)))
    assert row.seconds is None
    assert str(tmp_path) in row.note
    assert "not measured" in row.line()
    monkeypatch.delenv(roads.FOLDER_VARIABLE, raising=False)
    with pytest.raises(timing.MissingError, match="MAILLAGE_BENCH"):
        roads.paris()


def test_travel_on_a_small_network() -> None:
    spec = travel.Spec(partial(roads.synthetic, 1_000), sources=6, targets=50, runs=1, peers=("scipy",))
    rows = list(travel.matrices(spec))
    assert [row.tool for row in rows] == ["maillage"] * 8 + ["maillage, 1 thread"] * 8 + ["scipy"] * 6
    assert [row.case.split(": ")[1] for row in rows[:8]] == [
        "order and topology, once",
        "the same, order kept on disk",
        "new weights alone",
        "6 x 50, new targets",
        "6 x 50, same targets again",
        "new weights and matrix",
        "6 to all nodes",
        "6 to all nodes, array kept",
    ]
    for row in rows:
        assert json.loads(json.dumps(row.as_dict(), allow_nan=False))["tool"] == row.tool
        assert row.seconds is not None
        assert row.ratio is not None
        assert min(row.seconds, row.ratio) > 0
        assert row.peak_mib is not None
        assert 10 < row.peak_mib < 4_000


def test_growth_on_a_small_network() -> None:
    (size,) = growth.run([600])
    assert (size.nodes, size.arcs) == (600, roads.synthetic(600, growth.SEED).num_arcs)
    assert 600 < size.shortcuts < 2_000
    assert 10 < size.peak_mib <= size.to_all_peak_mib
    assert all(isinstance(value, (int, float)) for name, value in size.as_dict().items() if name != "benchmark")
    assert "600 nodes" in size.line()


def test_rows_are_printed_one_json_object_a_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [timing.Row("travel", "case", "tool", 2.0, 5, 4.0, peak_mib=9.0), timing.Row("travel", "case", "x", None, 0, None)]
    monkeypatch.setattr(travel, "run", lambda: iter(rows))
    assert command.run("travel", as_json=True) == 0
    first, second = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (first["seconds"], first["ratio"], first["peak_mib"]) == (2.0, 4.0, 9.0)
    assert second["seconds"] is None
    assert command.run("travel") == 0
    assert "4.0x" in capsys.readouterr().out
    assert command.run("no-such") == 2


def test_work_apart_is_silent_and_knows_its_threads(capfd: pytest.CaptureFixture[str]) -> None:
    assert apart(3, os.getenv, "NUMBA_NUM_THREADS") == "3"
    apart(1, print, "noise")
    assert capfd.readouterr().out == ""


def test_a_slow_tool_is_run_once_only() -> None:
    calls: list[int] = []
    seconds, runs = timing.median_within(lambda: calls.append(1), runs=5, budget_s=0.0)
    assert (runs, len(calls)) == (1, 1)
    assert seconds >= 0
    assert timing.median_within(lambda: calls.append(1), runs=5, budget_s=9.0)[1] == 5
