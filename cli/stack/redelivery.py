"""Work that a killed worker had in hand goes back to its queue.

Redis itself would deliver it again only after the visibility timeout, which must exceed the longest run. Here there is
one worker a queue: before that one starts, whatever is unacknowledged in its queues is nobody's.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from shared.queue import make_queue
from shared.settings import Settings


def redeliver(settings: Settings, queues: Sequence[str]) -> int:
    """Put back what was taken from ``queues`` and never acknowledged.

    Returns:
        The number of tasks put back.
    """
    with make_queue("supervisor", settings).connection_for_write() as connection:
        channel = connection.default_channel
        unacknowledged: dict[bytes, bytes] = channel.client.hgetall(channel.unacked_key)
        lost = [tag for tag, raw in unacknowledged.items() if json.loads(raw)[2] in queues]
        for tag in lost:
            channel.qos.restore_by_tag(tag.decode(), leftmost=True)
        return len(lost)
