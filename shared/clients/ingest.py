"""Client of ingest."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

import httpx

from shared.clients.base import Client
from shared.contracts.audit import AuditPage, Publication
from shared.contracts.forgetting import ForgetRequest, ForgettingReceipt, SubjectKind, Verification
from shared.contracts.ingest import (
    Chat,
    ChatRelation,
    Consent,
    ConsentGrant,
    ConsentMessage,
    Dataset,
    DatasetDiff,
    DatasetRequest,
    ExchangePage,
    Import,
    Person,
)
from shared.contracts.jobs import Job
from shared.contracts.privacy import ListName, Phrase, Review
from shared.contracts.telegram import (
    Dialog,
    LoginCode,
    LoginPassword,
    LoginPhone,
    LoginState,
    PullRequest,
    TelegramState,
)
from shared.settings import Settings
from shared.system_prompt import Relation

CHUNK = 1 << 20


class IngestClient(Client):
    service = "ingest"

    def __init__(self, settings: Settings, transport: httpx.AsyncBaseTransport | None = None) -> None:
        super().__init__(settings, settings.ingest_url, transport)

    async def upload(self, file: Path, *, consent: bool, owner: str | None = None) -> Import:
        """Send an export, as ``send`` does."""
        with file.open("rb") as source:
            content = iter(partial(source.read, CHUNK), b"")
            return await self.send(file.name, content, consent=consent, owner=owner)

    async def send(self, name: str, content: Iterable[bytes], *, consent: bool, owner: str | None = None) -> Import:
        """Send an export; the import runs in the background under the returned id, which is also its job's.

        Args:
            consent: the owner consents to training on and retrieving their own messages.
            owner: name or from_id of the owner, for a single chat's file that does not tell whose it is.
        """

        async def chunks() -> AsyncIterator[bytes]:
            for chunk in content:
                yield chunk

        params = {"filename": name, "consent": consent} | ({"owner": owner} if owner else {})
        response = await self._call("POST", "/v1/imports", params=params, content=chunks(), timeout=None)
        return Import.model_validate_json(response.content)

    async def get_import(self, import_id: str) -> Import:
        return await self._get(Import, f"/v1/imports/{import_id}")

    async def imports(self) -> list[Import]:
        return await self._list(Import, "/v1/imports")

    async def telegram(self) -> TelegramState:
        return await self._get(TelegramState, "/v1/telegram")

    async def login(self, phone: str) -> LoginState:
        """Begin: Telegram sends a code to the account's devices."""
        return await self._post(LoginState, "/v1/telegram/login", LoginPhone(phone=phone))

    async def login_code(self, code: str) -> LoginState:
        return await self._post(LoginState, "/v1/telegram/login/code", LoginCode(code=code))

    async def login_password(self, password: str) -> LoginState:
        return await self._post(LoginState, "/v1/telegram/login/password", LoginPassword(password=password))

    async def login_qr(self) -> LoginState:
        """Begin a login by QR code, or ask what became of it."""
        return await self._post(LoginState, "/v1/telegram/login/qr")

    async def logout(self) -> TelegramState:
        """End the session at Telegram and remove it."""
        return await self._delete(TelegramState, "/v1/telegram")

    async def dialogs(self, *, names: bool = False) -> list[Dialog]:
        """The chats that can be pulled, the newest first."""
        return await self._list(Dialog, "/v1/telegram/dialogs", names=names)

    async def pull(self, request: PullRequest) -> Import:
        """Start a pull; it runs in the background under the returned id, which is also its job's."""
        return await self._post(Import, "/v1/pulls", request)

    async def people(self, *, names: bool = False) -> list[Person]:
        return await self._list(Person, "/v1/people", names=names)

    async def chats(self, *, names: bool = False) -> list[Chat]:
        return await self._list(Chat, "/v1/chats", names=names)

    async def relate(self, chat: int, relation: Relation | None) -> Chat:
        """Say what the people of a chat are to the owner; none: what its name and type tell."""
        body = ChatRelation(relation=relation).model_dump(mode="json")
        return Chat.model_validate((await self._call("PUT", f"/v1/chats/{chat}/relation", json=body)).json())

    async def consents(self, *, names: bool = False) -> list[Consent]:
        return await self._list(Consent, "/v1/consents", names=names)

    async def grant(self, grant: ConsentGrant) -> list[Consent]:
        response = await self._call("POST", "/v1/consents", json=grant.model_dump(mode="json"))
        return [Consent.model_validate(item) for item in response.json()]

    async def revoke(self, person: str, chat: int | None = None) -> list[Consent]:
        params = {"person": person} | ({"chat": chat} if chat is not None else {})
        response = await self._call("DELETE", "/v1/consents", params=params)
        return [Consent.model_validate(item) for item in response.json()]

    async def consent_message(
        self, person: str, *, chat: int | None = None, language: str | None = None
    ) -> ConsentMessage:
        """What to send to a person to ask for their consent."""
        return await self._get(ConsentMessage, "/v1/consents/request", person=person, chat=chat, language=language)

    async def build_dataset(self, request: DatasetRequest) -> Dataset:
        """Start building a version; the job's id is the dataset's name."""
        return await self._post(Dataset, "/v1/datasets", request)

    async def dataset(self, name: str) -> Dataset:
        return await self._get(Dataset, f"/v1/datasets/{name}")

    async def datasets(self, persona: str | None = None) -> list[Dataset]:
        return await self._list(Dataset, "/v1/datasets", persona=persona)

    async def dataset_diff(self, before: str, after: str) -> DatasetDiff:
        return await self._get(DatasetDiff, f"/v1/datasets/{before}/diff", to=after)

    def dataset_file(self, name: str, file: str) -> AsyncIterator[bytes]:
        """A file of a version, as its manifest lists it, piece by piece."""
        return self._stream("GET", f"/v1/datasets/{name}/files/{file}")

    async def exchanges(
        self, *, after: str | None = None, limit: int = 500, chats: list[int] | None = None
    ) -> ExchangePage:
        """Past exchanges of the owner that everyone in them lets be retrieved, oldest first."""
        return await self._get(ExchangePage, "/v1/exchanges", after=after, limit=limit, chats=chats)

    async def phrases(self, name: ListName) -> list[Phrase]:
        """The owner's phrases that are never masked, or always."""
        return await self._list(Phrase, f"/v1/lists/{name}")

    async def add_phrases(self, name: ListName, phrases: Sequence[str]) -> list[Phrase]:
        return await self._change_list("PUT", name, phrases)

    async def remove_phrases(self, name: ListName, phrases: Sequence[str]) -> list[Phrase]:
        return await self._change_list("DELETE", name, phrases)

    async def _change_list(self, method: str, name: ListName, phrases: Sequence[str]) -> list[Phrase]:
        response = await self._call(method, f"/v1/lists/{name}", json={"phrases": list(phrases)})
        return [Phrase.model_validate(item) for item in response.json()]

    async def apply_lists(self) -> Job:
        """Start cleaning what is stored again."""
        return await self._post(Job, "/v1/lists/apply")

    async def review(
        self, *, kind: str | None = None, chat: int | None = None, limit: int = 20, raw: bool = False
    ) -> Review:
        """Samples of what was masked."""
        return await self._get(Review, "/v1/review", kind=kind, chat=chat, limit=limit, raw=raw)

    async def rotate_key(self) -> Job:
        """Start sealing all stored text with a new key."""
        return await self._post(Job, "/v1/keys/rotate")

    def export(self, owner: str | None = None) -> AsyncIterator[bytes]:
        """An account's whole history, in the shape of Telegram Desktop's ``result.json``, as it is written."""
        return self._stream("GET", "/v1/export", params={"owner": owner} if owner else {})

    async def forget(self, subject: str, kind: SubjectKind | None = None) -> ForgettingReceipt:
        """Forget a contact, a tester or a chat, everywhere and for good; a tombstone keeps them from coming back."""
        return await self._post(ForgettingReceipt, "/v1/forget", ForgetRequest(subject=subject, kind=kind))

    async def receipt(self, forgetting_id: str) -> ForgettingReceipt:
        return await self._get(ForgettingReceipt, f"/v1/forget/{forgetting_id}")

    async def verify(self, subject: str, kind: SubjectKind | None = None) -> Verification:
        """Check a receipt, by its id or its subject, and look again for what it says is gone."""
        return await self._post(Verification, "/v1/forget/verify", ForgetRequest(subject=subject, kind=kind))

    async def audit(self, *, before: int | None = None, since: datetime | None = None, limit: int = 200) -> AuditPage:
        """Who read raw text or names, and who changed consent, forgot or published; the newest first."""
        moment = since.isoformat() if since else None
        return await self._get(AuditPage, "/v1/audit", before=before, since=moment, limit=limit)

    async def published(self, adapter: str) -> None:
        """Write down that an adapter is handed out."""
        await self._call("POST", "/v1/audit/publications", json=Publication(adapter=adapter).model_dump())
