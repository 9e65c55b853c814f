"""What a reader says to a code it has scanned, with nothing but its lists, its clock and no network."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from enum import StrEnum

from certificates import cose, status_list, trust_list
from certificates.code import CERTIFICATE, CodeContent, message_of, read_content
from certificates.cose import CodeRefused, Sign1
from certificates.status_list import ENTRIES, StatusList
from certificates.trust_list import TrustList

AHEAD = timedelta(minutes=5)
OFFSET = 480
_UNKNOWN_KEY = frozenset({"KEY_UNKNOWN", "KEY_NOT_THEN", "KEY_REVOKED"})


class CodeState(StrEnum):
    """The answers, docs/credential-code.md section 8."""

    VALID = "VALID"
    VALID_AT_ISSUE = "VALID_AT_ISSUE"
    NOT_YET = "NOT_YET"
    SUSPENDED = "SUSPENDED"
    REVOKED = "REVOKED"
    EXPIRED = "EXPIRED"
    UNKNOWN_KEY = "UNKNOWN_KEY"
    FORGED = "FORGED"
    UNREADABLE = "UNREADABLE"


@dataclass(frozen=True, slots=True)
class Reading:
    """The answer to a code; `content` is None where nothing may be believed.

    `as_of` is when the list asked was issued, None where there was none.
    """

    state: CodeState
    reason: str
    content: CodeContent | None = None
    as_of: datetime | None = None


def read_code(
    text: str, trust: TrustList | None, lists: Mapping[int, StatusList], now: datetime, offset: int = OFFSET
) -> Reading:
    """The reading of a scanned or typed code; `lists` are verified ones by number, `offset` the site's in minutes.

    Never raises for any text.
    """
    try:
        content = read_content(_payload(cose.parse_sign1(message_of(text, CERTIFICATE)), trust, now))
    except CodeRefused as fault:
        if fault.code in _UNKNOWN_KEY:
            return Reading(CodeState.UNKNOWN_KEY, fault.code)
        return Reading(CodeState.FORGED if fault.code == "SIGNATURE" else CodeState.UNREADABLE, fault.code)
    return _judge(content, lists.get(content.index // ENTRIES), now, offset)


def _payload(message: Sign1, trust: TrustList | None, now: datetime) -> bytes:
    if message.algorithm != cose.ES256:
        raise cose.algorithm_refused(message.algorithm)
    if trust is None:
        raise cose.refused("KEY_UNKNOWN", "尚无信任列表。", "There is no trust list.")
    return trust_list.verified(message, trust, now)


def _judge(content: CodeContent, known: StatusList | None, now: datetime, offset: int) -> Reading:
    state, reason = _state(content, known, now, offset)
    return Reading(state, reason, content, known.issued_at if known else None)


def _state(content: CodeContent, known: StatusList | None, now: datetime, offset: int) -> tuple[CodeState, str]:
    entry = content.index % ENTRIES
    today = now.astimezone(timezone(timedelta(minutes=offset))).date()
    graver_first = (
        (content.issued_at > now + AHEAD, CodeState.NOT_YET, "ISSUED_IN_FUTURE"),
        (known is not None and entry in known.revoked, CodeState.REVOKED, "REVOKED"),
        (now >= content.expires_at, CodeState.EXPIRED, "EXPIRED"),
        (known is not None and entry in known.suspended, CodeState.SUSPENDED, "SUSPENDED"),
        (today < content.first_day, CodeState.NOT_YET, "STARTS_LATER"),
        (known is None, CodeState.VALID_AT_ISSUE, "NO_LIST"),
        (known is not None and now >= known.expires_at, CodeState.VALID_AT_ISSUE, "STALE"),
    )
    return next(((state, reason) for holds, state, reason in graver_first if holds), (CodeState.VALID, "FRESH"))


def accept_list(message: Sign1, trust: TrustList, held: Mapping[int, StatusList], now: datetime) -> StatusList:
    """The list to keep after one was received: it, or the one held where that is newer.

    Raises CodeRefused for a list by no trusted key, forged, in no known format, or `LIST_FUTURE`.
    """
    one = status_list.read_list(trust_list.verified(message, trust, now))
    if one.issued_at > now + AHEAD:
        raise cose.refused("LIST_FUTURE", "状态列表的签发时间在未来。", "The list was issued in the future.")
    known = held.get(one.number)
    return known if known is not None and known.issued_at > one.issued_at else one
