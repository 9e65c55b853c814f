"""What the offline verifier takes from the site: the root keys it pins, and codes out of pictures."""

import io
import warnings
from dataclasses import dataclass

import zxingcpp
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.x509 import load_pem_x509_certificates
from PIL import Image

from app.core.errors import N_, Invalid
from certificates.cose import cose_key, kid_of

MOST_PIXELS = 40_000_000
WIDEST = 4_000
MOST_BYTES = 12 * 1024 * 1024
QR = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])
READABLE = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF")


@dataclass(frozen=True, slots=True)
class RootKey:
    """A root's public key on P-256: its id and coordinates in hexadecimal."""

    kid: str
    x: str
    y: str


def root_keys(pem: bytes) -> tuple[RootKey, ...]:
    """The P-256 keys of root certificates in PEM; roots of another kind sign no trust list and are left out."""
    keys = (one.public_key() for one in load_pem_x509_certificates(pem)) if pem.strip() else ()
    return tuple(
        _root_key(key) for key in keys if isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1)
    )


def _root_key(key: EllipticCurvePublicKey) -> RootKey:
    parts = cose_key(key)
    x, y = (bytes(part).hex() for part in (parts[-2], parts[-3]) if isinstance(part, bytes))
    return RootKey(kid_of(key).hex(), x, y)


def read_picture(data: bytes) -> str:
    """The text of the QR code in a picture, empty where none is found.

    The picture is read in memory and not kept. Raises Invalid `picture-unreadable` for what is no picture, or larger
    than 12 MB or 40 megapixels.
    """
    if not 0 < len(data) <= MOST_BYTES:
        raise _unreadable()
    try:
        with warnings.catch_warnings(), Image.open(io.BytesIO(data), formats=READABLE) as picture:
            warnings.simplefilter("ignore")
            if picture.width * picture.height > MOST_PIXELS:
                raise _unreadable()
            picture.thumbnail((WIDEST, WIDEST))
            flat = picture.convert("RGBA")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as fault:
        raise _unreadable() from fault
    ground = Image.new("RGBA", flat.size, "white")
    found = zxingcpp.read_barcodes(Image.alpha_composite(ground, flat).convert("L"), QR)
    return next((one.text for one in found if one.valid), "")


def _unreadable() -> Invalid:
    return Invalid("picture-unreadable", N_("This is no picture that can be read here."), field="picture")
