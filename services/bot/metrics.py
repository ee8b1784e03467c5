"""What Prometheus sees of the bot."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram


class Metrics:
    """Counters by outcome; nothing about who or what."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.replies = Counter("anselm_bot_replies_total", "Messages answered", ["outcome"], registry=registry)
        self.verdicts = Counter("anselm_bot_verdicts_total", "Verdicts of testers", ["verdict"], registry=registry)
        self.seconds = Histogram(
            "anselm_bot_reply_seconds",
            "Time from taking up a message to the reply's last bubble",
            registry=registry,
            buckets=(0.5, 1, 2, 5, 10, 20, 40, 80, 160),
        )
