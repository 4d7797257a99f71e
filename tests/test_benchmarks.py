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
from benchmarks import demography, futures, growth, roads, spread, territories, timing, travel
from benchmarks.apart import apart
from benchmarks.given import FOLDER_VARIABLE
from benchmarks.peers import PEERS, Scipy, installed

from maillage import Router, project_enrolment
from maillage.demography import entry, simulate, uncertainty
from maillage.territory import COLLEGE_COLUMNS, ECOLE_GRADES

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
    monkeypatch.delenv(FOLDER_VARIABLE, raising=False)
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


def test_a_synthetic_territory_is_whole_and_the_same_for_the_same_seed() -> None:
    made, again, other = (territories.synthetic(300, 20, seed) for seed in (3, 3, 4))
    units, cohorts = made.units, made.cohorts
    of_sector = np.bincount(units.present, units.pupils, minlength=20)
    np.testing.assert_allclose(of_sector, made.colleges.pupils)
    np.testing.assert_allclose(made.colleges.grade_pupils.sum(axis=1), made.colleges.pupils)
    assert 0.8 * 20 * 480 < made.colleges.pupils.sum() < 1.2 * 20 * 480
    assert len(cohorts.history) == 5 * 20
    assert cohorts.history[list(COLLEGE_COLUMNS)].min().min() >= 1
    assert len(cohorts.ecole_history) == 5 * 300
    base = cohorts.ecole_history[cohorts.ecole_history["rentree"] == territories.BASE]
    np.testing.assert_array_equal(base[list(ECOLE_GRADES)].sum(), units.ecole_pupils.sum(axis=0))
    assert len(cohorts.births) == 15 * 300
    assert made.bassins is not None
    assert len(made.bassins.name) == 2
    assert again.units.pupils.tobytes() == units.pupils.tobytes() != other.units.pupils.tobytes()
    assert cohorts.births.equals(again.cohorts.births)
    assert not cohorts.births.equals(other.cohorts.births)


def test_many_synthetic_units_are_parts_of_communes() -> None:
    made = territories.synthetic(3_100, 10)
    codes, parts = np.unique(made.units.commune, return_counts=True)
    assert (len(codes), parts.max()) == (1_034, 3)
    assert len(made.cohorts.ecole_history) == 5 * 1_034


def _uncertainty() -> simulate.Uncertainty:
    """Twelve units, four sectors, two bassins, six rentrées ahead; every cause strays enough to be seen."""
    return simulate.Uncertainty(
        sector=np.array([0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3], np.int32),
        bassin=np.array([0, 0, 1, 1], np.int32),
        entry_start=np.array([0.01, 0.02, 0.03, 0.01]),
        entry_bassin_start=np.array([0.02, 0.01]),
        entry_step=0.004,
        entry_bassin_step=0.006,
        growth=np.array([0.004, 0.006, 0.01, 0.006]),
        progression=np.array([[0.004, 0.002, 0.001]] * 4),
        progression_noise=0.35,
        entry_noise=np.array([0.2, 0.2, 0.2, 0.9, 0.9, 0.9]),
        years_ahead=np.arange(6.0),
        unborn=np.array([False, False, False, True, True, True]),
        spread=simulate.Spread(0.05, 0.1, 0.05, 0.05, 0.1, 0.3),
    )


def test_futures_stray_as_those_of_the_plain_twin() -> None:
    """Deviations and correlations of every unit, grade and rentrée, of 3,000 futures of either."""
    pupils = np.random.default_rng(5).uniform(20, 60, (12, 4, 7))
    ours = np.log(simulate.simulate(pupils, _uncertainty(), 3_000, 1) / pupils)
    theirs = np.log(futures.one_by_one(pupils, _uncertainty(), 3_000, 2) / pupils)
    np.testing.assert_allclose(ours[..., 0], 0, atol=1e-6)
    np.testing.assert_array_equal(theirs[..., 0], 0)
    ours, theirs = (table[..., 1:].reshape(3_000, -1) for table in (ours, theirs))
    np.testing.assert_allclose(ours.std(axis=0), theirs.std(axis=0), rtol=0.08)
    np.testing.assert_allclose(np.corrcoef(ours.T), np.corrcoef(theirs.T), atol=0.11)
    np.testing.assert_allclose(np.exp(ours).mean(axis=0), 1, atol=0.05)
    np.testing.assert_allclose(np.exp(theirs).mean(axis=0), 1, atol=0.05)


def test_plain_cohort_survival_is_near_the_projection() -> None:
    made = territories.synthetic(200, 10, 2)
    table = futures.cohort_survival(made, made.base_rentree + 5)
    plain = table.groupby("rentree")[list(COLLEGE_COLUMNS)].sum().sum(axis=1)
    ours = project_enrolment(made, made.base_rentree + 5).pupils.sum(axis=(0, 1))[1:]
    np.testing.assert_allclose(plain, ours, rtol=0.05)


