"""Settings: one frozen value read from the environment; secrets may come from files; unusable values stop the start."""

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

PASSWORD_PROFILES = ("djbh", "asvs")
DATABASE_SCHEMES = ("sqlite", "postgresql+psycopg")
SHORTEST_SECRET = 32
SEAL_PROVIDER = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*", re.ASCII)
TOKEN, PKCS12_ENDINGS = "pkcs11:", {".p12", ".pfx"}


class SettingsError(Exception):
    """A setting cannot be used; the message is one line that names it."""


@dataclass(frozen=True)
class Settings:
    """Everything the site reads from its surroundings.

    Paths are absolute. `secret_key` signs cookies; `identity_key` (32 bytes) encrypts identity numbers and keys their
    blind index, and is kept outside the database. `workers` counts web processes, four threads each;
    `seal_workers` those that seal when many documents wait.
    `seal_provider` names a customer's own seal service as `package.module:factory`, which then seals in place of a key.
    `signing_key` is a file (PEM, or PKCS#12 by its ending) or a `pkcs11:` address. `webhook_networks` are the networks
    that are not public but may be called all the same, such as 10.20.0.0/16.
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
    log_mail_to: str | None = None
    tsa_roots: Path | None = None
    signing_key: Path | str | None = None
    signing_cert: Path | None = None
    signing_password: str | None = None
    trust_roots: Path | None = None
    seal_provider: str | None = None
    font_path: str | None = None
    port: int = 8000
    workers: int = 2
    seal_workers: int = 1
    webhook_networks: tuple[str, ...] = ()
    testing: bool = False

    @property
    def calendars(self) -> Path:
        """The folder of the site's own calendars of holidays."""
        return self.instance / "regimes"

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
    if not file:
        return plain.strip() if plain and plain.strip() else None
    try:
        held = Path(file).read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"{name}_FILE cannot be read: {getattr(error, 'strerror', None) or 'not a text'}"
        ) from error
    if not held:
        raise SettingsError(f"{name}_FILE names an empty file")
    return held


def _kept_secret(instance: Path, name: str) -> str:
    """A secret of 64 hexadecimal digits, made on first start and kept in the instance folder for its owner only.

    It appears under its name whole or not at all, so that processes that start together keep the same one.
    """
    path = instance / name
    try:
        if not path.exists():
            instance.mkdir(parents=True, exist_ok=True, mode=0o700)
            _place(path, secrets.token_hex(32))
        kept = path.read_text(encoding="ascii").strip()
    except (OSError, ValueError) as error:
        raise SettingsError(f"INSTANCE_PATH is not usable: {name} can be neither read nor made there") from error
    if len(kept) < SHORTEST_SECRET:
        raise SettingsError(f"INSTANCE_PATH holds a damaged {name}; restore it from its backup")
    return kept


def _place(path: Path, content: str) -> None:
    partial = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(content)
    try:
        os.link(partial, path)
    except FileExistsError:
        pass
    finally:
        partial.unlink()


def _database_url(value: str | None, instance: Path) -> str:
    url = value or f"sqlite:///{instance / 'chizheng.sqlite'}"
    scheme, _colon, rest = url.partition("://")
    if scheme not in DATABASE_SCHEMES or not rest:
        raise SettingsError("DATABASE_URL must begin with sqlite:/// or postgresql+psycopg://")
    if scheme == "sqlite" and value:
        file = rest[1:].partition("?")[0] if rest.startswith("/") else ""
        if not file or file == ":memory:":
            raise SettingsError("DATABASE_URL must name a file: several processes share the database")
        if not Path(file).parent.is_dir():
            raise SettingsError("DATABASE_URL names a file in a folder that does not exist")
    return url


def _url(name: str, value: str | None, schemes: tuple[str, ...]) -> str | None:
    if value is None:
        return None
    wanted = SettingsError(f"{name} must be a full address beginning with {' or '.join(s + '://' for s in schemes)}")
    try:
        parts = urlsplit(value)
        _port = parts.port
    except ValueError as error:
        raise wanted from error
    if parts.scheme not in schemes or not parts.hostname or any(c.isspace() for c in value):
        raise wanted
    return value.rstrip("/")


def _site_url(value: str | None, port: int) -> str:
    url = _url("SITE_URL", value, ("http", "https"))
    if url is None:
        return f"http://127.0.0.1:{port}"
    parts = urlsplit(url)
    if parts.path or parts.query or parts.fragment or parts.username:
        raise SettingsError("SITE_URL must be scheme and host only, such as https://chizheng.example.cn")
    return url


def _address(name: str, value: str) -> str:
    if "@" not in value or not value.isprintable():
        raise SettingsError(f"{name} must be a mail address")
    return value


def _file(name: str, value: str | None, *, folder: bool = False) -> Path | None:
    if not value:
        return None
    path = Path(value).resolve()
    if not path.is_file() and not (folder and path.is_dir()):
        raise SettingsError(f"{name} names a file that does not exist")
    if not os.access(path, os.R_OK):
        raise SettingsError(f"{name} names a file that may not be read")
    return path


