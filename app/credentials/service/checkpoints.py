"""The log's checkpoints: signed by the sealing process, told to the supervising body, time-stamped once a day."""

from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from sqlalchemy.orm import Session

from app.accounts.service import write_mail
from app.config import Settings
from app.core.clock import local_day
from app.core.errors import N_, Unavailable
from app.credentials.queries import key_register, revoked_keys
from app.credentials.service import keyfolder
from app.credentials.service.face import both
from app.credentials.service.keys import log_key
from app.ledger import service as ledger
from app.ledger.queries import CheckpointRow, size
from certificates.authority import Purpose
from certificates.errors import CertificateError
from certificates.translog.stamp import stamp

SUBJECT = "透明日志检查点 Checkpoint of the transparency log: {origin} {size}"
BODY = """{site} 的透明日志截至 {made_at} 共有 {size} 条记录。下面是当时签名的检查点，请原样保存：
日后核对日志有没有被改写，要靠这份存放在贵单位的检查点。
把“———”以下的内容（含末尾换行）存为文本文件；核对方法见 {site}/log 。

At {made_at} the transparency log of {site} held {size} entries. Its signed checkpoint follows; please
keep it as it is: whether the log was rewritten later can be told only by a checkpoint kept elsewhere.
Save what stands below the dashes, with its last line break, as a text file; {site}/log says how to check.

———
{note}"""


def grow_log(session: Session) -> bool:
    """Take entries into the tree, a few thousand at a time; whether as many again are waiting."""
    return size(session) - ledger.grow(session).size >= ledger.MOST_AT_ONCE


def publish_log(session: Session, settings: Settings, now: datetime) -> CheckpointRow | None:
    """Sign a checkpoint if anything was appended since the last, and write a letter with it, one a local day.

    Raises Unavailable `seal-keys` without a key, Refused `log-contradicts` for a log that contradicts its last.
    """
    key = log_key(settings, now, revoked=revoked_keys(session))
    told = ledger.publish(session, key.private, ledger.origin_of(settings.site_url), now)
    if told is not None:
        _write(session, settings, told, now)
    return told


def _write(session: Session, settings: Settings, told: CheckpointRow, now: datetime) -> None:
    made_at = told.made_at.astimezone(settings.zone).isoformat(timespec="minutes")
    body = BODY.format(site=settings.site_url, made_at=made_at, size=told.size, note=told.note)
    write_mail(
        session, key=f"log-checkpoint:{local_day(now, settings.zone)}", recipient=settings.log_mail_to or "",
        subject=SUBJECT.format(origin=told.origin, size=told.size), body=body, now=now,
    )  # fmt: skip


def unstamped(session: Session, settings: Settings, now: datetime) -> CheckpointRow | None:
    """The checkpoint that is to be time-stamped now; None without TSA_URL."""
    return ledger.stamp_wanted(session, now) if settings.tsa_url else None


def log_stamp(told: CheckpointRow, settings: Settings) -> bytes:
    """The time-stamp token over a checkpoint; needs no database. Raises Unavailable `log-stamp`."""
    try:
        return stamp(told.note.encode(), settings.tsa_url or "")
    except CertificateError as fault:
        words = N_("The log's checkpoint could not be time-stamped: %(detail)s")
        raise Unavailable("log-stamp", words, detail=both(fault)) from fault


def keep_log_stamp(session: Session, told: CheckpointRow, token: bytes, now: datetime) -> bool:
    """Keep the token; False when the checkpoint has one."""
    return ledger.take_stamp(session, told.id, token, now)


def log_public_keys(session: Session, settings: Settings) -> list[bytes]:
    """The public keys by which the log's checkpoints are checked here (32 bytes each); none where none is known.

    Those that lie in the folder of the keys, since whoever rewrites the database could rewrite the register in it too;
    the register's only where the folder holds none.
    """
    held: list[object] = [one.public for one in keyfolder.bare(settings, Purpose.LOG)]
    if not held:
        pems = [row.public_key for row in key_register(session) if row.purpose == Purpose.LOG]
        held = [load_pem_public_key(pem.encode()) for pem in pems]
    return [one.public_bytes_raw() for one in held if isinstance(one, Ed25519PublicKey)]
