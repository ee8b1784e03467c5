from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from transformers import EarlyStoppingCallback, TrainerState, TrainingArguments

from services.trainer.early_stopping import early_stop
from services.trainer.live_curve import LiveCurve
from services.trainer.run_folder import RunFolder
from shared.contracts.jobs import Job
from shared.errors import Invalid
from shared.jobs import JobReporter
from tests.unit.trainer.test_run_folder import PLAN


class Board:
    """Remembers what was last reported."""

    job: Job

    def put(self, job: Job) -> None:
        self.job = job


@pytest.fixture
def board() -> Board:
    return Board()


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    folder = RunFolder(tmp_path / "r1")
    folder.create(PLAN)
    return folder


@pytest.fixture
def curve(board: Board, folder: RunFolder) -> LiveCurve:
    return LiveCurve(folder, JobReporter(board, "r1", "sft", interval=0))  # type: ignore[arg-type]


def log(curve: LiveCurve, step: int, **logs: Any) -> None:
    args: Any = TrainingArguments(learning_rate=0.5, report_to=[], use_cpu=True)
    curve.on_log(args, TrainerState(global_step=step, max_steps=8), SimpleNamespace(), logs)  # type: ignore[arg-type]


def test_the_progress_of_a_resumed_run_counts_only_what_it_did_itself(curve: LiveCurve, board: Board) -> None:
    curve.on_train_begin(None, TrainerState(global_step=6, max_steps=8), None)  # type: ignore[arg-type]
    assert (board.job.done, board.job.total, board.job.rate) == (6, 8, None)
    log(curve, 7, loss=2.0, learning_rate=1e-4, **{"tokens/train_per_sec_per_gpu": 321.5})
    assert board.job.detail == {"loss": 2.0, "learning_rate": 1e-4, "tokens_per_s": 321.5}
    assert board.job.rate is not None
    assert board.job.eta_s == pytest.approx(1 / board.job.rate)


def test_trls_count_of_tokens_becomes_a_rate(curve: LiveCurve, board: Board, folder: RunFolder) -> None:
    log(curve, 1, loss=2.0, num_tokens=100)
    assert "tokens_per_s" not in board.job.detail
    log(curve, 2, loss=2.0, num_tokens=180)
    assert folder.metrics()[1].values["tokens_per_s"] > 0


@pytest.mark.parametrize(
    ("logs", "said"),
    [
        ({"loss": float("nan")}, "The loss became nan at step 3"),
        ({"loss": 1.0, "grad_norm": float("inf")}, "The gradient became inf"),
        ({"eval_loss": float("nan")}, "held-out"),
    ],
)
def test_a_loss_that_is_no_number_ends_the_training(
    curve: LiveCurve, folder: RunFolder, logs: dict[str, float], said: str
) -> None:
    with pytest.raises(Invalid, match=f"{said}.*learning_rate .now 0.5"):
        log(curve, 3, **logs)
    assert folder.metrics() == []


@pytest.mark.parametrize(("counter", "said"), [(2, "step 6 of 8: no better since step 2"), (1, None)])
def test_early_stopping_is_told_from_an_end(counter: int, said: str | None) -> None:
    patience = EarlyStoppingCallback(early_stopping_patience=2)
    patience.early_stopping_patience_counter = counter
    state = TrainerState(global_step=6, max_steps=8, best_global_step=2)
    trainer: Any = SimpleNamespace(state=state, callback_handler=SimpleNamespace(callbacks=[patience]))
    stopped = early_stop(trainer)
    assert said is None if stopped is None else said is not None and said in stopped
