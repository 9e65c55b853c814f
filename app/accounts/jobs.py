"""Sweeps of accounts: letters that are due, sessions that are over."""

import hashlib
import smtplib
import ssl
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Protocol
from urllib.parse import unquote, urlsplit

from app.accounts import service
from app.core.http import settings
from app.extensions import db

TIMEOUT_SECONDS = 20
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Postman(Protocol):
    """What carries a letter out of the site."""

    def deliver(self, letter: service.Letter) -> str:
        """Hand one letter over; returns why it could not be, or nothing."""
        ...


class SmtpPostman:
    """Delivers by SMTP: smtp:// with STARTTLS where the server offers it, smtps:// inside TLS from the start."""

    def __init__(self, url: str, sender: str) -> None:
        self._url, self._sender = urlsplit(url), sender

    def deliver(self, letter: service.Letter) -> str:
        """Hand one letter over; returns why it could not be, or nothing. A repeated letter keeps its Message-ID."""
        try:
            message = self._message(letter)
            with self._connect() as server:
                server.send_message(message)
        except (OSError, ValueError) as error:
            return f"{type(error).__name__}: {error}"
        return ""

    def _message(self, letter: service.Letter) -> EmailMessage:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self._sender, letter.recipient, letter.subject
        message["Message-ID"] = f"<{hashlib.sha256(letter.key.encode()).hexdigest()[:32]}@chizheng>"
        message["X-Chizheng-Key"] = letter.key
        message.set_content(letter.body)
        return message

    def _connect(self) -> smtplib.SMTP:
        host, context = self._url.hostname or "", ssl.create_default_context()
        if self._url.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                host, self._url.port or 465, timeout=TIMEOUT_SECONDS, context=context
            )
        else:
            server = smtplib.SMTP(host, self._url.port or 25, timeout=TIMEOUT_SECONDS)
        try:
            self._introduce(server, host, context)
        except BaseException:
            server.close()
            raise
        return server

    def _introduce(self, server: smtplib.SMTP, host: str, context: ssl.SSLContext) -> None:
        server.ehlo()
        inside = self._url.scheme == "smtps"
        if not inside and server.has_extn("starttls"):
            server.starttls(context=context)
            server.ehlo()
            inside = True
        if not self._url.username:
            return
        if not inside and host not in LOOPBACK:
            raise smtplib.SMTPException("the server offers no TLS, and a password is not sent in the clear")
        server.login(unquote(self._url.username), unquote(self._url.password or ""))


def send_outbox(now: datetime) -> int:
    """Send every letter that is due; without SMTP_URL they wait. Nothing is held in the database meanwhile."""
    url, sent = settings().smtp_url, 0
    postman = SmtpPostman(url, settings().mail_from) if url else None
    while postman and (letter := service.claim_letter(db.session(), now)):
        db.session.commit()
        failure = postman.deliver(letter)
        service.note_delivery(db.session(), letter.id, failure, now)
        db.session.commit()
        sent += not failure
    db.session.rollback()
    return sent


def forget_sessions(now: datetime) -> int:
    """Delete sessions that ended or lapsed more than 90 days ago; the ledger keeps that they were."""
    done = service.forget_sessions(db.session(), now - timedelta(days=90))
    db.session.commit()
    return done
