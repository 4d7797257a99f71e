"""Kernels compiled from other sources are forgotten."""

from __future__ import annotations

from maillage.kernels.compiled import forget_stale


def test_a_change_in_any_source_forgets_all_compiled_kernels(tmp_path):
    cache = tmp_path / "__pycache__"
    (tmp_path / "one.py").write_text("1")
    (tmp_path / "other.py").write_text("2")
    forget_stale(tmp_path)
    kept = cache / "one.loop.nbi"
    kept.write_text("machine code")
    forget_stale(tmp_path)
    assert kept.exists()
    (tmp_path / "other.py").write_text("3")
    forget_stale(tmp_path)
    assert not kept.exists()
    assert (tmp_path / "one.py").exists()
