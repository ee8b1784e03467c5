from __future__ import annotations

from pathlib import Path

from services.trainer.checkpoints import complete, drop_half_written, keep_only


def checkpoint(output: Path, step: int, state: str | None = '{"global_step": 1}') -> Path:
    folder = output / f"checkpoint-{step}"
    folder.mkdir(parents=True)
    (folder / "adapter_model.safetensors").write_bytes(b"weights")
    if state is not None:
        (folder / "trainer_state.json").write_text(state)
    return folder


def test_a_checkpoint_that_was_being_written_is_not_gone_on_from(tmp_path: Path) -> None:
    late, early = checkpoint(tmp_path, 10), checkpoint(tmp_path, 9)
    checkpoint(tmp_path, 11, state='{"global_st')
    checkpoint(tmp_path, 12, state=None)
    assert complete(tmp_path) == [early, late]
    drop_half_written(tmp_path)
    assert sorted(tmp_path.iterdir()) == [late, early]


def test_nothing_but_complete_checkpoints_is_kept(tmp_path: Path) -> None:
    work, output = tmp_path / "work", tmp_path / "work" / "output"
    kept = checkpoint(output, 1)
    checkpoint(output, 2, state=None)
    for file in (work / "train.jsonl", work / "cache" / "x" / "data.arrow", output / "prepared" / "rows.arrow"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("what somebody wrote")
    keep_only(work, output)
    assert sorted(p for p in work.rglob("*") if p.is_file()) == sorted(kept.iterdir())
    assert sorted(work.iterdir()) == [output]
