"""What words of texts are read as, and how that reads when it is cleaned."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from services.ingest.cleaning.cleaner import Cleaner
from services.ingest.cleaning.found import Found, Reading
from services.ingest.cleaning.names import Known
from services.ingest.recognition.__main__ import recognise
from services.ingest.recognition.deciding import readings
from services.ingest.recognition.judging import Models
from services.ingest.recognition.lexicon import Lexicon, Sort
from services.ingest.recognition.sightings import CONTEXTS, Sightings
from services.ingest.recognition.things import is_thing_here
from services.ingest.recognition.typos import meant

Mentions = list[tuple[str, int, int]]


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return Lexicon()


class Somebody:
    """Takes every word of a list for a person, and counts how often it was asked."""

    def __init__(self, *people: str) -> None:
        self.people, self.asked = people, 0

    def mentions(self, questions: Sequence[tuple[str, str]]) -> Iterator[Mentions]:
        for text, _ in questions:
            self.asked += 1
            found = [(text.index(person), person) for person in self.people if person in text]
            yield [("PERSON", start, start + len(person)) for start, person in found]


def read(lexicon: Lexicon, judge: Somebody, *texts: str, known: Sequence[str] = ()) -> dict[str, Found]:
    sightings = Sightings(lexicon, frozenset(known))
    return {one.word: one for one in readings(sightings, judge, sightings.read(texts))}


@pytest.mark.parametrize(
    ("word", "sort"),
    [
        ("jessica", Sort.NAME), ("deirdre", Sort.NAME), ("mark", Sort.BOTH), ("rose", Sort.BOTH), ("table", Sort.WORD),
        ("tisch", Sort.WORD), ("zxqvu", Sort.UNKNOWN), ("серёгой", Sort.NAME), ("вере", Sort.BOTH), ("стол", Sort.WORD),
        ("гульнаре", Sort.NAME), ("москва", Sort.WORD),
    ],
)  # fmt: skip
def test_what_dictionaries_say(lexicon: Lexicon, word: str, sort: Sort) -> None:
    assert lexicon.sort(word) is sort


def test_plain_names_need_no_model(lexicon: Lexicon) -> None:
    judge = Somebody()
    found = read(lexicon, judge, "tell jessica that Гульнара called", "and the table is blue")
    assert found["jessica"].reading is Reading.NAME
    assert found["гульнаре"].reading is Reading.NAME, "in its other cases too"
    assert {"table", "blue", "tell"}.isdisjoint(found)
    assert judge.asked == 0


def test_what_stands_behind_a_title_a_cue_or_a_given_name(lexicon: Lexicon) -> None:
    texts = ("Frau Wqsner rief an", "my friend zelmira is here", "jessica obrqvist said no", "Jessica Brown came")
    found = read(lexicon, Somebody(), *texts)
    assert found["wqsner"].reading is Reading.NAME
    assert found["zelmira"].reading is Reading.NAME
    assert found["obrqvist"].reading is Reading.BEHIND
    assert found["brown"].reading is Reading.CAPITAL


def test_what_is_called_out_time_and_again_is_no_name(lexicon: Lexicon) -> None:
    found = read(lexicon, Somebody(), *["Roger. Over."] * 30, "I met Roger and Keith")
    assert (found["roger"].reading, found["keith"].reading) == (Reading.INSIDE, Reading.NAME)


@pytest.mark.parametrize(
    ("texts", "word"),
    [
        (("I asked Claude", "using Claude for it", "Claude 3.5 is fast", "both OpenAI and Claude have it"), "claude"),
        (("организацией Toluqa", "we know Toluqa well"), "toluqa"),
        (("Toluqa 2 and Toluqa-7b", "we know Toluqa well"), "toluqa"),
        (("a film called «Toluqa»", "we know Toluqa well"), "toluqa"),
    ],
)
def test_what_is_used_as_a_thing_is_nobodys_name(lexicon: Lexicon, texts: tuple[str, ...], word: str) -> None:
    found = read(lexicon, Somebody("Toluqa", "Claude"), *texts)
    assert word not in found or found[word].reading is Reading.BESIDE


def test_somebody_whose_name_is_a_part_now_and_then_stays_somebody(lexicon: Lexicon) -> None:
    texts = [f"Stand by, Keith. Number {n}" for n in range(20)]
    assert read(lexicon, Somebody(), *texts, "quad Keith 2, please", "OMNI or Keith 3")["keith"].reading is Reading.NAME


def test_a_thing_is_one_in_all_its_cases(lexicon: Lexicon) -> None:
    people = Somebody("Бракозвон", "Бракозвону")
    assert "бракозвону" in read(lexicon, people, "верю Бракозвону", "верим Бракозвону")
    found = read(lexicon, people, "верю Бракозвону", "верим Бракозвону", "зашли в Бракозвон и CI")
    assert {"бракозвон", "бракозвону"}.isdisjoint(found)


@pytest.mark.parametrize(
    "text", ["Jessica 20:00 at the station", "Jessica 5 minutes ago", "in Jessica's house", "Jessica and McDonald"]
)
def test_what_people_do_is_not_what_things_do(text: str) -> None:
    start = text.index("Jessica")
    assert not is_thing_here(text, start, start + len("Jessica"))


def test_what_is_hardly_ever_inside_a_sentence_needs_a_name_beside_it(lexicon: Lexicon) -> None:
    found = read(lexicon, Somebody(), *["Roger. Over."] * 200, "Houston, Roger")
    assert found["roger"].reading is Reading.BESIDE


@pytest.mark.parametrize(
    "text", ["из'яны видны", "it hasn't stopped", "Jessica recoiled at once", "так толи да, толи нет"]
)
def test_pieces_of_words_and_words_that_are_names_by_chance(lexicon: Lexicon, text: str) -> None:
    assert set(read(lexicon, Somebody(), text)) <= {"jessica"}


def test_a_typo_of_an_ordinary_word_is_nobodys(lexicon: Lexicon) -> None:
    assert "бессмерти" not in read(lexicon, Somebody(), "толк от бессмерти", known=["бессмертие"])


def test_a_model_decides_what_dictionaries_do_not(lexicon: Lexicon) -> None:
    texts = ("yesterday Toluqa fixed it", "we know Toluqa well", "we know Dockerix well", "try Dockerix now")
    found = read(lexicon, Somebody("Toluqa"), *texts)
    assert found["toluqa"].reading is Reading.CAPITAL
    assert "dockerix" not in found


def test_a_word_is_judged_in_a_few_contexts_however_often_it_comes(lexicon: Lexicon) -> None:
    judge = Somebody()
    read(lexicon, judge, *(f"number {n}: we tried Dockerix again" for n in range(500)))
    assert judge.asked == CONTEXTS


def test_the_order_of_texts_does_not_matter(lexicon: Lexicon) -> None:
    texts = [f"number {n}: we tried {name} again" for n in range(9) for name in ("Dockerix", "the Rose", "Toluqa")]
    there, back = (Sightings(lexicon, frozenset()) for _ in range(2))
    there.read(texts)
    back.read(reversed(texts))
    assert there.words == back.words


def test_a_known_name_that_is_an_everyday_word_is_taken_for_the_word(lexicon: Lexicon) -> None:
    found = read(lexicon, Somebody(), "someone said that the rose is red", known=["someone", "rose", "jessica"])
    assert found["someone"].reading is Reading.BESIDE
    assert found["rose"].reading is Reading.WORD
    assert "jessica" not in found


@pytest.mark.parametrize(
    ("slip", "name"),
    [
        ("alexnader", "alexander"), ("alexxander", "alexander"), ("alxander", "alexander"), ("alezander", "alexander"),
        ("надежла", "надежда"), ("alexandra", None), ("anna", None), ("table", None),
    ],
)  # fmt: skip
def test_slips_of_the_fingers(slip: str, name: str | None) -> None:
    assert meant(slip, {"alexander", "anne", "надежда"}) == name


def test_a_typo_is_the_known_person(lexicon: Lexicon) -> None:
    people = [Known("user_0001", ("Alexander Pohl",))]
    book = Cleaner.of(people).book
    found = read(lexicon, Somebody(), "alexnader is late", known=sorted(book.words))
    assert Cleaner.of(people, found=found.values()).clean("alexnader is late").text == "user_0001 is late"


CLEANER = Cleaner.of(
    [Known("user_0001", ("Mira Okafor",)), Known("user_0002", ("Anselm Varga",), keep=frozenset({"Anselm"}))],
    found=[
        Found("jessica", Reading.NAME), Found("brown", Reading.INSIDE), Found("hope", Reading.CAPITAL),
        Found("street", Reading.BESIDE), Found("wqsner", Reading.BEHIND), Found("miar", Reading.TYPO, "mira"),
        Found("anselm", Reading.NAME), Found("mira", Reading.NAME),
    ],
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("jessica and JESSICA and Jessica's", "<name> and <name> and <name>'s"),
        ("Brown is a colour, brown too; I met Brown", "Brown is a colour, brown too; I met <name>"),
        ("jessica Brown wrote", "<name> wrote"),
        ("Brown Jessica wrote", "<name> wrote"),
        ("Hope wrote, i hope so", "<name> wrote, i hope so"),
        ("Mr Street lives in Main Street", "Mr <name> lives in Main Street"),
        ("wqsner alone, jessica wqsner not", "wqsner alone, <name> not"),
        ("Miar said hi", "user_0001 said hi"),
        ("Jessica wqsner, JESSICA BROWN and Jessica BROWN", "<name> wqsner, <name> and <name> BROWN"),
        ("your jessica and every jessica", "your jessica and every jessica"),
        ("me@jessica.example, x @gmail.com, @scope/tool", "<email>, x @gmail.com, @scope/tool"),
        ("Mira and Anselm", "user_0001 and Anselm"),
        ("see https://jessica.example/jessica or ask jessica.", "see https://jessica.example/jessica or ask <name>."),
    ],
)
def test_readings_in_texts(text: str, clean: str) -> None:
    assert CLEANER.clean(text).text == clean


def test_the_key_changes_only_with_what_is_found() -> None:
    people, found = [Known("user_0001", ("Mira",))], [Found("jessica", Reading.NAME), Found("hope", Reading.CAPITAL)]
    assert Cleaner.of(people, found=found).key == Cleaner.of(people, found=reversed(found)).key
    assert Cleaner.of(people, found=found).key != Cleaner.of(people, found=found[:1]).key


@pytest.mark.parametrize("text", ["A" * (1 << 20), "Aa " * 300_000, "Jessica " * 130_000, "\u202e\u200bЖ" * 200_000])
def test_hostile_texts_are_bounded(lexicon: Lexicon, text: str) -> None:
    sightings = Sightings(lexicon, frozenset())
    assert sightings.read([text]) == 1
    assert len(sightings.words) < 10


def test_the_models_of_three_languages() -> None:
    questions = [
        ("yesterday I met Kelvin Fairbanks in London", "en"),
        ("вчера видел Серегу Мамонтова в Казани", "ru"),
        ("gestern war Frau Obermeier in der Küche", "de"),
    ]
    people = [
        [text[start:end] for kind, start, end in mentions if kind == "PERSON"]
        for (text, _), mentions in zip(questions, Models(Lexicon()).mentions(questions), strict=True)
    ]
    assert people == [["Kelvin Fairbanks"], ["Серегу Мамонтова"], ["Obermeier"]]


def test_nothing_that_is_decided_is_read_again() -> None:
    assert recognise(["tell jessica"], known=[], decided=["jessica"]) == []
