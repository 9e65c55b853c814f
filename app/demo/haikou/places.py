"""The real frame (HK-06, HK-08, HK-09, HK-10, HK-19) filled with invented detail.

The document gives 26 towns and streets, 191 communities and 123 grids, and names three of the towns; how they divide
among the four districts, the other names, and every number of posts are samples.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from app.demo.entering import SAMPLE

CITY = "HK-CITY"
GUIDANCE = "HK-CITY-S"
POLICE = "HK-POL"
HAND = "demo.haikou"
"""The label under which the ledger keeps what no member of the cast did."""
PREFECTURE = "460100"
APRIL_2016 = date(2016, 4, 1)
"""Squads of 22 towns were set up in April 2016 (HK-08); the day is not stated."""
LATER = date(2017, 5, 1)
"""When the squads of the other four began: a sample, the document gives no day."""
POLICE_SINCE = date(2016, 5, 1)
FIRST_SQUADS = 22
COMMUNITIES = 191
GRIDS = 123


@dataclass(frozen=True)
class District:
    """A district with its bureau and the names of its towns and streets."""

    short: str
    code: str
    name_zh: str
    name_en: str
    towns: tuple[str, ...]

    @property
    def agency(self) -> str:
        """The code of the bureau."""
        return f"HK-{self.short}"


NAMED = ("金贸街道", "龙桥镇", "云龙镇")
"""The towns and streets that the document names (HK-15, HK-16)."""
DISTRICTS = (
    District("XY", "460105", "秀英区", "Xiuying", ("海湾街道", "港前街道", "西海镇", "荣河镇", "石林镇", "永安镇")),
    District("LH", "460106", "龙华区", "Longhua",
             ("金贸街道", "龙桥镇", "中和街道", "滨江街道", "大成街道", "海星街道", "南城镇", "新坡桥镇")),
    District("QS", "460107", "琼山区", "Qiongshan", ("云龙镇", "府前街道", "滨河街道", "凤台街道", "红树镇")),
    District("ML", "460108", "美兰区", "Meilan",
             ("和平里街道", "蓝天路街道", "白沙湾街道", "新埠头街道", "灵秀镇", "三河镇", "东山坡镇")),
)  # fmt: skip


@dataclass(frozen=True)
class Town:
    """A town or street: its number from 1, its district and name."""

    number: int
    district: District
    name: str

    @property
    def code(self) -> str:
        """The code of the area: eight digits, so that nobody takes it for a national code."""
        return f"4601{self.number:04d}"

    @property
    def squad(self) -> str:
        """The code of the squad stationed there."""
        return f"{self.district.agency}-T{self.number:02d}"

    @property
    def shown(self) -> str:
        """The name; invented ones say so."""
        return self.name if self.name in NAMED else self.name + SAMPLE

    @property
    def opened(self) -> date:
        """When its squad was set up."""
        return APRIL_2016 if self.number <= FIRST_SQUADS else LATER

    def share(self, total: int) -> int:
        """The town's part of a total that is divided as evenly as can be."""
        return total // len(TOWNS) + (1 if self.number <= total % len(TOWNS) else 0)


def _towns() -> Iterator[Town]:
    named = [(district, name) for district in DISTRICTS for name in district.towns]
    for number, (district, name) in enumerate(named, 1):
        yield Town(number, district, name)


TOWNS = tuple(_towns())
JINMAO = next(town for town in TOWNS if town.name == "金贸街道")
"""The street whose first squad has the officer of scenario S04."""
