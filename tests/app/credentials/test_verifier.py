"""What the offline verifier asks of the site: the root keys, the drawing of the list, and codes out of pictures."""

import io

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from PIL import Image

from app.core.errors import Invalid
from app.credentials.service import read_picture, root_keys
from certificates import cose
from certificates.authority import KeyKind, make_root
from certificates.qr import modules
from tests.conftest import START

TEXT = "https://chizheng.example.cn/c#" + "1234567890" * 55


def drawn(text: str, scale: int = 5, kind: str = "PNG") -> bytes:
    """A QR code of a text as a picture with its quiet zone."""
    rows = modules(text)
    side = len(rows) + 8
    picture = Image.new("L", (side, side), 255)
    for y, row in enumerate(rows, 4):
        for x, dark in enumerate(row, 4):
            picture.putpixel((x, y), 0 if dark else 255)
    buffer = io.BytesIO()
    picture.resize((side * scale, side * scale), Image.Resampling.NEAREST).save(buffer, kind)
    return buffer.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_code_is_read_out_of_a_picture(kind):
    assert read_picture(drawn(TEXT, kind=kind)) == TEXT


def test_a_picture_without_a_code_gives_nothing():
    buffer = io.BytesIO()
    Image.new("RGB", (400, 300), "white").save(buffer, "PNG")
    assert read_picture(buffer.getvalue()) == ""


def _bomb() -> bytes:
    """A picture of 49 megapixels in a few kilobytes."""
    buffer = io.BytesIO()
    Image.new("1", (7_000, 7_000)).save(buffer, "PNG")
    return buffer.getvalue()


NO_PICTURES = {
    "empty": b"",
    "text": b"not a picture",
    "broken head": b"\x89PNG\r\n\x1a\n" + b"\0" * 40,
    "broken end": drawn(TEXT)[:-900] + b"x",
    "too many pixels": _bomb(),
    "too many bytes": b"0" * (12 * 1024 * 1024 + 1),
}


@pytest.mark.parametrize("data", NO_PICTURES.values(), ids=NO_PICTURES)
def test_what_is_no_picture_is_refused(data):
    with pytest.raises(Invalid) as refused:
        read_picture(data)
    assert refused.value.code == "picture-unreadable"


def test_the_picture_address_takes_a_file_and_keeps_to_the_form_of_errors(client):
    sent = client.post("/c/picture", data={"picture": (io.BytesIO(drawn(TEXT)), "code.png")})
    assert sent.json == {"text": TEXT}
    refused = client.post("/c/picture", data={}, headers={"Accept": "application/json"})
    assert (refused.status_code, refused.json["code"]) == (422, "picture-unreadable")


def test_roots_on_another_curve_or_of_rsa_are_left_out():
    root, rsa = (make_root("平凉市", START, kind=kind).certificate for kind in (KeyKind.P256, KeyKind.RSA3072))
    key = root.public_key()
    (named,) = root_keys(root.public_bytes(Encoding.PEM) + rsa.public_bytes(Encoding.PEM))
    assert named.kid == cose.kid_of(key).hex()
    assert (int(named.x, 16), int(named.y, 16)) == (key.public_numbers().x, key.public_numbers().y)
    assert root_keys(b"") == ()


def test_the_page_pins_the_roots_that_the_site_has(client):
    named = client.get("/c/root.json").json["roots"]
    assert len(named) >= 1
    assert all(set(one) == {"kid", "x", "y"} and len(one["kid"]) == 16 for one in named)
