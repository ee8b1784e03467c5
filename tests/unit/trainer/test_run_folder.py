from __future__ import annotations

from pathlib import Path

import pytest

from services.trainer.run_folder import Plan, RunFolder
from shared.contracts.trainer import Stage

PLAN = Plan("r1", Stage.SFT, "ada", "ada-d1", "base", {"rank": 4}, output="ada-v1", lineage={"system_prompt": "s"})


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    folder = RunFolder(tmp_path / "r1")
    folder.create(PLAN)
    return folder


def test_the_plan_survives(folder: RunFolder) -> None:
    assert folder.plan() == PLAN


def test_the_curve_of_a_resumed_run_has_each_step_once(folder: RunFolder) -> None:
    for step, loss in ((1, 3.0), (2, 2.5), (2, 2.4)):
        folder.add_metrics(step, {"loss": loss})
    folder.add_metrics(2, {"eval_loss": 2.6})
    assert [(p.step, p.values) for p in folder.metrics()] == [(1, {"loss": 3.0}), (2, {"loss": 2.4, "eval_loss": 2.6})]


def test_a_half_written_line_does_not_hide_the_curve(folder: RunFolder) -> None:
    folder.add_metrics(1, {"loss": 3.0})
    with (folder.path / "metrics.jsonl").open("a") as file:
        file.write('{"step":2,"val')
    assert [p.step for p in folder.metrics()] == [1]


def test_a_new_attempt_keeps_checkpoints_and_forgets_what_was_said(folder: RunFolder) -> None:
    (folder.work / "checkpoint").touch()
    folder.write_error("invalid", "wrong")
    folder.begin_attempt()
    assert folder.error() is None
    assert (folder.work / "checkpoint").exists()


def test_nothing_that_somebody_wrote_outlives_the_run(folder: RunFolder) -> None:
    (folder.work / "train.jsonl").write_text("secret")
    folder.clear_work()
    assert not any("secret" in p.read_text() for p in folder.path.rglob("*") if p.is_file())


def test_the_end_of_a_log_shows_bars_as_they_looked_in_the_end(folder: RunFolder) -> None:
    assert folder.last_words(5) == []
    folder.log.write_bytes("first\n 0%|  |\r50%|x |\r100%|xx|\n\nlast ünd\n".encode())
    assert folder.last_words(2) == ["100%|xx|", "last ünd"]
    assert folder.last_words(9)[0] == "first"
