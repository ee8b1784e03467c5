"""Russian names in their six cases, by the school grammar's tables, and the German genitive."""

from __future__ import annotations

CASES = ("nom", "gen", "dat", "acc", "ins", "pre")
#: The ending in the nominative, then what it becomes; the first that fits is used.
MALE = (
    ("ий", "ий ия ию ия ием ии"),
    ("й", "й я ю я ем е"),
    ("ь", "ь я ю я ем е"),
    ("а", "а ы е у ой е"),
    ("я", "я и е ю ей е"),
    ("", " а у а ом е"),
)
FEMALE = (
    ("ия", "ия ии ии ию ией ии"),
    ("я", "я и е ю ей е"),
    ("а", "а ы е у ой е"),
    ("ь", "ь и и ь ью и"),
    ("", "     "),
)
MALE_SURNAME = (
    ("ский", "ский ского скому ского ским ском"),
    ("ой", "ой ого ому ого им ом"),
    ("ов", "ов ова ову ова овым ове"),
    ("ев", "ев ева еву ева евым еве"),
    ("ёв", "ёв ёва ёву ёва ёвым ёве"),
    ("ин", "ин ина ину ина иным ине"),
    ("ын", "ын ына ыну ына ыным ыне"),
    ("ых", "ых ых ых ых ых ых"),
    ("а", "а ы е у ой е"),
    ("я", "я и и ю ей и"),
    ("", " а у а ом е"),
)
FEMALE_SURNAME = (
    ("ая", "ая ой ой ую ой ой"),
    ("ова", "ова овой овой ову овой овой"),
    ("ева", "ева евой евой еву евой евой"),
    ("ёва", "ёва ёвой ёвой ёву ёвой ёвой"),
    ("ина", "ина иной иной ину иной иной"),
    ("ына", "ына ыной ыной ыну ыной ыной"),
    ("", "     "),
)
FLEETING = {"Павел": "Павл", "Пётр": "Петр", "Лев": "Льв"}
VOWELS = "оуэыюие"


def declined(name: str, *, female: bool, surname: bool = False) -> dict[str, str]:
    """Case -> form."""
    if name in FLEETING:
        return {"nom": name} | dict(list(declined(FLEETING[name], female=female).items())[1:])
    if name[-1] in VOWELS and not name.endswith(("ий", "ой")):
        return dict.fromkeys(CASES, name)
    table = {(False, False): MALE, (True, False): FEMALE, (False, True): MALE_SURNAME, (True, True): FEMALE_SURNAME}
    for ending, forms in table[female, surname]:
        if name.endswith(ending):
            stem = name.removesuffix(ending)
            return {case: _spelt(stem, form) for case, form in zip(CASES, forms.split(" "), strict=True)}
    raise AssertionError(name)


def _spelt(stem: str, ending: str) -> str:
    """After г, к, х and the hissing letters ы is written и; after the hissing ones and ц an unstressed ой is ей."""
    if ending == "ы" and stem[-1:] in "гкхжчшщ":
        return stem + "и"
    if ending == "ой" and stem[-1:] in "жчшщц":
        return stem + "ей"
    return stem + ending


def german_genitive(name: str) -> str:
    return name + ("'" if name[-1:] in "sßxz" else "s")
