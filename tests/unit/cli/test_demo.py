"""The demo's own parts; its steps run for real in the end-to-end tests."""

from __future__ import annotations

import io
import os
import subprocess
import sys

from rich.console import Console

from cli import runs
from cli.demo import report
from cli.demo.memory import GIB, PeakMemory
from cli.demo.plan import Plan
from cli.demo.run import Narrator
from cli.services import call
from shared.contracts.trainer import Evaluation, RunRequest, Sample, Stage
from shared.waiting import wait_until
from tests.unit.cli.fake_services import FakeServices
from tests.unit.cli.test_commands import EVALUATION, run


def console() -> Console:
    return Console(file=io.StringIO(), width=120)


def text(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_the_sample_is_there() -> None:
    assert Plan().export.is_file()
    assert Plan().consents.is_file()


async def test_a_step_is_one_line_with_its_time() -> None:
    async def work() -> str:
        return "17 chats [of 18]"

    narrator = Narrator(console())
    assert await narrator.tell("import", work()) == "17 chats [of 18]"
    assert text(narrator.console) == " 1  import      17 chats [of 18]  0 s\n"
    assert [(step["step"], step["line"]) for step in narrator.steps] == [("import", "17 chats [of 18]")]


def test_memory_counts_children_that_others_started() -> None:
    hungry = "data = bytearray(200_000_000); data[::4096] = b'x' * len(data[::4096]); print(1, flush=True); input()"
    child = subprocess.Popen([sys.executable, "-c", hungry], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdout.readline()
    with PeakMemory(lambda: [os.getpid(), 2**22 + 1], interval=0.01) as memory:
        wait_until(lambda: memory.peak > 200_000_000, seconds=60, what="the child's memory")
    child.communicate(b"\n")
    assert memory.gib == memory.peak / GIB


def test_the_table_shows_four_voices_and_cuts_what_is_long() -> None:
    out = console()
    report.print_samples(
        out, [Sample(context=[], message="[hi]", base="x" * 500, persona="ahoi", owner="ahoi captain")]
    )
    shown = text(out)
    assert "[hi]" in shown
    assert "ahoi captain" in shown
    assert shown.count("x") < 200


def test_the_figures_stand_side_by_side() -> None:
    out = console()
    first = Evaluation.model_validate(EVALUATION)
    report.print_style(out, [first, first.model_copy(update={"adapter": "anselm-v2", "persona": {"auc": 0.6}})])
    assert [line.split()[-3:] for line in text(out).splitlines() if "AUC" in line] == [["0.99", "0.70", "0.60"]]


def test_a_run_that_failed_is_started_anew(services: FakeServices) -> None:
    outcomes = {"demo": run("sft", id="r1", state="failed"), "demo-after-r1": run("sft", id="r2", state="done")}
    services.routes |= {
        "POST /v1/runs": lambda request: outcomes[request.json["key"]],
        "GET /v1/runs/r2": outcomes["demo-after-r1"],
    }
    wanted = RunRequest(stage=Stage.SFT, persona="anselm", dataset="anselm-d1", key="demo")
    assert call(lambda services, _: runs.run(services, wanted)).id == "r2"
