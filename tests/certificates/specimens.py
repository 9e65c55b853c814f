"""Every version of every layout as a plain PDF, for tests that hold for all of them."""

from functools import lru_cache
from io import BytesIO

from PIL import Image, ImageDraw

from certificates.attachment import credential_file
from certificates.dossier import render_attestation
from certificates.fonts import find_font
from certificates.layout import Layout, layouts
from certificates.render import render
from certificates.specimen import specimen_attestation, specimen_values
from certificates.values import Values

BADGE = b"e30.e30." + b"A" * 3_600
"""As long as the badge of a certificate."""


@lru_cache(maxsize=1)
def portrait() -> bytes:
    """A PNG portrait of nobody."""
    image = Image.new("RGB", (300, 450), "#9fb4cf")
    ImageDraw.Draw(image).ellipse((90, 100, 210, 260), fill="#e8c9a8")
    buffer = BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def values_for(layout: Layout, badge: bytes = b"") -> Values:
    """Invented values with a photo, and with a badge inside where one is given."""
    one = specimen_values(layout)
    held = credential_file(badge, one.issued_on)
    return Values(one.number, one.issuer, one.issued_on, one.texts, one.codes, {"photo": portrait()}, held)


def drawn(layout: Layout) -> bytes:
    """A layout filled with invented data, without any overprint."""
    if layout.flow is not None:
        return render_attestation(specimen_attestation(), find_font(), layout)
    return render(layout, values_for(layout), find_font())


@lru_cache(maxsize=1)
def every_layout() -> tuple[tuple[str, bytes], ...]:
    """Each version of each layout by its key, unsealed."""
    return tuple((layout.key, drawn(layout)) for layout in layouts())
