"""What forgetting decides: which names stay masked, what gives somebody away in Redis, which receipt is unaltered."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

import pytest

from services.ingest.cleaning.cleaner import Cleaner
from services.ingest.cleaning.forgotten_names import ForgottenBook, forgotten_words
from services.ingest.cleaning.names import Known
from services.ingest.cleaning.pseudonyms import pseudonym
from services.ingest.forgetting import receipts
from services.ingest.forgetting.redis_traces import Needles, opened
from services.ingest.forgetting.subjects import Subject
from services.ingest.keys import Keys
from services.ingest.models import Forgetting
from shared.contracts.base import Removed
from shared.contracts.forgetting import SubjectKind
from shared.sealing import Place, Seal

KEYS = Keys.derive(b"k" * 32)
SEAL = Seal("a token of these tests")
BOOK = ForgottenBook.of(KEYS.forgotten, forgotten_words(["Mira Okafor", "Rose Müller"], "mira_o", ["Anselm"]))
TESTER = Subject(SubjectKind.TESTER, "telegram-4711004711")
CONTACT = Subject(SubjectKind.CONTACT, "user_3f9a", ("Mira Okafor",), "mira_o", "user5100000002", (7, 4100000001), (9,))


@pytest.mark.parametrize(
    ("said", "clean"),
    [
        ("ask mira", "ask <person>"),
        ("Mira's lantern, OKAFOR's boat", "<person>'s lantern, <person>'s boat"),
        ("без Миры скучно", "без <person> скучно"),
        ("see @mira_o", "see <username>"),
        ("a rose is a rose", "a rose is a rose"),
        ("I saw Rose there", "I saw <person> there"),
        ("Anselm and @somebody_else", "Anselm and <username>"),
        ("miracle", "miracle"),
    ],
)
def test_a_forgotten_name_stays_masked_without_being_known(said: str, clean: str) -> None:
    assert Cleaner.of([], forgotten=BOOK).clean(said).text == clean


def test_nobody_can_read_the_names_that_are_kept() -> None:
    assert all(len(mark) == 8 for mark in BOOK.marks)
    assert ForgottenBook(b"another key", BOOK.marks).has_none_of("Mira Okafor")


def test_who_is_known_keeps_a_name_that_they_share() -> None:
    cleaner = Cleaner.of([Known("user_0001", ("Mira Nair",))], forgotten=BOOK)
    assert cleaner.clean("Mira and Okafor").text == "user_0001 and <person>"


def test_texts_are_cleaned_again_when_somebody_is_forgotten() -> None:
    assert Cleaner.of([]).key != Cleaner.of([], forgotten=BOOK).key


def test_nobody_gets_a_pseudonym_that_somebody_forgotten_may_have_had() -> None:
    hash_, other = bytes.fromhex("3f9a11" + "00" * 29), bytes.fromhex("3f9a22" + "00" * 29)
    assert pseudonym(hash_, []) == "user_3f9a"
    assert pseudonym(hash_, [], [other]) == "user_3f9a1"


@pytest.mark.parametrize(
    ("subject", "value", "found"),
    [
        (TESTER, '{"person": "telegram-4711004711"}', True),
        (TESTER, '{"from": {"id": 4711004711}}', True),
        (TESTER, '{"person": "telegram-47110047112"}', False),
        (TESTER, '{"callback_query": {"from": {"id": 4711004711}, "data": "forget:4711004711:1"}}', False),
        (CONTACT, "ask user_3f9a", True),
        (CONTACT, "ask user_3f9a1", False),
        (CONTACT, "Mira Okafor said", True),
        (CONTACT, '{"by_chat": {"4100000001": 3}}', True),
        (CONTACT, '{"done": 7}', False),
        (CONTACT, '{"chat": 7}', True),
        (CONTACT, '{"id": "7c9e6679-7425-40de-944b-e07fc1f90ae7"}', False),
    ],
)
def test_what_gives_somebody_away_in_redis(subject: Subject, value: str, found: bool) -> None:
    assert Needles.of(subject, SEAL).in_text(value) is found


def test_a_task_in_a_queue_is_read() -> None:
    sealed = SEAL.seal(json.dumps([[], {"turn": {"person": TESTER.name}}, {}]), Place.QUEUE)
    task = {"body": base64.b64encode(sealed.encode()).decode(), "headers": {"task": "retrieval.remember"}}
    for value in (task, [task, "exchange", "memory"]):  # the second is being worked on
        text = opened(SEAL, "memory", json.dumps(value))
        assert text is not None
        assert Needles.of(TESTER, SEAL).in_text(text)
        assert not Needles.of(CONTACT, SEAL).in_text(text)


@pytest.mark.parametrize(
    ("key", "place"),
    [
        ("anselm:job:dataset-1", Place.JOB),
        ("anselm:bot:open", Place.INBOX),
        ("anselm:bot:journal:7", Place.JOURNAL),
        ("anselm:bot:shown:ab12:6", Place.SHOWN),
    ],
)
def test_what_is_sealed_is_opened(key: str, place: Place) -> None:
    assert opened(SEAL, key, SEAL.seal("ahoy", place)) == "ahoy"
    assert opened(Seal("another token"), key, SEAL.seal("ahoy", place)) is None


def test_keys_are_known_by_their_parts() -> None:
    needles = Needles.of(TESTER, SEAL)
    assert needles.in_key(f"anselm:bot:shown:{SEAL.name(4711004711)}:6")
    assert needles.in_key("anselm:bot:shown:4711004711:6"), "of a bot from before"
    assert not needles.in_key("anselm:bot:shown:47110047119:6")


def test_a_subject_is_kept_as_it_is() -> None:
    assert Subject.load(CONTACT.dump()) == CONTACT


def test_a_receipt_is_signed_and_names_nobody() -> None:
    row = Forgetting(id="forget-1", kind="contact", marks=CONTACT.marks(KEYS), at=datetime.now(UTC), removed=[])
    receipts.add(KEYS, row, [Removed(service="ingest", what="messages", count=2)])
    receipts.add(KEYS, row, [Removed(service="ingest", what="messages", count=1)])
    assert [line["count"] for line in row.removed] == [3]
    assert receipts.is_unaltered(KEYS, row)
    assert not receipts.is_unaltered(Keys.derive(b"x" * 32), row)
    row.removed = [{**row.removed[0], "count": 4}]
    assert not receipts.is_unaltered(KEYS, row)
    assert "Mira" not in receipts.show(row, []).model_dump_json()
