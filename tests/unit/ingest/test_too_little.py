"""What is too little for a dataset, and what is said of it."""

from __future__ import annotations

import pytest

from services.ingest.building import _check
from services.ingest.dataset.portions import Portion
from services.ingest.gathering import Gathered
from shared.contracts.ingest import DatasetStatistics, SplitStatistics
from shared.errors import Invalid


def statistics(**examples: int) -> DatasetStatistics:
    splits = {
        name: SplitStatistics(examples=count, threads=1, reply_tokens=1, reply_characters_mean=1, bubbles_mean=1)
        for name, count in examples.items()
    }
    return DatasetStatistics(splits=splits)


@pytest.mark.parametrize(
    ("own", "found", "told"),
    [
        (0, statistics(train=0, val=0, test=0), "The owner has written nothing in these chats.*--owner NAME"),
        (19, statistics(train=16, val=2, test=1), "Only 19 examples, at least 20 are needed, and a voice needs"),
        (30, statistics(train=30, val=0, test=0), "val, test would be empty: at least 3 are needed"),
    ],
    ids=["no owner", "too few", "one thread"],
)
def test_it_is_told_with_what_is_needed(own: int, found: DatasetStatistics, told: str) -> None:
    with pytest.raises(Invalid, match=told) as error:
        _check(found, Gathered([Portion(7, own=own)]), 20)
    assert error.value.hint


def test_enough_is_enough() -> None:
    _check(statistics(train=16, val=2, test=2), Gathered([Portion(7, own=40)]), 20)
