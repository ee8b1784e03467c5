"""What can go wrong on purpose: pauses that Telegram asks for, a connection that is cut, an answer that never comes."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass, field
from typing import Any

from telethon.tl import functions

from tests.peers.mtproto.methods import RpcError

HISTORY = functions.messages.GetHistoryRequest


@dataclass
class Troubles:
    """All count requests for history, from when they are set.

    Attributes:
        floods: seconds to wait, for the next requests in turn; 0 lets one pass.
        cut_after: the connection goes, and nobody listens any more.
        hold_after: later ones are not answered; ``held`` is set when the first of them is there.
        slams: every connection is closed as soon as it is there.
    """

    floods: list[int] = field(default_factory=list)
    cut_after: int | None = None
    hold_after: int | None = None
    slams: bool = False
    held: threading.Event = field(default_factory=threading.Event)

    async def strikes(self, request: Any) -> bool:
        """Is the connection to be cut now?

        Raises:
            RpcError: a pause is wanted.
        """
        if not isinstance(request, HISTORY):
            return False
        if self.floods and (seconds := self.floods.pop(0)):
            raise RpcError(420, f"FLOOD_WAIT_{seconds}")
        if self.hold_after is not None:
            self.hold_after -= 1
            while self.hold_after is not None and self.hold_after < 0:
                self.held.set()
                await asyncio.sleep(0.01)
        if self.cut_after is not None:
            self.cut_after -= 1
            if self.cut_after < 0:
                self.cut_after = None
                return True
        return False

    def let_go(self) -> None:
        self.hold_after = None
        self.held.clear()
