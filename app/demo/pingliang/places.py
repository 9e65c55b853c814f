"""The real frame (PL-13 to PL-22) filled with invented detail: towns, squads and their numbers are samples.

The totals are the document's: 516 posts before the reform, 109 added in the counties and 5 moved to the city make 630;
Chongxin rose from 15 to 67. How the rest divides among the counties is invented.
"""

from dataclasses import dataclass

ROOT = "PL-CITY"
KONGTONG = "PL-KT"
HAND = "demo.pingliang"
"""The label under which the ledger keeps what no member of the cast did."""
CITY_POSTS = 5


@dataclass(frozen=True)
class County:
    """One county or district with its bureau. `towns` are the names of streets and towns, samples all.

    `organ` says that the bureau is an administrative organ (only Kongtong's is, PL-20), `managed` that its staff is
    managed under the civil servants' law; `inner` that its squads became internal bodies of the brigade (PL-19).
    """

    short: str
    code: str
    name_zh: str
    name_en: str
    posts_before: int
    posts: int
    squads: tuple[str, ...]
    towns: tuple[str, ...]
    officers: int
    auxiliaries: int
    first: int
    spring: int
    recruits: int
    organ: bool = False
    managed: bool = True
    inner: bool = False

    @property
    def agency(self) -> str:
        """The code of the bureau."""
        return f"PL-{self.short}"

    def home(self, index: int) -> str:
        """Where the officer of that number serves: leaders in the bureau, two in the brigade, the rest in squads."""
        if index <= 2:
            return self.agency
        if index <= 4:
            return f"{self.agency}-D"
        return f"{self.agency}-D{index % len(self.squads) + 1}"


COUNTIES = (
    County("KT", "620802", "崆峒区", "Kongtong", 170, 182,
           ("东关中队", "中街中队", "西郊中队", "柳湖中队", "新城中队", "夜间中队", "机动中队", "规划中队", "环保中队"),
           ("东关街道", "中街街道", "西郊街道", "柳湖镇"), 150, 90, 16, 24, 6, organ=True, inner=True),
    County("JC", "620821", "泾川县", "Jingchuan", 65, 75, ("城区一中队", "城区二中队", "乡镇中队"),
           ("城关镇", "河西镇"), 62, 30, 4, 0, 2),
    County("LT", "620822", "灵台县", "Lingtai", 52, 61, ("城区中队", "乡镇中队"),
           ("中心镇", "河湾镇"), 50, 24, 4, 0, 1),
    County("CX", "620823", "崇信县", "Chongxin", 15, 67, ("城区一中队", "城区二中队", "乡镇中队"),
           ("锦川镇", "新河镇"), 55, 22, 2, 0, 3),
    County("HT", "620824", "华亭县", "Huating", 70, 78, ("东区中队", "西区中队", "矿区中队"),
           ("东坪镇", "安和镇"), 64, 32, 4, 0, 2),
    County("ZL", "620825", "庄浪县", "Zhuanglang", 74, 82,
           ("水洛中队", "南坪中队", "北城中队", "市场中队", "环卫中队", "规划中队", "机动中队"),
           ("北川镇", "南坪镇"), 68, 32, 4, 0, 2, inner=True),
    County("JN", "620826", "静宁县", "Jingning", 70, 80, ("城区一中队", "城区二中队", "葫芦河中队"),
           ("城川镇", "古城镇"), 66, 30, 4, 0, 2, managed=False),
)  # fmt: skip
