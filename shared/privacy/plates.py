"""Licence plates: German and Russian ones by their shape and the codes of places, others beside a word for one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shared.privacy.cues import Cue, words_of
from shared.privacy.masking import Span, mask

_DISTRICTS = """
A AA AB ABG ABI AC AE AH AIB AIC AK ALF ALZ AM AN ANA ANG ANK AP APD AR ARN ART AS ASL ASZ AT AU AUR AW AZ AZE B BA
BAD BAR BB BBG BBL BC BCH BE BED BER BF BGD BGL BH BI BID BIN BIR BIT BIW BK BKS BL BLB BLK BM BN BNA BO BOG BOH BOR
BOT BRA BRB BRG BRK BRL BRV BS BSB BSK BT BTF BUL BW BWL BYL BZ BZA C CA CAS CB CE CHA CLP CLZ CO COC COE CR CUX CW
D DA DAH DAN DAU DB DBR DD DE DEG DEL DGF DH DI DIL DIN DIZ DKB DL DLG DM DN DO DON DS DU DUD DW DZ E EA EB EBE EBN
EBS ECK ED EE EF EG EH EI EIC EIL EIN EIS EL EM EMD EMS EN ER ERB ERH ERK ERZ ES ESB ESW EU EW F FB FD FDB FDS FEU
FF FFB FG FH FI FKB FL FLO FN FO FOR FR FRG FRI FRW FS FT FTL FW FZ G GA GAN GAP GC GD GDB GE GEL GEM GEO GER GF GG
GHA GHC GI GK GL GLA GM GMN GN GNT GO GOA GOH GP GR GRA GRH GRI GRM GRS GRZ GS GT GTH GUB GUN GV GVM GW GZ H HA HAB
HAL HAM HAS HB HBN HBS HC HCH HD HDH HDL HE HEB HEF HEI HEL HER HET HF HG HGN HGW HH HHM HI HIG HIP HK HL HM HMU HN
HO HOG HOH HOL HOM HOR HOT HP HR HRO HS HSK HST HU HUN HUS HV HVL HWI HX HY HZ IGB IK IL ILL IN IZ J JE JEV JL JUL K
KA KB KC KE KEH KEL KEM KF KG KH KI KIB KK KL KLE KLZ KM KN KO KR KRU KS KT KU KUN KUS KW KY KYF L LA LAN LAU LB LBS
LBZ LC LD LDK LDS LEO LER LEV LF LG LH LI LIB LIF LIN LIP LL LM LN LOS LP LR LRO LSN LSZ LU LUN LUP LWL M MA MAB MAI
MAK MAL MAR MB MC MD ME MED MEG MEI MEK MEL MER MES MET MG MGH MGN MH MHL MI MIL MK MKK ML MM MN MO MOD MOL MON MOS
MQ MR MS MSE MSH MSP MST MTK MTL MUC MVL MW MY MYK MZ MZG N NAB NAI NAU NB ND NDH NE NEA NEB NEC NEN NES NEU NEW NF
NH NI NK NL NM NMB NMS NOH NOL NOM NOR NP NR NRW NT NU NVP NW NWM NY NZ OA OAL OB OBB OBG OC OCH OD OE OF OG OH OHA
OHV OHZ OK OL OP OPR OS OSL OVI OVL OVP OZ P PA PAF PAN PAR PB PCH PE PEG PF PI PIR PK PL PLO PM PN PR PRU PS PW PZ
QFT QLB R RA RC RD RDG RE REG REH REI RG RH RI RID RIE RL RM RN RO ROD ROF ROK ROL ROS ROT ROW RP RS RSL RT RU RV RW
RZ S SAB SAD SAN SAW SB SBG SBK SC SCZ SDH SDL SDT SE SEB SEE SEF SEL SFB SFT SG SGH SH SHA SHG SHK SHL SI SIG SIM
SK SL SLE SLF SLK SLN SLS SLZ SM SN SO SOB SOG SOK SON SP SPB SPN SR SRB SRO ST STA STB STD STE STL SU SUL SW SWA SZ
SZB TBB TDO TE TET TF TG TIR TO TOL TP TR TS TT TUT UE UEM UFF UH UL UM UN USI V VAI VB VEC VER VG VIB VIE VIT VK
VOH VR VS W WA WAF WAK WAN WAR WAT WB WBS WDA WE WEL WEN WER WES WF WHV WI WIL WIS WIT WIZ WK WL WLG WM WMS WN WND
WO WOB WOH WOL WOR WOS WR WS WSF WST WSW WT WTL WTM WUG WUN WUR WW WZ WZL X Y Z ZE ZEL ZI ZIG ZP ZR ZW ZZ BÜD BÜR
BÜS FÜ FÜS GÖ GÜ HÖS HÜN JÜL KÖN KÖT KÖZ KÜN LÖ LÖB LÜN MÖ MÜ MÜB MÜL MÜN MÜR NÖ ÖHR PLÖ PÖ RÜD RÜG SÄK SLÜ SMÜ SÖM
SÜW TÖL TÖN TÜ ÜB WÜ WÜM
"""
DISTRICTS = frozenset(_DISTRICTS.split())
#: From the number on: nearly no text has one so that what stands before it is looked at only there.
GERMAN = re.compile(r"(?:(?<=[A-ZÄÖÜ])|(?<=[A-Z][ -]))[1-9]\d{0,3}[EH]?(?![\w-]|[.,]\d)")
GERMAN_HEAD = re.compile(r"(?<![\w-])([A-ZÄÖÜ]{1,3})(?:-| - ?| )[A-Z]{1,2}[ -]?\Z")
_CYRILLIC, _LATIN = "АВЕКМНОРСТУХавекмнорстух", "ABEKMHOPCTYXabekmhopctyx"
RUSSIAN = re.compile(
    rf"\d{{3}} ?(?:[{_CYRILLIC}]{{2}}|[{_LATIN}]{{2}}) ?[|/]? ?(?P<region>\d{{2,3}})(?: ?rus)?(?![^\W_])"
)
RUSSIAN_HEAD = re.compile(rf"(?<![^\W_])[{_CYRILLIC}{_LATIN}] ?\Z")
#: Beside a word for a plate also in lower case: British, American and Russian ones, and what has capitals and digits.
ANY = re.compile(
    r"(?<![\w@#-])(?:[A-Za-z]{2}\d{2}[ -]?[A-Za-z]{3}|[A-Za-z]\d{1,3}[ -]?[A-Za-z]{3}|\d[A-Za-z]{3}\d{3}|"
    r"\d{1,3}[ -]?[A-Z]{3}|[A-Z]{2,3}[ -]?\d{3,4}|[a-z]{3}[ -]?\d{3,4}"
    r"|[А-Яа-я]\s?\d{3}\s?[А-Яа-я]{2}(?:\s?\d{2,3})?|(?=[A-Z]{0,7}\d)(?=\d{0,7}[A-Z])[A-Z\d]{5,8}|"
    r"[A-ZА-Я]{1,3} ?\d{2,4} ?[A-ZА-Я]{1,3}|\d{2,4} ?[А-Яа-я]{2,3} ?\d{2,3})(?![\w-])"
)
GERMAN_ANY = re.compile(
    r"(?<![\w-])([A-Za-zÄÖÜäöü]{1,3})(?:[ -]|- )([A-Za-zÄÖÜäöü]{1,2})[ -]?[1-9]\d{0,3}[EHeh]?(?![\w-])"
)
#: Before a number they are words.
WORDS = re.compile(
    r"(?i)(?:was|ist|war|nr|the|for|and|bin|der|die|das|und|mit|is|at|in|on|of|no|so|um|ab|to|my|all|now|got|saw|"
    r"has)[ -]?\d+"
)
SMALL_WORDS = words_of("in am um ab an so zu im is es on at to of it no my we or if do up by as be he me us")
CUE = Cue(
    r"(?:license|licence|number|car|vehicle|front|rear)?[ -]?plates?(?: (?:number|no\.?))?",
    r"registration(?: (?:number|plate))?",
    r"reg(?:\.| no\.?| number)?", r"vrn", r"tag number", r"\w{0,5}kennzeichen", r"kfz(?:-\w+)?", r"nummernschild\w*",
    r"autonummer", r"госномер\w*",
    r"гос\.? ?номер\w*", r"гос\.? ?знак\w*", r"грз", r"номер\w* (?:машин\w*|авто\w*|тачк\w*|такси)",
    r"машин\w+ с номер\w+", r"авто\w* с номер\w+",
    r"номерн\w+ знак\w*", r"zulassung\w*", r"kennz\.?", r"рег\w* ?номер\w*", r"номер\w* (?:был\w*|той машины)",
    r"пропуск(?: на)?", r"(?:запомнил|запиши|видел) номер\w*",
    r"(?:газель|машина|авто|тачка|камаз|такси)\w*,? номер\w*", r"номера", r"автомобильн\w+ номер\w*", r"госномера",
)  # fmt: skip
_VEHICLE = Cue(
    r"autos?",
    r"wagen",
    r"kfz",
    r"pkw",
    r"car",
    r"van",
    r"bmw",
    r"audi",
    r"vw",
    r"golf",
    r"parkt?e?n?",
    r"parked",
    r"blitzer\w*",
    r"mercedes",
)
#: Names of parts, formats and models that look like a German plate.
NOT_PLATES = frozenset({"USB", "UTF", "ISO", "DIN", "WLAN", "PS", "GT", "RTX", "GTX", "CO", "DVD", "MP", "COVID"})


class PlateMasker:
    def find(self, text: str) -> Iterator[Span]:
        for match in RUSSIAN.finditer(text):
            head = RUSSIAN_HEAD.search(text, max(0, match.start() - 3), match.start())
            if head and _is_region(match["region"]):
                yield mask("plate", head.start(), match.end())
        for match in GERMAN.finditer(text):
            head = GERMAN_HEAD.search(text, max(0, match.start() - 10), match.start())
            if head and head[1] in DISTRICTS and _is_german(text, head, match):
                yield mask("plate", head.start(), match.end())


class NamedPlateMasker:
    """Those beside a word for one."""

    def find(self, text: str) -> Iterator[Span]:
        german = (
            m
            for m in GERMAN_ANY.finditer(text)
            if m[1].upper() in DISTRICTS and not (m[2] in SMALL_WORDS and "-" not in m[0])
        )
        for match in (*german, *ANY.finditer(text)):
            if WORDS.fullmatch(match[0]):
                continue
            if CUE.before(text, match.start(), 30) or CUE.after(text, match.end(), 14):
                yield mask("plate", *match.span())


def _is_german(text: str, head: re.Match[str], number: re.Match[str]) -> bool:
    plain = len(number[0]) > 1 and head[1] not in NOT_PLATES and "-" in head[0]
    return plain or _VEHICLE.beside(text, head.start(), number.end())


def _is_region(code: str) -> bool:
    return code != "00" and (len(code) == 2 or code[0] in "12379")
