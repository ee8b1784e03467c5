"""The forms in which a name appears in a text: inflected, possessive, in the other script, as a usual diminutive.

Forms are generated once a name, so that looking a word up is one dictionary access. Source of the endings: the regular
Russian declensions of personal names and surnames.
"""

from __future__ import annotations

import re
import unicodedata

#: Ending of the base form -> endings of the other cases. The first that fits is used.
DECLENSIONS = (
    ("ский", "ского скому ским ском ские ских"),
    ("ая", "ой ую ою"),
    ("ия", "ии ию ией ие"),
    ("ья", "ьи ье ью ьей"),
    ("я", "и е ю ей ёй ею ям ями ях"),
    ("ова", "овой ову овою овы"),
    ("ева", "евой еву евою евы"),
    ("ина", "иной ине ину иною ины"),
    ("а", "ы и е у ой ою ей ам ами ах"),
    ("ий", "ия ию ием ии"),
    ("ей", "ея ею еем ее"),
    ("ай", "ая аю аем ае"),
    ("ец", "ца цу цом це цы"),
    ("ел", "ла лу лом ле"),
    ("ёв", "ёва ёву ёвым ёве ёвы ёвых"),
    ("ев", "ева еву евым еве евы евых"),
    ("ов", "ова ову овым ове овы овых"),
    ("ин", "ина ину иным ине ины иных"),
    ("ь", "я ю ем ём е и ью"),
)
CONSONANT = "а у ом ем е ы ов ам"
#: Russian and English names with the short forms that friends use.
DIMINUTIVES = (
    "александр саша сашка саня санёк шура", "александра саша сашка саня шура",
    "алексей лёша леша лёха леха лёшка", "анастасия настя настёна", "анна аня анька анюта нюра",
    "андрей андрюша андрюха", "валентин валя", "валентина валя", "василий вася васька", "виктор витя",
    "виктория вика", "владимир вова вовка володя", "вячеслав слава", "григорий гриша гришка", "дарья даша дашка",
    "дмитрий дима димка димон митя", "евгений женя женька", "евгения женя", "екатерина катя катька катюша",
    "елена лена ленка леночка алёна", "елизавета лиза", "иван ваня ванька", "игорь игорёк",
    "ирина ира ирка иришка", "константин костя", "ксения ксюша", "людмила люда мила", "любовь люба",
    "максим макс", "мария маша машка маруся", "михаил миша мишка", "надежда надя надюша наденька",
    "наталья наташа наталия ната", "наталия наташа", "николай коля колян", "олег олежка", "ольга оля олька",
    "павел паша пашка", "пётр петя петька", "петр петя", "роман рома ромка", "светлана света светка",
    "сергей серёжа сережа серёга серега", "софья соня", "татьяна таня танька", "фёдор федя", "юлия юля юлька",
    "юрий юра юрка", "яков яша", "alexander alex sasha", "alexandra alex sasha", "andrew andy", "anthony tony",
    "benjamin ben", "catherine kate katie cathy", "christopher chris", "daniel dan danny", "david dave",
    "edward ed eddie", "elizabeth liz lizzie beth", "james jim jimmy", "jennifer jen jenny", "jonathan jon",
    "joseph joe", "katherine kate katie", "matthew matt", "michael mike", "nicholas nick", "patricia pat patty",
    "richard rick dick", "robert rob bob bobby", "samuel sam", "stephen steve", "steven steve",
    "thomas tom tommy", "timothy tim", "william bill billy liam", "elisabeth lisa sissi", "johannes hans",
    "josef sepp",
)  # fmt: skip
SHORT_FORMS: dict[str, list[str]] = {}
for _family in DIMINUTIVES:
    _full, *_short = _family.split()
    SHORT_FORMS.setdefault(_full, []).extend(_short)

CYRILLIC = re.compile(r"[а-яё]")
#: Latin to Cyrillic as Russian speakers hear it, longest first.
LETTERS = (
    ("shch", "щ"), ("sch", "ш"), ("tch", "ч"), ("zh", "ж"), ("kh", "х"), ("ts", "ц"), ("ch", "ч"), ("sh", "ш"),
    ("ya", "я"), ("ja", "я"), ("ia", "ия"), ("yu", "ю"), ("ju", "ю"), ("yo", "ё"), ("jo", "йо"), ("ee", "и"),
    ("oo", "у"), ("ck", "к"), ("ph", "ф"), ("th", "т"), ("a", "а"), ("b", "б"), ("c", "к"), ("d", "д"),
    ("e", "е"), ("f", "ф"), ("g", "г"), ("h", "х"), ("i", "и"), ("j", "й"), ("k", "к"), ("l", "л"), ("m", "м"),
    ("n", "н"), ("o", "о"), ("p", "п"), ("q", "к"), ("r", "р"), ("s", "с"), ("t", "т"), ("u", "у"), ("v", "в"),
    ("w", "в"), ("x", "кс"), ("y", "и"), ("z", "з"),
)  # fmt: skip


def forms(name: str) -> set[str]:
    """Every form of one name, in lower case, itself included."""
    base = fold(name)
    if CYRILLIC.search(base):
        return {form for each in [base, *SHORT_FORMS.get(base, [])] for form in decline(each)}
    latin = [base, *SHORT_FORMS.get(base, []), _without_marks(base)]
    found = {form for each in latin for form in (each, each + "s", each + "es")}
    return found | (decline(to_cyrillic(base)) if len(base) >= 3 else set())


def decline(name: str) -> set[str]:
    """A Cyrillic name in all cases, with ё also written е."""
    for ending, others in DECLENSIONS:
        if name.endswith(ending) and len(name) > len(ending) + 1:
            stem = name.removesuffix(ending)
            found = {name, *(stem + other for other in others.split())}
            break
    else:
        found = {name, *(name + other for other in CONSONANT.split())} if name[-1:] not in "оуыэюие" else {name}
    return found | {form.replace("ё", "е") for form in found}


def to_cyrillic(name: str) -> str:
    rest, written = _without_marks(name), ""
    while rest:
        latin, cyrillic = next(((a, b) for a, b in LETTERS if rest.startswith(a)), (rest[0], rest[0]))
        written += cyrillic
        rest = rest[len(latin) :]
    return written


def fold(word: str) -> str:
    """Lower case, composed: as words are compared."""
    return unicodedata.normalize("NFC", word).casefold()


def _without_marks(word: str) -> str:
    decomposed = unicodedata.normalize("NFD", word)
    return "".join(c for c in decomposed if not unicodedata.combining(c))
