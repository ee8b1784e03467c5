from __future__ import annotations

import json
import os
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import fmean

import pytest

from services.ingest.dataset.addressing import naming
from services.ingest.dataset.exchanges import Tally, find_exchanges, sessions
from services.ingest.dataset.linking import conversations, links
from services.ingest.repository.consented import ReadMessage
from tests.unit.ingest.conversing import MIRA, OMAR, OWNER, interleaved, one_to_one, pairs_f1, said

NAMED = naming({f"user_{number:04x}": number for number in range(2, 60)}, OWNER, "Ada")
MIRAS, OMARS = f"user_{MIRA:04x}", f"user_{OMAR:04x}"


def test_names_are_pseudonyms_and_the_owners_first_name() -> None:
    assert NAMED(f"{MIRAS}, ask ada or @{OMARS}") == {OWNER, MIRA, OMAR}
    assert NAMED("Adamant user_ffff") == frozenset()


def test_interleaved_conversations_come_apart() -> None:
    """On 60 groups made by interleaving: overlap 0.70 where taking all for one has 0.47, F1 0.67 against 0.57."""
    apart, together = [], []
    for seed in range(60):
        messages, truth = interleaved(random.Random(seed), 2 + seed % 2)
        found = [[message.id for message in talk] for talk in conversations(messages, OWNER, NAMED)]
        assert sorted(number for talk in found for number in talk) == list(range(len(messages)))
        one = [[message.id for message in messages]]
        apart.append((one_to_one(truth, found), pairs_f1(truth, found)))
        together.append((one_to_one(truth, one), pairs_f1(truth, one)))
    assert fmean(score for score, _ in apart) >= max(0.66, fmean(score for score, _ in together) + 0.15)
    assert fmean(score for _, score in apart) >= max(0.63, fmean(score for _, score in together) + 0.05)


def test_new_messages_never_change_what_was_linked() -> None:
    messages, _ = interleaved(random.Random(5), 3)
    whole = links(messages, OWNER, NAMED)
    assert all(links(messages[:n], OWNER, NAMED) == whole[:n] for n in range(len(messages)))


def test_who_is_named_is_who_is_answered() -> None:
    messages = [
        said(1, MIRA, "is the boat dry"), said(2, OMAR, "is the bread done"),
        said(3, OWNER, f"{MIRAS} she is"), said(4, OWNER, f"{OMARS} it is"), said(5, OMAR, "Ada thank you"),
    ]  # fmt: skip
    assert links(messages, OWNER, NAMED)[2:] == [1, 2, 4]
    found = list(find_exchanges(messages, OWNER, timedelta(hours=1), Tally(), NAMED))
    assert [([m.id for m in e.said], [m.id for m in e.reply]) for e in found] == [([1], [3]), ([2], [4])]
    assert len({e.conversation for e in found}) == 2


def test_who_both_speak_of_is_answered_by_neither() -> None:
    session = [said(1, MIRA, f"Did {OMARS} call you?"), said(2, OWNER, f"{OMARS} never calls", 1)]
    assert links(session, OWNER, NAMED) == [None, 1]


def test_who_speaks_of_themself_names_nobody() -> None:
    messages = [said(1, MIRA, "dry?"), said(2, OWNER, "ada says yes"), said(3, MIRA, "and the bread?")]
    assert links([*messages, said(4, OWNER, "ada says no")], OWNER, NAMED) == [None, 1, 2, 3]


def test_what_follows_withheld_words_answers_them_unless_it_replies_by_name() -> None:
    before = [said(1, MIRA, "is the bread done"), said(2, OMAR, "", withheld="consent")]
    after = [said(3, OWNER, f"{MIRAS} the bread is done"), said(4, OWNER, "the bread, I say")]
    assert links([*before, *after], OWNER, NAMED)[2:] == [2, 3]
    tally = Tally()
    assert not list(find_exchanges([*before, *after], OWNER, timedelta(hours=1), tally, NAMED))
    assert tally.left_out == {"answers_withheld": 2}
    assert links([*before, said(3, OWNER, "it is", reply_to=1)], OWNER, NAMED)[2] == 1


def test_a_reply_by_name_is_the_link_whatever_lies_between() -> None:
    messages = [said(0, MIRA, "boat?"), *(said(n, OMAR + n, f"talk {n}") for n in range(1, 30))]
    assert links([*messages, said(99, OWNER, "dry", minutes=31, reply_to=0)], OWNER, NAMED)[-1] == 0


@pytest.mark.skipif("ANSELM_TEST_DATA" not in os.environ, reason="needs the test data")
def test_replies_of_a_real_group_are_found_where_they_are_hidden() -> None:
    """Whom a reply answers, up the links from the speaker's own messages, is the message that it replied to by name in
    more than half of all cases, though people reply by name where it is not plain."""
    file = Path(os.environ["ANSELM_TEST_DATA"]) / "personas" / "sitelew" / "result_valid.json"
    export = json.loads(file.read_bytes())
    people: dict[str, int] = {f"user{export['personal_information']['user_id']}": OWNER}
    messages = [
        ReadMessage(
            raw["id"], datetime.fromtimestamp(int(raw["date_unixtime"]), UTC),
            people.setdefault(raw["from_id"], len(people) + 1), raw["text"] if isinstance(raw["text"], str) else "",
            raw.get("reply_to_message_id"), None, forwarded=False, via_bot=False, media=None,
        )
        for raw in export["chats"]["list"][0]["messages"] if raw["type"] == "message"
    ]  # fmt: skip
    found = wanted = 0
    for session in sessions(messages, timedelta(hours=6)):
        known = {message.id: message for message in session}
        hidden = [ReadMessage(m.id, m.at, m.sender, m.text, None, None, False, False, None) for m in session]
        linked = dict(zip(known, links(hidden, OWNER, NAMED), strict=True))
        for message in session:
            target = known.get(message.reply_to or -1)
            if target is None or target.sender == message.sender:
                continue
            link = linked[message.id]
            while link is not None and known[link].sender == message.sender:
                link = linked[link]
            wanted += 1
            found += link == target.id
    assert wanted > 100
    assert found / wanted > 0.5
