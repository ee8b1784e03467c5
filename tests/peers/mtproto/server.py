"""The server: a socket on loopback in a thread of its own, so that other processes are served while a test waits."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, Self

from telethon.crypto import AuthKey
from telethon.tl import functions, types

from tests.peers.mtproto import channel
from tests.peers.mtproto.account import Account
from tests.peers.mtproto.channel import Frames, Sealed
from tests.peers.mtproto.handshake import Handshake, ServerKey
from tests.peers.mtproto.methods import API_ID, METHODS, RpcError, State
from tests.peers.mtproto.troubles import Troubles

HOST = "127.0.0.1"
SECONDS = 20


class MtProto:
    """A context manager. ``requests``: every method called so far, without its wrappers."""

    def __init__(self) -> None:
        self.account = Account()
        self.troubles = Troubles()
        self.requests: list[Any] = []
        self.state = State(self.account)
        self._server_key = ServerKey.make()
        self._keys: dict[int, AuthKey] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._listening: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    host = HOST

    @property
    def port(self) -> int:
        return self.state.port

    @property
    def public_key(self) -> str:
        return self._server_key.pem

    def called(self, kind: type) -> list[Any]:
        return [request for request in self.requests if isinstance(request, kind)]

    def __enter__(self) -> Self:
        self._thread.start()
        self.come_back()
        return self

    def __exit__(self, *_: object) -> None:
        self.go_away()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(SECONDS)
        self._loop.close()

    def go_away(self) -> None:
        """Cut every connection and take no new one."""
        self._run(self._close())

    def come_back(self) -> None:
        """Listen, at the same port as before."""
        self._run(self._open())

    def forget_keys(self) -> None:
        """As Telegram does with the keys of sessions that ended long ago."""
        self._keys.clear()

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(SECONDS)

    async def _open(self) -> None:
        self._listening = await asyncio.start_server(self._serve, HOST, self.state.port)
        self.state.port = self._listening.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        if self._listening is not None:
            self._listening.close()
            self._listening = None
        for writer in self._writers:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.troubles.slams:
            writer.close()
            return
        self._writers.add(writer)
        frames, handshake = Frames(reader, writer), Handshake(self._server_key)
        try:
            async for payload in frames:
                key_id = channel.key_id_of(payload)
                if key_id == 0:
                    await frames.send(channel.plain(self._shake(handshake, payload)))
                elif key := self._keys.get(key_id):
                    await self._take(key, channel.unseal(key, payload), frames)
                else:
                    await frames.send(channel.UNKNOWN_KEY)
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            self._writers.discard(writer)
            writer.close()

    def _shake(self, handshake: Handshake, payload: bytes) -> Any:
        answer = handshake.answer(channel.read_plain(payload))
        if handshake.key is not None:
            signed = int.from_bytes(handshake.key.key_id.to_bytes(8, "little"), "little", signed=True)
            self._keys[signed] = handshake.key
        return answer

    async def _take(self, key: AuthKey, message: Sealed, frames: Frames) -> None:
        for one in channel.contained(message):
            if isinstance(one.body, types.MsgsAck):
                continue
            if isinstance(one.body, functions.PingRequest | functions.PingDelayDisconnectRequest):
                await frames.send(channel.seal(key, one, bytes(types.Pong(one.id, one.body.ping_id))))
                continue
            answer = await self._answer(key, one.body)
            await frames.send(channel.seal(key, one, channel.result(one, answer)))

    async def _answer(self, key: AuthKey, wrapped: Any) -> Any:
        try:
            request = self._unwrap(wrapped)
            self.requests.append(request)
            if await self.troubles.strikes(request):
                await self._close()
                raise ConnectionError
            self.state.key = key.key_id
            return METHODS[type(request)](self.state, request)
        except RpcError as error:
            return types.RpcError(error.code, error.message)

    def _unwrap(self, request: Any) -> Any:
        if isinstance(request, functions.InitConnectionRequest) and request.api_id != API_ID:
            raise RpcError(400, "CONNECTION_API_ID_INVALID")
        if isinstance(request, functions.InvokeWithTakeoutRequest) and request.takeout_id not in self.state.takeouts:
            raise RpcError(403, "TAKEOUT_REQUIRED")
        return self._unwrap(request.query) if hasattr(request, "query") else request
