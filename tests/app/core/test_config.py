"""Settings: what is read, and that what cannot be used stops the start with one line."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.config import SettingsError, load_settings


def _read(tmp_path: Path, **environ: str):
    return load_settings({"INSTANCE_PATH": str(tmp_path / "instance"), **environ})


def test_an_empty_environment_gives_a_site_on_loopback_with_secrets_of_its_own(tmp_path):
    first, again = _read(tmp_path), _read(tmp_path)
    assert first == again
    assert first.site_url == "http://127.0.0.1:8000"
    assert (first.time_zone, first.password_profile, first.secure) == ("Asia/Shanghai", "djbh", False)
    for name in ("secret.key", "identity.key"):
        assert stat.S_IMODE((tmp_path / "instance" / name).stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "instance").stat().st_mode) == 0o700


def test_processes_that_start_together_keep_the_same_secret(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: _read(tmp_path).secret_key, range(8)))
    assert len(set(made)) == 1
    assert {path.name for path in (tmp_path / "instance").iterdir()} == {"secret.key", "identity.key"}


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("PORT", "0", "whole number from 1 to 65535"),
        ("PORT", "65536", "whole number"),
        ("PORT", "eighty", "whole number"),
        ("PORT", "8000.0", "whole number"),
        ("WORKERS", "-1", "whole number from 1 to 64"),
        ("WORKERS", "٣", "whole number"),
        ("DATABASE_URL", "mysql://x/y", "must begin with sqlite:///"),
        ("DATABASE_URL", "postgresql://x/y", "postgresql+psycopg://"),
        ("DATABASE_URL", "chizheng.sqlite", "must begin with"),
        ("DATABASE_URL", "sqlite://", "must begin with"),
        ("DATABASE_URL", "sqlite:///:memory:", "must name a file"),
        ("DATABASE_URL", "sqlite:////no/such/folder/x.sqlite", "folder that does not exist"),
        ("SECRET_KEY", "short", "at least 32"),
        ("IDENTITY_KEY", "ab" * 31, "64 hexadecimal"),
        ("IDENTITY_KEY", "z" * 64, "64 hexadecimal"),
        ("SITE_URL", "chizheng.example.cn", "full address"),
        ("SITE_URL", "ftp://chizheng.example.cn", "http:// or https://"),
        ("SITE_URL", "https://chizheng.example.cn/sub", "scheme and host only"),
        ("SITE_URL", "https://u:p@chizheng.example.cn", "scheme and host only"),
        ("SITE_URL", "https://chizheng.example.cn:99999", "full address"),
        ("TIME_ZONE", "Asia/Pingliang", "not a known zone"),
        ("TIME_ZONE", "../etc/passwd", "not a known zone"),
        ("TIME_ZONE", "Asia", "not a known zone"),
        ("PASSWORD_PROFILE", "none", "djbh, asvs"),
        ("SMTP_URL", "mail.example.cn", "smtp:// or smtps://"),
        ("SMTP_URL", "smtp://mail.example.cn:x", "full address"),
        ("MAIL_FROM", "nobody", "mail address"),
        ("MAIL_FROM", "a@b.cn\nBcc: c@d.cn", "mail address"),
        ("TSA_URL", "tsa", "full address"),
        ("SIGNING_KEY", "/no/such.pem", "does not exist"),
        ("TRUST_ROOTS", "/no/such.pem", "does not exist"),
        ("FONT_PATH", "/no/such.ttf", "does not exist"),
        ("FONT_PATH", "/", "does not exist"),
        ("FONT_PATH", f"{__file__}{os.pathsep}/no/such.ttf", "does not exist"),
        ("SECRET_KEY_FILE", "/no/such/file", "cannot be read"),
    ],
)
def test_a_value_that_cannot_be_used_is_named_in_one_line(tmp_path, name, value, says):
    with pytest.raises(SettingsError) as stopped:
        _read(tmp_path, **{name: value})
    line = str(stopped.value)
    assert says in line
    assert line.startswith(name.removesuffix("_FILE"))
    assert "\n" not in line


def test_a_secret_may_come_from_a_file_but_not_from_both(tmp_path):
    file = tmp_path / "key"
    file.write_text("k" * 40 + "\n")
    assert _read(tmp_path, SECRET_KEY_FILE=str(file)).secret_key == "k" * 40
    with pytest.raises(SettingsError, match="both set"):
        _read(tmp_path, SECRET_KEY_FILE=str(file), SECRET_KEY="k" * 40)


@pytest.mark.parametrize(("content", "says"), [(b"", "empty file"), (b"\xff\xfe\x00", "cannot be read")])
def test_a_file_that_holds_no_text_is_refused(tmp_path, content, says):
    (tmp_path / "key").write_bytes(content)
    with pytest.raises(SettingsError, match=says):
        _read(tmp_path, DATABASE_URL_FILE=str(tmp_path / "key"))


def test_a_damaged_secret_is_not_replaced_in_silence(tmp_path):
    _read(tmp_path)
    (tmp_path / "instance" / "secret.key").write_text("")
    with pytest.raises(SettingsError, match="damaged"):
        _read(tmp_path)


def test_an_instance_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "instance").write_text("")
    with pytest.raises(SettingsError, match="INSTANCE_PATH is not usable"):
        _read(tmp_path)


def test_the_seals_key_and_certificate_go_together(tmp_path):
    (tmp_path / "key.pem").write_text("x")
    with pytest.raises(SettingsError, match="set both or neither"):
        _read(tmp_path, SIGNING_KEY=str(tmp_path / "key.pem"))


def test_a_token_or_a_pkcs12_file_brings_its_certificate(tmp_path):
    token = "pkcs11:token=seal;object=seal?module-path=/usr/lib/softhsm/libsofthsm2.so"
    assert (_read(tmp_path, SIGNING_KEY=token).signing_key, _read(tmp_path, SIGNING_KEY=token).signing_cert) == (
        token,
        None,
    )
    (tmp_path / "seal.p12").write_bytes(b"x")
    assert _read(tmp_path, SIGNING_KEY=str(tmp_path / "seal.p12")).signing_key == tmp_path / "seal.p12"
