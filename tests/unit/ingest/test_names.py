from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.cleaning.cleaner import Cleaner
from services.ingest.cleaning.inflection import decline, forms
from services.ingest.cleaning.letters import to_cyrillic
from services.ingest.cleaning.names import Known, NameBook, NameMasker
from services.ingest.cleaning.pseudonyms import pseudonym

PEOPLE = [
    Known("user_0001", ("Anselm Varga",), "anselm_varga", frozenset({"Anselm"})),
    Known("user_0002", ("Mira Okafor", "Mirabella")),
    Known("user_0003", ("Надя Петрова", "Надежда")),
    Known("user_0004", ("Hanneke de Vries", "Mrs. de Vries (Harbour Office)")),
    Known("user_0005", ("Will Page",)),
    Known("user_0006", ("Joke van Dam",)),
    Known("user_0007", ("Tomás Ruiz",)),
    Known("user_0008", ("Григорий Лебедев", "Grisha")),
]
CLEANER = Cleaner.of(PEOPLE)
ALL = frozenset(person.replacement for person in PEOPLE)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("Mira said hi", "user_0002 said hi"),
        ("ach mira.. MIRA!", "ach user_0002.. user_0002!"),
        ("Mira Okafor's boat", "user_0002's boat"),
        ("mirabella and Okafor", "user_0002 and user_0002"),
        ("admiral Miranda", "admiral Miranda"),
        ("Я видел Надю с Наденькой", "Я видел user_0003 с user_0003"),
        ("Петровой не было, Наде скажу", "user_0003 не было, user_0003 скажу"),
        ("о Грише и Лебедеву", "о user_0008 и user_0008"),
        ("Миру и Томаса не видел", "user_0002 и user_0007 не видел"),
        ("tomas or Tomás", "user_0007 or user_0007"),
        ("Mr Varga, Anselm is here", "Mr user_0001, Anselm is here"),
        ("Hanneke de Vries called", "user_0004 called"),
        ("ask @mira_okafor or @anselm_varga", "ask user_0002 or user_0001"),
        ("ask @someone_else or @gif_bot", "ask <username> or @gif_bot"),
        ("I met Will yesterday", "I met user_0005 yesterday"),
        ("i will turn the page, will you?", "i will turn the page, will you?"),
        ("ahoi joke.. nice", "ahoi user_0006.. nice"),
        ("that was a joke", "that was a joke"),
        ("write to mira@boat.example", "write to <email>"),
    ],
)
def test_names_become_pseudonyms(text: str, clean: str) -> None:
    assert CLEANER.clean(text, ALL).text == clean


class Thorough(NameBook):
    """Looks at every text."""

    def has_none_of(self, text: str) -> bool:
        return False


TURKISH = [*PEOPLE, Known("user_0009", ("İlker Şahin",)), Known("user_0010", ("Ǆanko Straße",))]
WORDS = st.sampled_from(
    ["İlker", "ilker", "İLKER", "ŞAHİN", "Mira", "Надю", "Ǆanko", "STRASSE", "straße", "ﬁsh", "boat"]
)


@given(st.lists(WORDS | st.text(max_size=6), max_size=6).map(" ".join))
def test_a_text_that_is_not_looked_at_has_no_name(text: str) -> None:
    quick, thorough = NameMasker(NameBook.of(TURKISH)), NameMasker(Thorough.of(TURKISH))
    assert list(quick.find(text)) == list(thorough.find(text))


def test_a_letter_that_folds_into_two_is_no_hiding_place() -> None:
    assert Cleaner.of(TURKISH).clean("bugün İlker geldi").text == "bugün user_0009 geldi"


def test_a_shared_name_goes_to_who_is_in_the_chat() -> None:
    cleaner = Cleaner.of([Known("user_a", ("Anna Berg",)), Known("user_b", ("Anna Klein",))])
    assert cleaner.clean("hi Anna", {"user_b"}).text == "hi user_b"
    assert cleaner.clean("hi Anna", {"user_x"}).text == "hi user_a"


def test_the_key_changes_with_the_names() -> None:
    assert Cleaner.of(PEOPLE).key == CLEANER.key == Cleaner.of(reversed(PEOPLE)).key
    assert Cleaner.of(PEOPLE[1:]).key != CLEANER.key


def test_forms_of_a_name() -> None:
    assert {"надя", "нади", "наде", "надю", "надей"} <= decline("надя")
    assert {"павел", "павла", "павлу", "павлом"} <= decline("павел")
    assert {"достоевский", "достоевского", "достоевским"} <= decline("достоевский")
    assert {"пётр", "петр", "петра"} <= decline("пётр")
    assert to_cyrillic("Grisha") == "гриша" or to_cyrillic("grisha") == "гриша"
    assert {"саша", "саше"} <= forms("Александр")


def test_pseudonyms_are_stable_and_never_shared() -> None:
    digest = bytes.fromhex("3f9a77" + "00" * 29)
    assert pseudonym(digest, ()) == "user_3f9a"
    assert pseudonym(digest, {"user_3f9a"}) == "user_3f9a7"
