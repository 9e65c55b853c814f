"""Everything by which a stranger checks one certificate without this site, in one file: what it is, and what with."""

import json
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from app.config import Settings
from app.core.errors import NotFound
from app.core.permissions import Actor
from app.credentials.queries import document, published_lists, seal_of
from app.credentials.service.badges import badge_key
from app.credentials.service.batches import archive
from app.credentials.service.keys import public_keys
from app.ledger.queries import checkpoint, proof_of_subject
from certificates.attachment import CREDENTIAL, attached
from certificates.badge import key_of

CERTIFICATE, ROOT, CLOCKS, BADGE_KEY = "certificate.pdf", "root.pem", "tsa.pem", "code-key.json"
PROOF, CHECKPOINT, LOG_KEY, README = "log-proof.json", "checkpoint.txt", "log-key.txt", "README.txt"
LISTS = "lists/"
HEAD = """证件 Certificate {number}
{site}

本压缩包可在不连接本站的情况下核验这份证件。公钥和根证书也在包内，因此请另行取得一份加以比对：
根证书 {site}/pki/root.pem ，日志公钥 {site}/log （监督机关亦存有）。
This archive lets anybody check the certificate without this site. The keys in it come from the same hand as what they
check: compare them with copies you have from elsewhere, {site}/pki/root.pem and {site}/log (the supervising body keeps
the latter too).

下列 python -m certificates 命令属于本系统的 certificates 程序包，可单独运行。
The commands `python -m certificates` are the package certificates/ of this software; it runs alone.
"""
SEALED = """
1. 文件是否真实、未被改动，签章时是否有效 Is the file genuine and unchanged, and was it validly sealed
     python -m certificates verify {certificate}{options}
   或 or:  pdfsig -nocert {certificate}
"""
BADGED = """
2. 同一证件的 VC-JWT 凭证（Open Badges 3.0），也嵌在 PDF 内 The same as a VC-JWT, also embedded in the PDF
     python -m certificates badge {badge} --key {key}
     pdfdetach -save 1 -o inside.jwt {certificate} && cmp inside.jwt {badge}
   任何 JOSE 程序都可核验（ES256） Any JOSE library checks it (ES256); {site}/pki/terms
"""
NO_BADGE = """
2. 这份文件签章时尚不附 VC-JWT 凭证。 This document was sealed before badges were made; it holds none.
"""
BADGE_FALLEN = """
2. {badge}：其签名密钥已被吊销，不再可信。 Its key is revoked: nothing that it signed is believed any more.
"""
LOGGED = """
3. 签章一事是否记在透明日志之内 Does the transparency log hold the sealing
     python -m certificates log-proof {proof} --key {key} --document {certificate}
   {checkpoint} 是当时签名的检查点。 {checkpoint} is the signed checkpoint: a later log must contain it.
"""
NOT_LOGGED = """
3. 日志检查点尚未包含这次签章，请过几分钟重新下载。 No checkpoint of the log covers the sealing yet: fetch this again
   in a few minutes.
"""
IN_FORCE = """
4. 证件现在是否有效 Is it in force: {site}/verify （编号和核验码 number and check code），
   或扫描二维码 or scan the code: {site}/c ，状态列表 status list: {site}/api/v1/status-list
   文件本身不能回答这个问题。 No file can say this of itself.
"""


def bundle(session: Session, actor: Actor, number: str, settings: Settings) -> bytes:
    """The bundle of one certificate as a ZIP file, for whoever may have its document. Raises NotFound.

    The badge is absent from documents sealed before there were any, the log's proof until a checkpoint covers it.
    """
    pdf, seal = document(session, actor, number), seal_of(session, number)
    if seal is None:
        raise NotFound
    files = dict(_files(session, number, pdf, settings))
    files[README] = _readme(number, seal.level, files, settings.site_url).encode()
    moment: datetime = seal.sealed_at.astimezone(settings.zone)
    return b"".join(archive((name, moment, content) for name, content in files.items()))


def _files(session: Session, number: str, pdf: bytes, settings: Settings) -> Iterator[tuple[str, bytes]]:
    keys = public_keys(session, settings)
    yield CERTIFICATE, pdf
    yield ROOT, b"".join(keys.roots)
    if keys.clock_roots:
        yield CLOCKS, b"".join(keys.clock_roots)
    yield from ((LISTS + one.name, one.content) for one in published_lists(session) if one.name.endswith(".crl"))
    yield from _badge(session, pdf, settings)
    yield from _log(session, number)


def _badge(session: Session, pdf: bytes, settings: Settings) -> Iterator[tuple[str, bytes]]:
    text = attached(pdf)
    if text is None:
        return
    yield CREDENTIAL, text
    try:
        yield BADGE_KEY, _json(badge_key(session, key_of(text.decode()), settings))
    except NotFound:  # revoked: the badge is shown with nothing to believe it by
        return


def _log(session: Session, number: str) -> Iterator[tuple[str, bytes]]:
    proof = proof_of_subject(session, "certificate", number, "credentials.document.sealed")
    told = checkpoint(session, proof.checkpoint.size) if proof else None
    if proof and told:
        yield PROOF, _json(proof.as_dict())
        yield CHECKPOINT, proof.note.encode()
        yield LOG_KEY, f"{told.key}\n".encode()


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def _readme(number: str, level: str, files: dict[str, bytes], site: str) -> str:
    lists = "".join(f" --crl {name}" for name in files if name.startswith(LISTS))
    clocks = f" --tsa-root {CLOCKS} --tsa-root {ROOT}" if CLOCKS in files else ""
    options = f" --root {ROOT}{lists}{clocks} --level {level}"
    names = {"certificate": CERTIFICATE, "badge": CREDENTIAL, "proof": PROOF, "checkpoint": CHECKPOINT}
    parts = [
        HEAD.format(number=number, site=site),
        SEALED.format(**names, options=options),
        _badge_words(files).format(**names, key=BADGE_KEY, site=site),
        LOGGED.format(**names, key=LOG_KEY) if PROOF in files else NOT_LOGGED,
        IN_FORCE.format(site=site),
    ]
    return "".join(parts)


def _badge_words(files: dict[str, bytes]) -> str:
    if BADGE_KEY in files:
        return BADGED
    return BADGE_FALLEN if CREDENTIAL in files else NO_BADGE
