"""Checkpoints of a trainer: folders ``checkpoint-<step>`` below the output of a run."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

#: Written last. Without it, or with half of it, the checkpoint was being written when the process ended.
_LAST = "trainer_state.json"


def complete(output: Path) -> list[Path]:
    """Those that a trainer can go on from, in the order of their steps."""
    return sorted((folder for folder in output.glob("checkpoint-*") if _is_complete(folder)), key=_step)


def drop_half_written(output: Path) -> None:
    """Remove the others: trainers go on from the newest folder, whatever is in it."""
    for folder in set(output.glob("checkpoint-*")) - set(complete(output)):
        shutil.rmtree(folder)


def keep_only(work: Path, output: Path) -> None:
    """Remove everything below ``work`` but complete checkpoints: rows to train on, and copies of them, are somebody's
    words."""
    kept = complete(output)
    for path in sorted(work.rglob("*"), reverse=True):
        if any(path == folder or folder in path.parents for folder in kept):
            continue
        if path.is_dir() and not path.is_symlink():
            if not any(path.iterdir()):
                path.rmdir()
        else:
            path.unlink()


def _is_complete(folder: Path) -> bool:
    try:
        return _step(folder) > 0 and bool(json.loads((folder / _LAST).read_bytes()))
    except (OSError, ValueError):
        return False


def _step(folder: Path) -> int:
    return int(folder.name.rpartition("-")[2])
