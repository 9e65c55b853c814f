"""Settings: one frozen value read from the environment; secrets may come from files; unusable values stop the start."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

PASSWORD_PROFILES = ("djbh", "asvs")
DATABASE_SCHEMES = ("sqlite", "postgresql+psycopg")


class SettingsError(Exception):
    """A setting cannot be used; the message is one line that names it."""


@dataclass(frozen=True)
class Settings:
    """Everything the site reads from its surroundings.

    Paths are absolute. `secret_key` signs cookies; `identity_key` (32 bytes) encrypts identity numbers and keys their
    blind index, and is kept outside the database. `workers` counts web processes, one blocking thread each.
    """

    instance: Path
    database_url: str
    secret_key: str
    identity_key: bytes
    site_url: str
    time_zone: str
    password_profile: str
    smtp_url: str | None = None
    mail_from: str = "chizheng@localhost"
    tsa_url: str | None = None
    signing_key: Path | None = None
    signing_cert: Path | None = None
    signing_password: str | None = None
    trust_roots: Path | None = None
    font_path: Path | None = None
    port: int = 8000
    workers: int = 2
    testing: bool = False

    @property
    def secure(self) -> bool:
        """Whether the site is reached over TLS, by its public address."""
        return self.site_url.startswith("https://")

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which days begin and end."""
        return ZoneInfo(self.time_zone)


def _value(environ: Mapping[str, str], name: str) -> str | None:
    plain, file = environ.get(name), environ.get(f"{name}_FILE")
    if plain and file:
        raise SettingsError(f"{name} and {name}_FILE are both set; keep one")
    if file:
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise SettingsError(f"{name}_FILE cannot be read: {error.strerror}") from error
    return plain or None


def _kept_secret(instance: Path, name: str) -> str:
    """A secret made on first start and kept in the instance folder, readable by its owner only."""
    path = instance / name
    if not path.exists():
        instance.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(32), encoding="ascii")
    return path.read_text(encoding="ascii").strip()


def _database_url(value: str | None, instance: Path) -> str:
    url = value or f"sqlite:///{instance / 'chizheng.sqlite'}"
    if url.split(":", 1)[0] not in DATABASE_SCHEMES:
        raise SettingsError("DATABASE_URL must begin with sqlite:/// or postgresql+psycopg://")
    return url


def _url(name: str, value: str | None, schemes: tuple[str, ...]) -> str | None:
    if value is None:
        return None
    parts = urlsplit(value)
    if parts.scheme not in schemes or not parts.hostname:
        raise SettingsError(f"{name} must be a full address beginning with {' or '.join(s + '://' for s in schemes)}")
    return value.rstrip("/")


def _path(name: str, value: str | None) -> Path | None:
    if value is None:
        return None
    path = Path(value).resolve()
    if not path.exists():
        raise SettingsError(f"{name} names a path that does not exist")
    return path


def _number(name: str, value: str | None, default: int, low: int, high: int) -> int:
    try:
        number = int(value) if value else default
    except ValueError:
        number = low - 1
    if not low <= number <= high:
        raise SettingsError(f"{name} must be a whole number from {low} to {high}")
    return number


def _identity_key(value: str) -> bytes:
    try:
        key = bytes.fromhex(value)
    except ValueError:
        key = b""
    if len(key) != 32:
        raise SettingsError("IDENTITY_KEY must be 64 hexadecimal digits")
    return key


def _zone(value: str) -> str:
    try:
        return ZoneInfo(value).key
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise SettingsError("TIME_ZONE is not a known zone name, such as Asia/Shanghai") from error


def _profile(value: str) -> str:
    if value not in PASSWORD_PROFILES:
        raise SettingsError(f"PASSWORD_PROFILE must be one of {', '.join(PASSWORD_PROFILES)}")
    return value


def _secret_key(value: str | None, instance: Path) -> str:
    if value is None:
        return _kept_secret(instance, "secret.key")
    if len(value) < 32:
        raise SettingsError("SECRET_KEY must have at least 32 characters")
    return value


def load_settings(environ: Mapping[str, str]) -> Settings:
    """Read every setting; raises SettingsError naming the first that cannot be used."""
    instance = Path(environ.get("INSTANCE_PATH") or "instance").resolve()
    port = _number("PORT", _value(environ, "PORT"), 8000, 1, 65535)
    return Settings(
        instance=instance,
        database_url=_database_url(_value(environ, "DATABASE_URL"), instance),
        secret_key=_secret_key(_value(environ, "SECRET_KEY"), instance),
        identity_key=_identity_key(_value(environ, "IDENTITY_KEY") or _kept_secret(instance, "identity.key")),
        site_url=_url("SITE_URL", _value(environ, "SITE_URL"), ("http", "https")) or f"http://127.0.0.1:{port}",
        time_zone=_zone(_value(environ, "TIME_ZONE") or "Asia/Shanghai"),
        password_profile=_profile(_value(environ, "PASSWORD_PROFILE") or "djbh"),
        smtp_url=_url("SMTP_URL", _value(environ, "SMTP_URL"), ("smtp", "smtps")),
        mail_from=_value(environ, "MAIL_FROM") or "chizheng@localhost",
        tsa_url=_url("TSA_URL", _value(environ, "TSA_URL"), ("http", "https")),
        signing_key=_path("SIGNING_KEY", environ.get("SIGNING_KEY")),
        signing_cert=_path("SIGNING_CERT", environ.get("SIGNING_CERT")),
        signing_password=_value(environ, "SIGNING_PASSWORD"),
        trust_roots=_path("TRUST_ROOTS", environ.get("TRUST_ROOTS")),
        font_path=_path("FONT_PATH", environ.get("FONT_PATH")),
        port=port,
        workers=_number("WORKERS", _value(environ, "WORKERS"), 2, 1, 64),
    )
