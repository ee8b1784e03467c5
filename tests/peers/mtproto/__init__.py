"""Telegram's network on loopback: MTProto over a real socket, one account behind it, and troubles on demand.

    with MtProto() as telegram:
        chat = telegram.account.private_chat(2, "Boris")
        chat.say("hello")
        ...  # connect a client to telegram.host, telegram.port with telegram.public_key

Source: https://core.telegram.org/mtproto, https://core.telegram.org/api. TL classes are the client library's own, so
that both speak the same layer.
"""

from tests.peers.mtproto.account import Account, Chat
from tests.peers.mtproto.server import MtProto

__all__ = ["Account", "Chat", "MtProto"]
