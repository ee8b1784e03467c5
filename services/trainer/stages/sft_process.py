"""One of the processes of a fine-tuning over several GPUs; the stage ``sft`` starts them with PyTorch's launcher.

    torchrun --nproc-per-node 2 -m services.trainer.stages.sft_process ANSELM_HOME/runs/<id>

The first one reports and writes; all die with the launcher, so that a killed run leaves nothing that computes.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from services.trainer.axolotl_training import report, train_here
from services.trainer.failures import describe
from services.trainer.run_folder import RunFolder
from services.trainer.stages.bench import bench_at
from shared import processes
from shared.telemetry import leave_words_out, without_words


def main() -> int:
    processes.end_with_parent()
    leave_words_out()
    bench = bench_at(RunFolder(Path(sys.argv[1])))
    first = os.environ["RANK"] == "0"
    try:
        from axolotl.cli.config import load_cfg

        from services.trainer.live_curve import LiveCurve

        config = load_cfg(str(bench.folder.path / "axolotl_config.yaml"))
        trained = train_here(config, LiveCurve(bench.folder, bench.reporter) if first else None)
    except Exception as error:
        print(without_words(error), file=sys.stderr, flush=True)
        known = describe(error, bench.plan.recipe)
        bench.folder.write_error(known.code, str(known))
        return 1
    if first:
        report(bench.folder, trained)
    return 0


if __name__ == "__main__":
    sys.exit(main())
