"""Errors of the domain: a code, an English sentence to translate, and data; edges turn them into answers."""

from typing import Any


def N_(msgid: str) -> str:  # noqa: N802 - the gettext convention for "mark for translation, translate later"
    """Mark a sentence for the catalogue without translating it."""
    return msgid


class DomainError(Exception):
    """Something a person, file or program asked for cannot be done as asked.

    `code` is stable kebab-case; `msgid` is an English sentence with %(name)s holes filled from `data`; `field` names
    the input it belongs to, if one does.
    """

    status = 422

    def __init__(self, code: str, msgid: str, *, field: str | None = None, **data: Any) -> None:  # noqa: ANN401
        super().__init__(code)
        self.code, self.msgid, self.field, self.data = code, msgid, field, data

    def __str__(self) -> str:
        """The English sentence, filled."""
        return self.msgid % self.data if self.data else self.msgid


class Invalid(DomainError):
    """The input is not usable; nothing was changed."""

    status = 422


class Refused(DomainError):
    """The input is understood but the state or the rules do not allow it; nothing was changed."""

    status = 409


class Stale(Refused):
    """Somebody else changed the thing since it was shown."""


class NotFound(DomainError):
    """There is no such thing, or not for this person: a stranger learns no more."""

    status = 404

    def __init__(
        self,
        code: str = "not-found",
        msgid: str = N_("There is nothing here under this address."),
        **data: Any,  # noqa: ANN401
    ) -> None:
        super().__init__(code, msgid, **data)


class Forbidden(DomainError):
    """The person is known and may not do this."""

    status = 403

    def __init__(self, code: str = "forbidden", msgid: str = N_("Your role does not allow this."), **data: Any) -> None:  # noqa: ANN401
        super().__init__(code, msgid, **data)


class SignInNeeded(DomainError):
    """Nobody is signed in, or the session has ended."""

    status = 401

    def __init__(self) -> None:
        super().__init__("sign-in-needed", N_("Please sign in; what you had entered is kept where the page says so."))


class TooMany(DomainError):
    """Asked too often; `retry_after` seconds stand in the data."""

    status = 429


class Unavailable(DomainError):
    """Something outside (time authority, mail, keys) does not answer; try again later."""

    status = 503
