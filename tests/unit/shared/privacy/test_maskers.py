"""Each masker on what it must find and on what it must leave."""

from __future__ import annotations

import pytest

from services.ingest.cleaning.cleaner import Cleaner
from shared.privacy.masking import clean_text, mask

CLEANER = Cleaner.of([])

MASKED = [
    ("call me on +31 6 1122 3345 tonight", "call me on <phone> tonight"),
    ("020 7946 0417, ask for Sue", "<phone>, ask for Sue"),
    ("my number: 655 20 91 83", "my number: <phone>"),
    ("позвони 8 (912) 640-17-35 вечером", "позвони <phone> вечером"),
    ("write to a.b+c@mail.example.org!", "write to <email>!"),
    ("pay with 4242 4242 4242 4242 please", "pay with <card> please"),
    ("NL32 ABNA 0123 4007 65 is mine", "<iban> is mine"),
    ("my passport is P7203846, valid till 2031", "my passport is <document>, valid till 2031"),
    ("паспорт 4510 123456 выдан давно", "паспорт <document> выдан давно"),
    ("СНИЛС 145-902-387 69", "СНИЛС <document>"),
    ("we live at 17 Wharf Lane, London SE16 4QP now", "we live at <address> now"),
    ("komm in die Leonhardstraße 61, 8010 Graz!", "komm in die <address>!"),
    ("Keulsekade 309, 3534 AC Utrecht", "<address>"),
    ("620075, г. Екатеринбург, ул. Бажова, д. 138, кв. 52", "<address>"),
    ("moored at 52.0849, 5.1327", "moored at <coordinates>"),
    ("send it to bc1qzr7wvvmttyew8vzf0zvplkgc9668tc8cy2d8ue", "send it to <crypto_key>"),
    ("cream field super cinnamon thank multiply genre twist crime enact access virtual", "<seed_phrase>"),
    ("wifi password is kevinsteals2loaves", "wifi password is <password>"),
    ("Das Passwort lautet Andritz!Wels2025.", "Das Passwort lautet <password>."),
    ("пароль: лодка77вода", "пароль: <password>"),
    ("the password is hunter²", "the password is <password>"),
    ("token ghp_7hQ2mXc9VtRz4LbKdW0pYsNf3GuJ8eAo1T6i here", "token <api_token> here"),
    ("7123409865:AAFkq3Zt9wLmXb2RvYc8HsNdJ0uPgTeKi4o", "<api_token>"),
    ("join https://t.me/+Js0mBGFL9SjMTSGw.", "join <link>."),
    ("https://user:pw@host.example/x", "<link>"),
    ("see https://us05web.zoom.us/j/84012345678?pwd=QmFndWV0", "see <link>"),
]
KEPT = [
    "we met on 2024-03-02 at 18:04, or was it 02.03.2024?",
    "1990-2024 was a long time",
    "it costs 1 250 000 euro or 12,50",
    "127.0.0.1 answers, and so does 8.8.8.8",
    "storm 8/10, steering 2/10.. view 9/10",
    "https://en.wikipedia.org/wiki/Boat is public",
    "https://t.me/durov is public too",
    "the password is wrong again",
    "we are on place 3 June",
    "order 20 of them in 5 min",
    "my iban is somewhere at home",
    "he said that she was not in the house with them and that we had to wait for it",
    "Supercalifragilisticexpialidocious",
    "that is 10000000 too many",
]


@pytest.mark.parametrize(("text", "clean"), MASKED)
def test_it_is_masked_by_kind(text: str, clean: str) -> None:
    assert CLEANER.clean(text).text == clean
    assert CLEANER.clean(clean).text == clean, "clean text stays as it is"


@pytest.mark.parametrize("text", KEPT)
def test_it_stays(text: str) -> None:
    cleaned = CLEANER.clean(text)
    assert cleaned.text == text
    assert not cleaned.masked


class Finds:
    def __init__(self, kind: str, start: int, end: int) -> None:
        self._span = mask(kind, start, end)

    def find(self, text: str) -> list[object]:
        return [self._span] if text.isdigit() else []


@pytest.mark.parametrize(("first", "second"), [((2, 6), (4, 8)), ((4, 8), (2, 6)), ((2, 8), (3, 4)), ((3, 4), (2, 8))])
def test_nothing_of_overlapping_findings_is_left(first: tuple[int, int], second: tuple[int, int]) -> None:
    cleaned = clean_text("0123456789", lambda _: [Finds("a", *first), Finds("b", *second)])  # type: ignore[list-item]
    assert cleaned.text == "01<a>89"
    assert cleaned.masked == {"a": 1}
