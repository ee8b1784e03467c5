"""National bank numbers: accounts, routing numbers, bank codes, beside a word that says which.

A Russian account needs no word: twenty digits that begin as the Bank of Russia's chart of accounts has them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from stdnum import bic
from stdnum.us import rtn

from shared.privacy.cues import Cue
from shared.privacy.masking import Span, mask, mask_matches

RUSSIAN = re.compile(
    r"(?<![\w+])(?:301|302|303|40[1-8]|42[0-6]|47[4-7]|455)(?:\d{17}|\d{2}[ .-]\d{3}[ .-]\d[ .-](?:\d{11}|"
    r"\d{4}[ .-]\d{7})|\d[ .-](?:\d{4}[ .-]){3}\d{4}|\d{2}[ .-](?:\d{5}[ .-]){2}\d{5})(?![ -]?\d|[^\W_])"
)
_ACCOUNT = Cue(
    r"(?:bank )?acc(?:oun)?ts?(?: ?(?:number|no\.?|nr\.?|#))?", r"a/c", r"acct\.?", r"checking", r"savings",
    r"\w*konto(?:nummer|nr\.?|-nr\.?)?", r"kto\.?(?:-?nr\.?)?", r"(?:лицев\w+|расч[её]тн\w+|номер\w*) сч[её]т\w*",
    r"р/?с", r"к/?с", r"р\.сч[её]т", r"л/с",
)  # fmt: skip
#: An invoice is called the same: only a number as long as accounts are counts beside it.
_BILL = Cue(r"сч[её]т\w*", r"сч\.")
_ROUTING = Cue(r"routing(?: (?:number|no\.?|#))?", r"aba", r"rtn", r"transit")
_BIK = Cue(r"бик", r"bik")
_SORT = Cue(r"sort ?codes?", r"s/c")
_BLZ = Cue(r"blz", r"bankleitzahl")
_BIC = Cue(r"bic(?:-code)?", r"swift(?:-?\s?code)?", r"свифт", r"бик")
_NUMBER = r"(?<![\w+])(?<!\d[.,:])"
_STOP = r"(?![-.,:/]?\d|[^\W_])"

#: What stands beside which word, how far off, and what else must hold of it.
BESIDE: tuple[tuple[re.Pattern[str], Cue, int, Callable[[str], bool] | None], ...] = (
    (re.compile(rf"{_NUMBER}\d{{6,18}}{_STOP}|{_NUMBER}\d{{2,6}}(?:[ -]\d{{2,6}}){{1,5}}{_STOP}"), _ACCOUNT, 40, None),
    (re.compile(rf"{_NUMBER}\d{{16,20}}{_STOP}"), _BILL, 40, None),
    (re.compile(rf"{_NUMBER}\d{{9}}{_STOP}|{_NUMBER}\d{{4}}[ -]\d{{4}}[ -]\d{_STOP}"), _ROUTING, 40,
     lambda number: bool(rtn.is_valid(re.sub(r"\D", "", number)))),
    (re.compile(rf"{_NUMBER}04\d ?\d{{3}} ?\d{{3}}{_STOP}"), _BIK, 30, None),
    (re.compile(rf"{_NUMBER}\d\d[- ]?\d\d[- ]?\d\d{_STOP}"), _SORT, 25, None),
    (re.compile(rf"{_NUMBER}\d{{3}} ?\d{{3}} ?\d{{2}}{_STOP}"), _BLZ, 20, None),
    (re.compile(r"(?<!\w)[A-Za-z]{4} ?[A-Za-z]{2} ?[A-Za-z0-9]{2}(?: ?[A-Za-z0-9]{3})?(?!\w)"), _BIC, 25,
     lambda code: any(map(str.isupper, code)) and bool(bic.is_valid(code))),
)  # fmt: skip


class RussianAccountMasker:
    def find(self, text: str) -> Iterator[Span]:
        return mask_matches("bank_account", RUSSIAN, text)


class BankNumberMasker:
    def find(self, text: str) -> Iterator[Span]:
        for pattern, cue, reach, valid in BESIDE:
            for match in pattern.finditer(text):
                if cue.beside(text, *match.span(), before=reach, after=16) and (valid is None or valid(match[0])):
                    yield mask("bank_account", *match.span())