def _fonts(value: str | None) -> str | None:
    """Font files parted as in PATH, each checked to be there."""
    found = [_file("FONT_PATH", part.strip()) for part in (value or "").split(os.pathsep) if part.strip()]
    return os.pathsep.join(str(path) for path in found) or None


def _number(name: str, value: str | None, default: int, low: int, high: int) -> int:
    number = default if value is None else int(value) if value.isascii() and value.isdigit() else low - 1
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
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise SettingsError("TIME_ZONE is not a known zone name, such as Asia/Shanghai") from error


def _profile(value: str) -> str:
    if value not in PASSWORD_PROFILES:
        raise SettingsError(f"PASSWORD_PROFILE must be one of {', '.join(PASSWORD_PROFILES)}")
    return value


def _secret_key(value: str | None, instance: Path) -> str:
    if value is None:
        return _kept_secret(instance, "secret.key")
    if len(value) < SHORTEST_SECRET:
        raise SettingsError(f"SECRET_KEY must have at least {SHORTEST_SECRET} characters")
    return value


def _seal(environ: Mapping[str, str]) -> tuple[Path | str | None, Path | None]:
    """The seal's key and certificate: both or neither, unless the key brings its certificate (PKCS#12, a token)."""
    wanted = environ.get("SIGNING_KEY") or ""
    key = wanted if wanted.startswith(TOKEN) else _file("SIGNING_KEY", wanted)
    cert = _file("SIGNING_CERT", environ.get("SIGNING_CERT"))
    brings_its_own = wanted.startswith(TOKEN) or Path(wanted).suffix.lower() in PKCS12_ENDINGS
    if (key is None and cert is not None) or (key is not None and cert is None and not brings_its_own):
        raise SettingsError("SIGNING_KEY and SIGNING_CERT go together; set both or neither")
    return key, cert


def _provider(environ: Mapping[str, str]) -> str | None:
    """A seal service of the customer's: named in full, and only together with the roots it is judged by."""
    name = (environ.get("SEAL_PROVIDER") or "").strip()
    if not name:
        return None
    if not SEAL_PROVIDER.fullmatch(name):
        raise SettingsError("SEAL_PROVIDER must name a factory as package.module:factory")
    if environ.get("SIGNING_KEY"):
        raise SettingsError("SEAL_PROVIDER and SIGNING_KEY exclude each other: one seal for every document")
    if not environ.get("TRUST_ROOTS"):
        raise SettingsError("SEAL_PROVIDER needs TRUST_ROOTS: what the service seals must lie below a trusted root")
    return name


def _networks(value: str | None) -> tuple[str, ...]:
    try:
        return tuple(str(ip_network(one.strip())) for one in (value or "").split(",") if one.strip())
    except ValueError as error:
        raise SettingsError("WEBHOOK_NETWORKS must be networks such as 10.20.0.0/16, separated by commas") from error


def load_settings(environ: Mapping[str, str]) -> Settings:
    """Read every setting; raises SettingsError naming the first that cannot be used."""
    instance = Path(environ.get("INSTANCE_PATH") or "instance").resolve()
    port = _number("PORT", _value(environ, "PORT"), 8000, 1, 65535)
    signing_key, signing_cert = _seal(environ)
    return Settings(
        instance=instance,
        database_url=_database_url(_value(environ, "DATABASE_URL"), instance),
        secret_key=_secret_key(_value(environ, "SECRET_KEY"), instance),
        identity_key=_identity_key(_value(environ, "IDENTITY_KEY") or _kept_secret(instance, "identity.key")),
        site_url=_site_url(_value(environ, "SITE_URL"), port),
        time_zone=_zone(_value(environ, "TIME_ZONE") or "Asia/Shanghai"),
        password_profile=_profile(_value(environ, "PASSWORD_PROFILE") or "djbh"),
        smtp_url=_url("SMTP_URL", _value(environ, "SMTP_URL"), ("smtp", "smtps")),
        mail_from=_address("MAIL_FROM", _value(environ, "MAIL_FROM") or "chizheng@localhost"),
        log_mail_to=_address("LOG_MAIL_TO", told) if (told := _value(environ, "LOG_MAIL_TO")) else None,
        tsa_url=_url("TSA_URL", _value(environ, "TSA_URL"), ("http", "https")),
        tsa_roots=_file("TSA_ROOTS", environ.get("TSA_ROOTS"), folder=True),
        signing_key=signing_key,
        signing_cert=signing_cert,
        signing_password=_value(environ, "SIGNING_PASSWORD"),
        trust_roots=_file("TRUST_ROOTS", environ.get("TRUST_ROOTS"), folder=True),
        seal_provider=_provider(environ),
        font_path=_fonts(environ.get("FONT_PATH")),
        port=port,
        workers=_number("WORKERS", _value(environ, "WORKERS"), 2, 1, 64),
        seal_workers=_number("SEAL_WORKERS", _value(environ, "SEAL_WORKERS"), os.cpu_count() or 1, 1, 64),
        webhook_networks=_networks(_value(environ, "WEBHOOK_NETWORKS")),
    )
