"""Axolotl's training on a configuration that was validated: in this process, or in one for each of several GPUs."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from services.trainer.run_folder import RunFolder
from shared.errors import AnselmError, from_code


@dataclass(frozen=True)
class Trained:
    """How far training came, and the losses on held-out conversations on the way; ``stopped`` says why it was not
    further, where that was before the last step."""

    steps: int
    losses: list[float]
    stopped: str | None = None


def train_here(config: Any, curve: Any | None) -> Trained:
    """Train in this process.

    Args:
        config: as ``axolotl_config.validated`` gives it.
        curve: a callback for transformers' trainer; none in all but the first of several processes.
    """
    from axolotl.common.datasets import load_datasets
    from axolotl.train import train

    from services.trainer.axolotl_plugin import LiveCurve as Plugin
    from services.trainer.early_stopping import early_stop

    Plugin.curve = curve
    _, _, trainer = train(cfg=config, dataset_meta=load_datasets(cfg=config))
    losses = [entry["eval_loss"] for entry in trainer.state.log_history if "eval_loss" in entry]
    return Trained(trainer.state.global_step, losses, early_stop(trainer))


def train_spread(folder: RunFolder, processes: int) -> Trained:
    """Train in ``processes`` processes, one for each GPU, on the configuration in ``folder``.

    Raises:
        AnselmError: one of them failed; what it said is passed on.
    """
    ended = subprocess.run(command(folder.path, processes), check=False)
    if ended.returncode:
        error = folder.error()
        if error:
            raise from_code(error["code"])(error["message"])
        raise AnselmError(
            f"A process of the training ended with code {ended.returncode}.", hint=f"Its log is {folder.log}."
        )
    return Trained(**json.loads(_outcome(folder).read_bytes()))


def command(folder: Path, processes: int) -> list[str]:
    """PyTorch's launcher, which ends all processes when one fails."""
    launcher = [sys.executable, "-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={processes}"]
    return [*launcher, "-m", "services.trainer.stages.sft_process", str(folder)]


def report(folder: RunFolder, trained: Trained) -> None:
    """From the first of several processes to the one that started them."""
    _outcome(folder).write_text(json.dumps(asdict(trained)))


def _outcome(folder: RunFolder) -> Path:
    return folder.work / "trained.json"
