from __future__ import annotations

import pytest

from shared.contracts.jobs import Job, JobState
from shared.jobs import JobReporter


class Recorder:
    """A board that keeps everything that was ever written."""

    def __init__(self) -> None:
        self.written: list[Job] = []

    def put(self, job: Job) -> None:
        assert job.id == "j1"
        self.written.append(job)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now

    def time(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("shared.jobs.time", clock)
    return clock


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def reporter(recorder: Recorder, clock: Clock) -> JobReporter:
    return JobReporter(recorder, "j1", "import", interval=1.0)  # type: ignore[arg-type]


def test_progress_is_written_at_most_once_an_interval(reporter: JobReporter, recorder: Recorder, clock: Clock) -> None:
    reporter.stage("read", total=100)
    for done in range(1, 41):
        clock.now += 0.125
        reporter.advance(done)
    assert [job.done for job in recorder.written] == [0, 8, 16, 24, 32, 40]
    assert reporter.job.done == 40


def test_every_change_of_state_is_written_at_once(reporter: JobReporter, recorder: Recorder) -> None:
    reporter.queued()
    reporter.stage("read")
    reporter.stage("write")
    reporter.finish(rows=3)
    assert [(job.state, job.stage) for job in recorder.written] == [
        (JobState.QUEUED, ""),
        (JobState.RUNNING, "read"),
        (JobState.RUNNING, "write"),
        (JobState.DONE, "write"),
    ]
    assert recorder.written[-1].detail == {"rows": 3}


def test_rate_and_time_to_go(reporter: JobReporter, clock: Clock) -> None:
    reporter.stage("read", total=100, unit="messages")
    clock.now += 4
    reporter.advance(20, loss=1.5)
    assert (reporter.job.rate, reporter.job.eta_s, reporter.job.unit) == (5.0, 16.0, "messages")
    assert reporter.job.detail == {"loss": 1.5}


def test_what_was_done_before_does_not_count_as_speed(reporter: JobReporter, clock: Clock) -> None:
    reporter.stage("steps", total=100, done=50)
    clock.now += 10
    reporter.advance(60)
    assert (reporter.job.rate, reporter.job.eta_s) == (1.0, 40.0)


def test_without_a_total_there_is_no_time_to_go(reporter: JobReporter, clock: Clock) -> None:
    reporter.stage("read")
    clock.now += 1
    reporter.advance(10)
    assert (reporter.job.rate, reporter.job.eta_s) == (10.0, None)


def test_a_new_stage_begins_at_nothing(reporter: JobReporter, clock: Clock) -> None:
    reporter.stage("read", total=10)
    clock.now += 1
    reporter.advance(10)
    reporter.stage("write", total=5)
    assert (reporter.job.done, reporter.job.total, reporter.job.rate, reporter.job.eta_s) == (0, 5, None, None)


@pytest.mark.parametrize("state", ["failed", "cancelled", "done"])
def test_an_ended_job_says_so(reporter: JobReporter, recorder: Recorder, state: str) -> None:
    reporter.stage("read")
    {"failed": lambda: reporter.fail("No."), "cancelled": reporter.cancel, "done": reporter.finish}[state]()
    assert recorder.written[-1].state.ended
    assert recorder.written[-1].error == ("No." if state == "failed" else None)
