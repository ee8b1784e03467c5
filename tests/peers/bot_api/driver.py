"""A tester at the other end of the server: writes, presses, reacts, and waits for what the bot does."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Self

import httpx

Entry = dict[str, Any]
Message = dict[str, Any]

PATIENCE = 30.0


class Tester:
    """One person, in their private chat with the bot unless ``chat`` names a group; an async context manager.

    Each waiting call takes up the transcript where the last one ended, so that nothing is seen twice.
    """

    __test__ = False

    def __init__(self, url: str, user: int, name: str | None = None, *, chat: int | None = None) -> None:
        self.user, self.name = user, name
        self.chat = chat if chat is not None else user
        self._who = {"user": user, "chat": self.chat} | ({"name": name} if name else {})
        self._http = httpx.AsyncClient(base_url=url, timeout=60)
        self._seen = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def says(self, text: str, *, reply_to: int | None = None) -> int:
        """Send a text; its message id."""
        reply = {"reply_to": reply_to} if reply_to else {}
        sent = await self._post("message", text=text, **reply)
        message_id: int = sent["message_id"]
        return message_id

    async def sends(self, **content: Any) -> None:
        """Send something that is no text, such as ``sticker={...}``."""
        await self._post("message", content=content)

    async def presses(self, message: Message, button: str) -> None:
        await self._post("press", message_id=message["message_id"], button=button)

    async def reacts(self, message: Message, emoji: str | None) -> None:
        await self._post("reaction", message_id=message["message_id"], emoji=emoji)

    async def blocks(self, blocked: bool = True) -> None:
        await self._post("block", blocked=blocked)

    async def fail(self, method: str, **how: Any) -> None:
        """Make the bot's next calls of a method fail; see ``control``."""
        await self._post("fail", method=method, **how)

    async def hears(self, seconds: float = PATIENCE) -> Message:
        """The next message that the bot sends to this chat."""
        entry = await self.sees("sendMessage", seconds)
        message: Message = entry["result"]
        return message

    async def receives(self, seconds: float = PATIENCE) -> tuple[str, str]:
        """Name and content of the next document that the bot sends to this chat."""
        sent = (await self.sees("sendDocument", seconds))["parameters"]
        file = sent[sent["document"].removeprefix("attach://")]
        return file["filename"], file["content"]

    async def sees(self, method: str, seconds: float = PATIENCE) -> Entry:
        """The next successful call of a method that concerns this chat, or no chat at all."""
        return await self.watch(lambda entry: entry["method"] == method and entry["ok"] and self._mine(entry), seconds)

    async def watch(self, wanted: Callable[[Entry], bool], seconds: float = PATIENCE) -> Entry:
        """The next line of the transcript that is wanted.

        Raises:
            TimeoutError: none came in time; the message lists the methods that were called meanwhile.
        """
        deadline, passed = time.monotonic() + seconds, []
        while (left := deadline - time.monotonic()) > 0:
            for entry in await self.transcript(self._seen, min(left, 10)):
                self._seen = entry["n"]
                if wanted(entry):
                    return entry
                passed.append(entry["method"])
        raise TimeoutError(f"The bot did not do it within {seconds:g} s; it called: {', '.join(passed) or 'nothing'}.")

    async def transcript(self, after: int = 0, timeout: float = 0) -> list[Entry]:
        response = await self._http.get("/control/transcript", params={"after": after, "timeout": timeout})
        entries: list[Entry] = response.json()["entries"]
        return entries

    async def heard(self) -> list[Message]:
        """All that the bot has sent to this chat so far, without waiting."""
        entries = await self.transcript()
        return [e["result"] for e in entries if e["method"] == "sendMessage" and e["ok"] and self._mine(e)]

    def _mine(self, entry: Entry) -> bool:
        return str(entry["parameters"].get("chat_id", self.chat)) == str(self.chat)

    async def _post(self, act: str, **body: Any) -> Any:
        response = await self._http.post(f"/control/{act}", json=self._who | body)
        if response.is_error:
            raise AssertionError(response.json()["description"])
        return response.json()
