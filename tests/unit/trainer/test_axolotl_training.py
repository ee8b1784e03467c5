from __future__ import annotations

import sys
from pathlib import Path

import pytest

from services.trainer import axolotl_training
from services.trainer.axolotl_training import Trained, command, report, train_spread
from services.trainer.run_folder import RunFolder
from shared.errors import AnselmError, Invalid


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    (tmp_path / "work").mkdir()
    return RunFolder(tmp_path)


def ending_with(code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(axolotl_training, "command", lambda *_: [sys.executable, "-c", f"raise SystemExit({code})"])


def test_a_process_is_started_for_each_gpu(tmp_path: Path) -> None:
    started = command(tmp_path, 4)
    assert started[:3] == [sys.executable, "-m", "torch.distributed.run"]
    assert "--nproc-per-node=4" in started
    assert started[-3:] == ["-m", "services.trainer.stages.sft_process", str(tmp_path)]


def test_the_first_process_says_what_came_out(folder: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    ending_with(0, monkeypatch)
    report(folder, Trained(8, [3.0, 2.5]))
    assert train_spread(folder, 2) == Trained(8, [3.0, 2.5])


def test_what_went_wrong_in_a_process_is_passed_on(folder: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    ending_with(1, monkeypatch)
    with pytest.raises(AnselmError, match="ended with code 1"):
        train_spread(folder, 2)
    folder.write_error(Invalid.code, "the disk is upside down")
    with pytest.raises(Invalid, match="upside down"):
        train_spread(folder, 2)