def test_demography_on_a_small_territory() -> None:
    rows = list(demography.run([demography.Size(60, 30, 6, asked="asked for: little")], runs=1))
    assert [row.tool for row in rows] == ["maillage", "pandas", "maillage", "one draw at a time", "maillage", "maillage"]
    assert rows[0].case == "60 x 6: 10 years, no draws"
    assert rows[-1].case == "60 x 6: 30 draws, projection, by_college, quantiles"
    assert rows[-1].note == "asked for: little"
    assert "20 draws measured, x 1.5" in rows[3].note
    for row in rows:
        assert row.seconds is not None
        assert row.seconds > 0
        assert row.ratio is not None
        assert row.peak_mib is not None
        assert 10 < row.peak_mib < 4_000
    assert [rows[k].ratio for k in (0, 2, 4, 5)] == [1.0] * 4


def _files_of_colleges(folder: Path, grades: np.ndarray, later: np.ndarray) -> None:
    """The two national files of collèges of three départements, with one private, one small and one of the 62 besides."""
    names = [f"0{10_000 + n}X" for n in range(len(later))]
    before = ["numero_college;secteur;6eme_total;5eme_total;4eme_total;3eme_total"]
    after = ["rentree_scolaire;code_du_departement;uai;effectifs"]
    for number, name in enumerate(names):
        before.append(f"{name};PUBLIC;" + ";".join(str(n) for n in grades[number]))
        after.append(f"2022-2023;00{1 + number % 3};{name};{later[number]}.0")
    for name, sector, code, sixth in (("A", "PRIVE", "001", 99), ("B", "PUBLIC", "002", 15), ("C", "PUBLIC", "062", 99)):
        before.append(f"{name};{sector};{sixth};99;99;99")
        after.append(f"2022-2023;{code};{name};400.0")
    (folder / "france").mkdir()
    (folder / spread.GRADES_FILE).write_text("\ufeff" + "\n".join(before), encoding="utf-8")
    (folder / spread.TOTALS_FILE).write_text("\n".join(after), encoding="utf-8")


def test_spread_on_small_files(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    level = np.cumsum(rng.normal(0, 0.05, (1_500, 4)), axis=1) + rng.normal(0, 0.3, (1_500, 1))
    grades = rng.poisson(160 * np.exp(level))
    later = (grades.sum(axis=1) * np.exp(rng.normal(0, 0.01, 1_500))).astype(int)
    _files_of_colleges(tmp_path, np.maximum(grades, 30), later)
    figures = {figure.what: figure for figure in spread.run(tmp_path) if isinstance(figure, spread.Figure)}
    assert figures["collèges"].value == 1_500
    # Poisson counts: noise 1 / pupils; a random walk of 0.05 a grade: drift 0.0025.
    assert figures["noise x pupils of a grade"].value == pytest.approx(1, abs=0.15)
    assert figures["drift a year"].value == pytest.approx(0.0025, abs=0.0006)
    assert figures["noise x pupils of a grade"].model == entry.BELIEVED.noise * entry.UNCOUNTED
    # Totals hardly changed, so that nearly all lie within.
    assert figures["the same, last value"].value == pytest.approx(0.8, abs=0.2)
    assert figures["within the 80 % interval, 0% for pupils without IPS"].value > 0.9
    wide = figures["within the 80 % interval, 3% for pupils without IPS, largest quarter"].value
    assert wide >= figures["drift ahead alone, 0% for pupils without IPS"].value > 0.7
    for figure in figures.values():
        assert figure.what in figure.line()
        assert json.loads(json.dumps(figure.as_dict(), allow_nan=False))["benchmark"] == "spread"


def test_spread_without_its_files_is_left_out(tmp_path: Path) -> None:
    (row,) = spread.run(tmp_path)
    assert "left out, because" in row.line()
    assert str(tmp_path) in row.line()


def test_spread_of_the_national_files(shared_data: Path) -> None:
    """The figures that the docstrings of the constants quote."""
    figures = {figure.what: figure.value for figure in spread.run(shared_data) if isinstance(figure, spread.Figure)}
    assert figures["collèges"] == 5_033
    assert figures["noise x pupils of a grade"] == pytest.approx(0.95, abs=0.005)
    assert figures["drift a year"] == pytest.approx(0.002, abs=0.0001)
    assert figures["within the 80 % interval, 3% for pupils without IPS"] == pytest.approx(0.84, abs=0.01)
    assert figures["within the 80 % interval, 0% for pupils without IPS"] == pytest.approx(0.82, abs=0.01)
    assert figures["drift ahead alone, 3% for pupils without IPS"] == pytest.approx(0.80, abs=0.01)
    assert figures["drift ahead alone, 0% for pupils without IPS"] == pytest.approx(0.77, abs=0.01)
    assert uncertainty.AHEAD * entry.BELIEVED.step == pytest.approx(uncertainty.STEP_AHEAD)


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
