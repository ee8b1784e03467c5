"""Two versions side by side in a terminal."""

from __future__ import annotations

import pytest

from cli.dataset_diff import print_diff
from shared.contracts.ingest import ChatDiff, DatasetDiff, DatasetStatistics, SettingChange, SplitStatistics


def statistics(examples: int) -> DatasetStatistics:
    split = SplitStatistics(examples=examples, threads=2, reply_tokens=9, reply_characters_mean=12.25, bubbles_mean=1.5)
    return DatasetStatistics(splits={"train": split}, languages={"en": examples})


def test_what_differs_is_shown_and_what_does_not_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    chats = {
        "7": ChatDiff(added=1234, removed=0, changed=2, unchanged=3),
        "8": ChatDiff(added=0, removed=0, changed=0, unchanged=9),
    }
    window = {"window": SettingChange(before=8, after=None)}
    print_diff(DatasetDiff(
        before="ada-d1", after="ada-d2", settings=window, chats=chats, moved=0,
        statistics=(statistics(1000), statistics(2234)),
    ))  # fmt: skip
    shown = capsys.readouterr().out
    lines = [line.split() for line in shown.splitlines()]
    assert ["window", "8", "not", "given"] in lines
    assert ["7", "1,234", "0", "2", "3"] in lines
    assert not any(line[:1] == ["8"] for line in lines)
    assert ["train:", "examples", "1,000", "2,234"] in lines
    assert "on another side of the split: 0" in shown
