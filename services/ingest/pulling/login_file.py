"""The login at Telegram, sealed in one file: steps on the way, and at last the session."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

import orjson

from services.ingest import private_files
from services.ingest.keys import Keys
from shared.contracts.telegram import LoginStep
from shared.errors import AnselmError, Conflict

LOG_IN = "Log in first: anselm login"


@dataclass(frozen=True)
class Login:
    """Where the login stands. Whoever has ``session`` is the account: it leaves this process sealed only.

    Attributes:
        session: Telethon's string session: address and key of the data centre.
        phone, code_hash: what the code belongs to.
        user: the account's Telegram id, once it is known.
    """

    step: LoginStep
    session: str
    phone: str = ""
    code_hash: str = ""
    user: int | None = None


@dataclass(frozen=True)
class LoginFile:
    path: Path
    keys: Keys

    def read(self) -> Login | None:
        """
        Raises:
            AnselmError: it was sealed with another key.
        """
        try:
            raw = orjson.loads(self.keys.unseal(self.path.read_bytes()))
        except FileNotFoundError:
            return None
        return Login(**{**raw, "step": LoginStep(raw["step"])})

    def expect(self, step: LoginStep) -> Login:
        """
        Raises:
            Conflict: the login stands elsewhere.
        """
        login = self.read()
        if login is None or login.step is not step:
            what = "Nobody is logged in at Telegram." if step is LoginStep.IN else f"No login waits for the {step}."
            raise Conflict(what, hint=LOG_IN)
        return login

    def write(self, login: Login) -> Login:
        """Written beside and renamed: there is always a whole login, or none.

        Raises:
            AnselmError: it cannot be written there.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            private_files.replace(self.path, self.keys.seal(orjson.dumps(asdict(login)).decode()))
        except OSError as error:
            raise AnselmError(f"{self.path} cannot be written: {error.strerror}.") from error
        return login

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)
