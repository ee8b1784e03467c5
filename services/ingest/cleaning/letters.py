"""Names across scripts: Latin as Russian speakers hear it, and the ways in which they spell their own in Latin."""

from __future__ import annotations

import re
import unicodedata
from itertools import islice, product

#: Latin to Cyrillic, longest first.
LETTERS = (
    ("shch", "щ"), ("sch", "ш"), ("tch", "ч"), ("zh", "ж"), ("kh", "х"), ("ts", "ц"), ("ch", "ч"), ("sh", "ш"),
    ("ya", "я"), ("ja", "я"), ("ia", "ия"), ("yu", "ю"), ("ju", "ю"), ("yo", "ё"), ("jo", "йо"), ("ee", "и"),
    ("oo", "у"), ("ck", "к"), ("ph", "ф"), ("th", "т"), ("a", "а"), ("b", "б"), ("c", "к"), ("d", "д"),
    ("e", "е"), ("f", "ф"), ("g", "г"), ("h", "х"), ("i", "и"), ("j", "й"), ("k", "к"), ("l", "л"), ("m", "м"),
    ("n", "н"), ("o", "о"), ("p", "п"), ("q", "к"), ("r", "р"), ("s", "с"), ("t", "т"), ("u", "у"), ("v", "в"),
    ("w", "в"), ("x", "кс"), ("y", "и"), ("z", "з"),
)  # fmt: skip
#: Cyrillic to Latin: the usual spelling first, then the others that people have in their passports.
SPELLINGS = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "yo e io", "ж": "zh j", "з": "z", "и": "i",
    "й": "y i j", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u",
    "ф": "f", "х": "kh h", "ц": "ts c", "ч": "ch", "ш": "sh", "щ": "shch sch", "ъ": "", "ы": "y", "ь": "",
    "э": "e", "ю": "yu iu ju", "я": "ya ia ja",
}  # fmt: skip
#: Endings and pairs that are spelled as one.
PAIRS = {"ий": "y iy ii i", "ый": "y yy", "кс": "x ks", "ье": "ye ie", "ья": "ya ia ja", "ия": "ia iya", "ей": "ey ei"}
MOST_SPELLINGS = 32
FIRST = {"х": "г", "е": "э"}
#: Inside a name: Маттиас.
FOREIGN = re.compile(r"ия(?=\w)")


def to_cyrillic(name: str) -> str:
    rest, written = without_marks(name), ""
    while rest:
        latin, cyrillic = next(((a, b) for a, b in LETTERS if rest.startswith(a)), (rest[0], rest[0]))
        written += cyrillic
        rest = rest[len(latin) :]
    return written


def heard(name: str) -> set[str]:
    """A Latin name as it may be written in Cyrillic: Hans is Ханс and Ганс, Emre is Емре and Эмре."""
    written = to_cyrillic(name)
    ways = {written, FOREIGN.sub("иа", written)}
    return ways | {FIRST[way[0]] + way[1:] for way in ways if way[:1] in FIRST}


def to_latin(name: str, most: int = MOST_SPELLINGS) -> set[str]:
    """The spellings of a Cyrillic name in lower case; the usual ones where there are more than ``most``."""
    options, rest = [["e", "ye"]] if name.startswith("е") else [], name.removeprefix("е")
    while rest:
        size = 2 if rest[:2] in PAIRS else 1
        spelled = PAIRS[rest[:2]] if size == 2 else SPELLINGS.get(rest[0], rest[0])
        options.append(spelled.split() or [""])
        rest = rest[size:]
    return {"".join(letters) for letters in islice(product(*options), most)}


def without_marks(word: str) -> str:
    decomposed = unicodedata.normalize("NFD", word)
    return "".join(c for c in decomposed if not unicodedata.combining(c))
