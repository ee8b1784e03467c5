"""The methods that this Telegram has. Each takes the peer's state and a request, and returns the answer."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from telethon.tl import functions as f
from telethon.tl import types

from tests.peers.mtproto.account import Account
from tests.peers.mtproto.history import history

API_ID, API_HASH = 12_345, "0123456789abcdef0123456789abcdef"


class RpcError(Exception):
    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


@dataclass
class State:
    """What the methods work on. ``key``: of the connection that asks. ``waiting``: keys that owe the password."""

    account: Account
    port: int = 0
    key: int = 0
    waiting: set[int] = field(default_factory=set)
    takeouts: set[int] = field(default_factory=set)
    takeout_allowed: bool = True

    def require_login(self) -> None:
        if self.key in self.waiting:
            raise RpcError(401, "SESSION_PASSWORD_NEEDED")
        if self.key not in self.account.entered:
            raise RpcError(401, "AUTH_KEY_UNREGISTERED")


def config(state: State, request: Any) -> Any:
    now = datetime.now(UTC)
    known = {
        "date": now, "expires": now + timedelta(hours=1), "test_mode": False, "this_dc": 2,
        "dc_options": [types.DcOption(number, "127.0.0.1", state.port) for number in (2, 4)],
    }  # fmt: skip
    required = [
        name
        for name, parameter in inspect.signature(types.Config.__init__).parameters.items()
        if parameter.default is inspect.Parameter.empty and name not in ("self", *known)
    ]
    texts = ("dc_txt_domain_name", "me_url_prefix")
    return types.Config(**known, **{name: "" if name in texts else 0 for name in required})


def send_code(state: State, request: Any) -> Any:
    if (request.api_id, request.api_hash) != (API_ID, API_HASH):
        raise RpcError(400, "API_ID_INVALID")
    if request.phone_number != state.account.phone:
        raise RpcError(400, "PHONE_NUMBER_INVALID")
    return types.auth.SentCode(types.auth.SentCodeTypeApp(5), phone_code_hash="hash-of-the-code")


def sign_in(state: State, request: Any) -> Any:
    if (request.phone_number, request.phone_code_hash) != (state.account.phone, "hash-of-the-code"):
        raise RpcError(400, "PHONE_CODE_EXPIRED")
    if request.phone_code != state.account.code:
        raise RpcError(400, "PHONE_CODE_INVALID")
    return _enter(state)


def _enter(state: State) -> Any:
    if state.account.password is not None:
        state.waiting.add(state.key)
        raise RpcError(401, "SESSION_PASSWORD_NEEDED")
    state.account.entered.add(state.key)
    return types.auth.Authorization(state.account.user)


def password(state: State, request: Any) -> Any:
    assert state.account.password is not None
    return state.account.password.challenge()


def check_password(state: State, request: Any) -> Any:
    assert state.account.password is not None
    if state.key not in state.waiting or not state.account.password.proves(request.password):
        raise RpcError(400, "PASSWORD_HASH_INVALID")
    state.waiting.discard(state.key)
    state.account.entered.add(state.key)
    return types.auth.Authorization(state.account.user)


def export_login_token(state: State, request: Any) -> Any:
    if state.account.scanned and state.account.elsewhere:
        return types.auth.LoginTokenMigrateTo(4, b"token-elsewhere")
    if state.account.scanned:
        return types.auth.LoginTokenSuccess(_enter(state))
    return types.auth.LoginToken(datetime.now(UTC) + timedelta(seconds=30), b"token-to-scan")


def import_login_token(state: State, request: Any) -> Any:
    if request.token != b"token-elsewhere":
        raise RpcError(400, "AUTH_TOKEN_INVALID")
    return types.auth.LoginTokenSuccess(_enter(state))


def log_out(state: State, request: Any) -> Any:
    state.require_login()
    state.account.entered.discard(state.key)
    return types.auth.LoggedOut()


def users(state: State, request: Any) -> Any:
    state.require_login()
    return [state.account.user]


def contacts(state: State, request: Any) -> Any:
    state.require_login()
    found = [state.account.people[number] for number in state.account.contacts]
    return types.contacts.Contacts([types.Contact(one.id, mutual=False) for one in found], len(found), found)


def dialogs(state: State, request: Any) -> Any:
    state.require_login()
    account = state.account
    listed = [_dialog(chat.peer, max(chat.messages, default=0)) for chat in account.chats]
    newest = [chat.messages[max(chat.messages)] for chat in account.chats if chat.messages]
    groups = [chat.entity for chat in account.chats if not isinstance(chat.entity, types.User)]
    return types.messages.Dialogs(listed, newest, groups, [account.user, *account.people.values()])


def _dialog(peer: Any, top: int) -> Any:
    settings = types.PeerNotifySettings()
    return types.Dialog(peer, top, 0, 0, 0, 0, 0, 0, notify_settings=settings)


def get_history(state: State, request: Any) -> Any:
    state.require_login()
    return history(state.account, request)


def full_channel(state: State, request: Any) -> Any:
    state.require_login()
    chat = state.account.chat_of(request.channel)
    full = types.ChannelFull(
        chat.entity.id, "", 0, 0, 0, types.PhotoEmpty(0), types.PeerNotifySettings(), [], 1,
        migrated_from_chat_id=chat.migrated_from, migrated_from_max_id=0 if chat.migrated_from else None,
    )  # fmt: skip
    return types.messages.ChatFull(full, [chat.entity], [])


def init_takeout(state: State, request: Any) -> Any:
    state.require_login()
    if not state.takeout_allowed:
        raise RpcError(420, "TAKEOUT_INIT_DELAY_86400")
    state.takeouts.add(len(state.takeouts) + 1)
    return types.account.Takeout(max(state.takeouts))


def finish_takeout(state: State, request: Any) -> Any:
    return True


def now(state: State, request: Any) -> Any:
    return types.updates.State(1, 0, datetime.now(UTC), 1, 0)


def no_difference(state: State, request: Any) -> Any:
    return types.updates.DifferenceEmpty(datetime.now(UTC), 1)


METHODS: dict[type, Callable[[State, Any], Any]] = {
    f.help.GetConfigRequest: config,
    f.auth.SendCodeRequest: send_code,
    f.auth.SignInRequest: sign_in,
    f.account.GetPasswordRequest: password,
    f.auth.CheckPasswordRequest: check_password,
    f.auth.ExportLoginTokenRequest: export_login_token,
    f.auth.ImportLoginTokenRequest: import_login_token,
    f.auth.LogOutRequest: log_out,
    f.users.GetUsersRequest: users,
    f.contacts.GetContactsRequest: contacts,
    f.messages.GetDialogsRequest: dialogs,
    f.messages.GetHistoryRequest: get_history,
    f.channels.GetFullChannelRequest: full_channel,
    f.account.InitTakeoutSessionRequest: init_takeout,
    f.account.FinishTakeoutSessionRequest: finish_takeout,
    f.updates.GetStateRequest: now,
    f.updates.GetDifferenceRequest: no_difference,
}
