"""The fidelity benchmark from end to end on a tiny model: it prints its figures, and goes on where it was."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from benchmarks.fidelity import __main__ as fidelity
from benchmarks.fidelity import laboratory
from tests.peers import tiny_model

pytestmark = pytest.mark.skipif("ANSELM_TEST_DATA" not in os.environ, reason="ANSELM_TEST_DATA is not set")


def test_it_prints_its_figures_and_measures_nothing_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BASE_MODEL", str(tiny_model.make(tmp_path / "tiny")))
    monkeypatch.setattr("sys.argv", ["fidelity", "--quick", "--cache", str(tmp_path / "cache")])
    fidelity.main()
    printed = capsys.readouterr().out
    figures = json.loads(printed.splitlines()[-1])["figures"]
    for name in ("loss_drop_lovell", "auc_base_lovell", "auc_persona_lovell"):
        assert figures[f"{name}_lo"] <= figures[name] <= figures[f"{name}_hi"]
    assert "lovell    ours" in printed

    monkeypatch.setattr(laboratory, "Laboratory", lambda *_: pytest.fail("it was measured before"))
    fidelity.main()
    assert capsys.readouterr().out == printed
