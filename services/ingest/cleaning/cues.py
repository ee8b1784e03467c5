"""Words that a name stands behind: "Frau", "my name is", "моя подруга"."""

from __future__ import annotations

import re

_TITLES = """
mr mrs ms miss dr prof professor mister uncle aunt auntie frau herr herrn fräulein doktor onkel tante familie kollege
kollegin nachbar nachbarin
господин госпожа дядя дяде дядю дядей тётя тетя тёте тете тётю тетю тётей тетей товарищ гражданин доктор
"""
TITLES = frozenset(_TITLES.split())
_KIN = (
    r"friends?|brother|sister|boss|colleague|wife|husband|son|daughter|cousin|nephew|niece|neighbou?r|roommate|flatmate"
    r"|boyfriend|girlfriend|teacher|coworker|ex"
)
_KIN_DE = (
    r"freund(?:in)?|kolleg(?:e|en|in)|bruder|schwester|chef(?:in)?|frau|mann|sohn|tochter|cousine?|nachbar(?:in|n)?"
    r"|mitbewohner(?:in)?|lehrer(?:in)?|neffen?|nichte"
)
_KIN_RU = (
    r"друг\w{0,3}|подруг\w{0,2}|брат\w{0,2}|сестр\w{0,2}|начальни\w{0,4}|коллег\w{0,2}|жен\w{1,2}|муж\w{0,2}|сын\w{0,2}"
    r"|доч\w{1,4}|сосед\w{0,4}|племянни\w{1,3}|тренер\w{0,2}|врач\w{0,2}|однокурсни\w{1,3}|одноклассни\w{1,3}"
)
#: Ends right before the name.
CUE = re.compile(
    r"\b(?:my name is|name'?s|i'?m called|he'?s called|she'?s called"
    r"|(?:guy|girl|man|woman|someone|somebody) (?:named|called)"
    rf"|(?:my|his|her|our|their) (?:{_KIN})"
    r"|ich hei(?:ß|ss)e|(?:er|sie) hei(?:ß|ss)t|namens|mein name ist|ich bin (?:der|die)"
    rf"|(?:mein|dein|sein|ihr|unser)(?:e|em|en|er)? (?:{_KIN_DE})"
    r"|зовут|по имени"
    rf"|(?:мо|тво|сво|наш|ваш)\w{{1,3}} (?:{_KIN_RU})"
    r")[ ,:]{1,2}$",
    re.IGNORECASE,
)
#: What people do with people: it ends right before a name, or stands right behind one.
DONE_TO = re.compile(
    r"\b(?:met|meet|meeting|told|tell|ask|asked|calls?|called|texted|text|hi|hey|hello|dear|thanks|thx|saw|visit(?:ed)?"
    r"|married|dating|invited?|thank you|love you|bye|ping|hug|miss|remind"
    r"|hallo|liebe[rs]?|danke|frag|sag|ruf|treffe|triff|traf|grüß|moin|servus|tschüss?|besuche|vermisse"
    r"|позвони\w*|скажи|сказал\w?|спроси\w*|напиши|передай|встрети\w*|вид\wл\w{0,3}|виде\w{3,5}|привет|спасибо|люблю"
    r"|познаком\w+|поздрав\w+|звони\w*|обними|пригласи\w*|попроси\w*)[ ,]{1,2}$",
    re.IGNORECASE,
)
DOES = re.compile(
    r"(?:['’]s (?:birthday|house|place|wife|husband|mom|mum|dad|mother|father|party|phone|brother|sister|car|flat|kids?"
    r"|parents|number|boyfriend|girlfriend|dog|cat)"
    r"| (?:said|says|told|asked|called|texted|wrote|thinks|wants|invited|came|went|lives|married|moved|knows|left"
    r"|is (?:coming|late|sick|here|ill|away|moving|pregnant|joining)|and i|just (?:called|texted|left|arrived)"
    r"|sagte?|meinte?|fragte?|schreibt|schrieb|ruft|rief|kommt|kam|erzählte?|wohnt|heiratet|zieht|weiß"
    r"|hat (?:gesagt|angerufen|geschrieben|gefragt|geburtstag|recht|mir|mich|uns)"
    r"|сказал\w?|говори\w{1,2}|звонил\w?|написал\w?|приш\wл|пришла|приедет|прид\wт|просил\w?|уехал\w?|спросил\w?"
    r"|думает|заболел\w?|приехал\w?|позвонил\w?|перезвони\w|ушла|уш\wл|обещал\w?|живёт|живет|хочет|опазд\w+))\b",
    re.IGNORECASE,
)
#: Of these the longest, in characters.
REACH = 40
