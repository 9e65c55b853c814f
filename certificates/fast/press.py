"""One layout, one font and one seal made ready together: values in, sealed documents out, one after the other."""

from datetime import date, datetime
from functools import lru_cache

from certificates import metadata
from certificates.fast.cms import PreparedSeal
from certificates.fast.overlay import Overlay
from certificates.fast.template import Template
from certificates.fonts import Font
from certificates.keys import Signer
from certificates.layout import Layout, Twins
from certificates.placing import placed
from certificates.render import static_page
from certificates.sign import require_valid
from certificates.values import Values

__all__ = ["Press"]

SHARED = frozenset({"agency", "region", "domains", "source", "validity", "issuer", "issued-on", "days"})
"""Places whose words are the same on many documents of a cohort; their font is made once and kept."""


class Press:
    """A layout with its first layer drawn and its seal prepared. Making it costs a page; threads may share it."""

    def __init__(self, layout: Layout, font: Font, signer: Signer) -> None:
        self.layout, self.font, self.signer = layout, font, signer
        self._template = Template.prepare(static_page(layout, font))
        self._seal = PreparedSeal(signer)

    def sealed(self, values: Values, now: datetime) -> bytes:
        """The document of these values sealed at `now` (aware): PAdES B-B, certified, one revision.

        The picture is that of `render.render`, the seal that of `sign.seal`. Raises what `placing.placed` raises, and
        SealFailed while the seal certificate is not valid.
        """
        require_valid(self.signer, now)
        overlay = Overlay(placed(self.layout, values, self.font), self.shared(values))
        titles = (self.layout.title.zh, self.layout.title.en)
        xmp = metadata.packet(values.number, *titles, values.issuer, values.issued_on, self.layout.kind)
        return self._template.seal(
            overlay, info=_described(self.layout, values), xmp=xmp, seal=self._seal, now=now,
            attachment=values.attachment,
        )  # fmt: skip

    def shared(self, values: Values) -> frozenset[int]:
        """The characters of what a whole cohort's documents say alike."""
        return _characters(tuple(values.texts[name] for name in self.layout.slots if name in SHARED))


@lru_cache(maxsize=256)
def _characters(words: tuple[Twins, ...]) -> frozenset[int]:
    return frozenset(ord(character) for one in words for character in one.zh + one.en)


def _described(layout: Layout, values: Values) -> dict[str, str]:
    """The information dictionary, as `metadata.describe` fills it: the day of issue stands for the time of making."""
    made = _moment(values.issued_on)
    return {
        "Title": f"{layout.title.zh} {values.number}", "Author": values.issuer, "Subject": layout.subject,
        "Keywords": values.number, "Creator": "Chizheng", "Producer": "Chizheng", "CreationDate": made, "ModDate": made,
    }  # fmt: skip


def _moment(day: date) -> str:
    return f"D:{day:%Y%m%d}000000+08'00'"
