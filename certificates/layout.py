"""The landscape certificate as data: A4, millimetres from the top left corner, sizes in points."""

from dataclasses import dataclass
from typing import Literal

PAGE_WIDTH, PAGE_HEIGHT = 297.0, 210.0

INK = 0x1B1F24
BLUE = 0x1F3A68
GREY = 0x5A6472
PALE = 0xA8B6CE
HAIR = 0xCDD5E2
VERMILION = 0xC23B22


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle: left, top, width, height in mm."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height


@dataclass(frozen=True, slots=True)
class Style:
    """How a text is set; it shrinks from `size` to `floor` before it is refused."""

    size: float
    floor: float
    colour: int
    align: Literal["left", "centre"] = "left"


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for one fact: a small label in both languages, the Chinese value, the English one below it."""

    box: Box
    label_zh: str
    label_en: str
    size: float = 12.5


TITLE_ZH = "行政执法资格电子凭证"
TITLE_EN = "Electronic Credential of Enforcement Qualification"
SUBJECT = "行政执法资格电子凭证，持证人、执法区域、执法领域与有效期以扫码核验结果为准。"
FOOT_ZH = (
    "电子签名的含义：本凭证由上列发证机关签发，签发后内容未被改动。"
    "当日是否有效，以扫码核验结果为准；纸质打印件不含电子签名。"
)
FOOT_EN = (
    "What the signature means: the issuing authority named above sealed this content and nothing has changed since. "
    "Whether it is in force on a given day is what the code answers; paper copies carry no signature."
)

FRAME_OUTER, FRAME_BAND, FRAME_INNER = 8.0, 11.25, 14.5  # insets of the outer line, the braid's axis, the inner line

TITLE_BOX = Box(40, 24, 217, 14)
TITLE_STYLE = Style(30, 24, BLUE, "centre")
SUBTITLE_BOX = Box(40, 39.5, 217, 6)
SUBTITLE_STYLE = Style(11.5, 9, GREY, "centre")
TITLE_RULE = Box(98.5, 49.5, 100, 2.6)

PHOTO = Box(26, 58.4, 35, 45)
PHOTO_ZH, PHOTO_EN = "照片", "Photo"

NAME = Slot(Box(70, 57, 98, 15.8), "姓名", "Name", 15)
HOLDER_ID = Slot(Box(175, 57, 96, 15), "身份证件号码（部分隐去）", "Identity number, masked", 13)
AGENCY = Slot(Box(70, 76, 98, 17), "所在执法机关", "Agency")
REGION = Slot(Box(175, 76, 96, 17), "执法区域", "Region")
DOMAINS = Slot(Box(70, 96, 201, 17), "执法领域", "Domains of enforcement")
SOURCE = Slot(Box(70, 116, 201, 14), "职权依据", "Source of authority", 11)
ROW_RULES = ((70.0, 271.0, 74.5), (70.0, 271.0, 94.5), (70.0, 271.0, 114.5))
PART_RULE = (26.0, 271.0, 134.0)

VALIDITY = Slot(Box(26, 138, 126, 18), "有效期", "Validity", 13)
SEAL_MARK = Box(26, 160.5, 17, 17)
SEAL_MARK_TEXT = ("电子", "签章")
ISSUER = Slot(Box(48, 158.8, 104, 12.6), "发证机关", "Issued by", 10.5)
ISSUED_ON = Slot(Box(48, 173, 104, 5.4), "发证日期", "Issued on", 9)

QR = Box(234, 138.5, 37, 37)
NUMBER = Slot(Box(166, 138, 61, 14.5), "凭证编号", "Certificate number", 12.5)
CHECK_CODE = Slot(Box(166, 155, 61, 11), "校验码", "Check code", 12.5)
SCAN = Slot(Box(166, 167.5, 61, 10), "扫码核验", "Scan to verify", 7.5)

FOOT_ZH_BOX = Box(26, 183.2, 245, 4)
FOOT_EN_BOX = Box(26, 187.6, 245, 3.6)
FOOT_ZH_STYLE = Style(7.5, 6.5, GREY, "centre")
FOOT_EN_STYLE = Style(6.5, 5.5, GREY, "centre")
