"""What is not in a dataset, and why, in words."""

from __future__ import annotations

from shared.contracts.ingest import DatasetStatistics

REASONS = {
    "answers_media": "answers a picture or a voice",
    "answers_withheld": "answers withheld words",
    "business": "business chat",
    "chat_type": "no dialogue (bots, channels)",
    "consent": "no consent",
    "elsewhere": "on another side before",
    "forwarded": "forwarded",
    "media_only": "media without words",
    "opening": "opens a conversation",
    "repeated": "near one held out",
    "via_bot": "sent through a bot",
}


def left_out(statistics: DatasetStatistics) -> dict[str, int]:
    """Messages, and examples left out of the split, by reason; the most frequent first."""
    proof = statistics.proof
    found = {"consent": statistics.withheld_messages, **statistics.left_out}
    found["repeated"] = statistics.near_duplicates_removed
    found["elsewhere"] = proof.left_out_elsewhere if proof else 0
    return dict(sorted(((why, count) for why, count in found.items() if count), key=lambda one: (-one[1], one[0])))
