"""An RFC 3161 time-stamp token over the bytes of a checkpoint, asked for and looked into."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import cms, tsp
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError

from certificates.sign import HttpTimeStamper, run
from certificates.translog.errors import LogInvalid


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a token says: it saw the bytes of this SHA-256 at this moment. Nobody has checked its signature by this."""

    sha256: bytes
    at: datetime

    @classmethod
    def read(cls, token: bytes) -> "Stamp":
        """What a token (DER of a CMS ContentInfo) says. Raises LogInvalid STAMP_UNREADABLE."""
        try:
            told = cms.ContentInfo.load(token, strict=True)["content"]["encap_content_info"]["content"].parsed
            imprint = told["message_imprint"] if isinstance(told, tsp.TSTInfo) else {}
            method, digest = imprint["hash_algorithm"]["algorithm"].native, imprint["hashed_message"].native
            at = told["gen_time"].native
        except (ValueError, TypeError, KeyError) as fault:
            raise _unreadable() from fault
        if method != "sha256":
            raise _unreadable()
        return cls(digest, at)


def _unreadable() -> LogInvalid:
    return LogInvalid("STAMP_UNREADABLE", "无法读取时间戳。", "The time stamp cannot be read.")


def stamp(data: bytes, tsa: str | TimeStamper) -> bytes:
    """A token over the data from an address or a client. Raises LogInvalid TSA_UNAVAILABLE or STAMP_UNREADABLE."""
    client = HttpTimeStamper(tsa) if isinstance(tsa, str) else tsa
    wanted = hashlib.sha256(data).digest()
    try:
        token = bytes(run(client.async_timestamp(wanted, "sha256")).dump())
    except (TimestampRequestError, OSError) as fault:
        raise LogInvalid(
            "TSA_UNAVAILABLE", "时间戳服务未应答。", f"The time-stamp authority did not answer: {fault}"
        ) from fault
    if Stamp.read(token).sha256 != wanted:
        raise LogInvalid("STAMP_UNREADABLE", "时间戳不是为所送内容签发的。", "The time stamp is of other data.")
    return token
