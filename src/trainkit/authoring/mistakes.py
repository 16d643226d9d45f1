"""The field's mistake codes: a stable name for each typical mistake, so that feedback and statistics agree.

What a mistake computes and what is said about it stand in the exercise that it concerns; this module
holds the names only.
"""

from __future__ import annotations

from trainkit.errors import UnknownName
from trainkit.i18n import _

__all__ = ["CODES", "check_code"]

#: How many codes each family has: `NPS-1` … `NPS-12`, and so on.
_FAMILIES = {
    "NPS": 12,
    "GEN": 3,
    "CRM": 3,
    "REL": 3,
    "LOY": 2,
    "CPV": 3,
    "V360": 3,
    "VOC": 2,
    "SAT": 1,
    "SQ": 2,
    "KANO": 1,
    "CSAT": 4,
    "IDX": 1,
    "CES": 3,
    "SUR": 7,
    "DRV": 2,
    "RET": 2,
    "CHN": 9,
    "REV": 6,
    "LIF": 2,
    "COH": 3,
    "SURV": 2,
    "REP": 3,
    "WIN": 1,
    "MYTH": 2,
    "CLV": 12,
    "BG": 6,
    "CAC": 8,
    "ARP": 1,
    "AOV": 3,
    "SOW": 1,
    "FUN": 2,
    "PRF": 2,
    "RFM": 8,
    "SEG": 5,
    "ABC": 2,
    "PAR": 3,
    "GIN": 1,
    "CLU": 4,
    "SLA": 3,
    "SL": 2,
    "FRT": 3,
    "FCR": 4,
    "AHT": 1,
    "ABN": 1,
    "CMP": 8,
    "SRP": 1,
    "RCA": 2,
    "JM": 5,
    "MOT": 1,
    "CLF": 4,
    "HS": 3,
    "DQ": 8,
    "DUP": 2,
    "MIS": 3,
    "OUT": 1,
    "PRV": 13,
    "SEN": 5,
    "EW": 5,
    "CM": 2,
    "UPL": 1,
    "AB": 8,
    "STA": 3,
    "VIS": 4,
    "WS": 7,
    "AHP": 2,
    "TCO": 2,
    "ROI": 2,
    "ADP": 1,
    "KPI": 2,
}

#: All mistake codes.
CODES = frozenset(f"{family}-{n}" for family, most in _FAMILIES.items() for n in range(1, most + 1))


def check_code(code: str) -> str:
    """Return `code`.

    Raises:
        UnknownName: it is no code of the field; close ones are suggested.
    """
    if code not in CODES:
        raise UnknownName(_("There is no mistake code `{code}`.").format(code=code), code, CODES)
    return code
