"""Every layout filled with invented data and marked 样张 SPECIMEN: for a look before it is used."""

from datetime import date

from certificates.attestation import Attestation, Evidence, Ground, Part, Row, RuleVersion, Subject, Words
from certificates.dossier import render_attestation
from certificates.fonts import Font
from certificates.layout import CERTIFICATE, POCKET, Layout, Twins
from certificates.render import render
from certificates.values import Values

NUMBER = "样张〔2026〕000000"
ISSUED_ON = date(2026, 5, 1)
CODE = "https://chizheng.example/c#" + "0123456789" * 61
"""As long as the code of a certificate: 65 modules a side."""
OVERPRINT = "样张 SPECIMEN"
TEXTS = {
    "name": ("欧阳样张", "Ouyang Yangzhang"),
    "holder-id": ("6228********0000", ""),
    "person": ("YZ-0000", ""),
    "agency": ("样张市城市管理综合行政执法局", "Specimen City Bureau of Comprehensive Urban Management Enforcement"),
    "region": ("样张省样张市样张区", "Specimen District, Specimen City"),
    "domains": (
        "市容环境卫生、城市规划管理、园林绿化、市政管理、户外广告",
        "City appearance; urban planning; parks and greening; municipal works; outdoor advertising",
    ),
    "source": (
        "本机关法定职权（行政处罚法第十七条）",
        "Power of its own by law (Administrative Penalty Law, art. 17)",
    ),
    "validity": (
        "自2026年5月1日起至2029年4月30日止，首尾两日均有效。",
        "Valid from 1 May 2026 through 30 April 2029, both days included.",
    ),
    "days": ("2026.05.01 – 2029.04.30", ""),
    "issuer": ("样张市城市管理综合行政执法局", "Specimen City Bureau of Urban Management Enforcement"),
    "issued-on": ("2026年5月1日  1 May 2026", ""),
    "number": (NUMBER, ""),
    "check-code": ("0000-0000", ""),
    "scan": ("chizheng.example/verify", ""),
    "sentence": (
        "于2026年3月2日至2026年3月6日参加“城市管理执法人员任前培训”，经考勤确认，计20学时。",
        "attended “Initial training of enforcement officers” from 2 to 6 March 2026 and was credited with 20 hours.",
    ),
    "hours": ("公共法律 12；专业 8", "Public law 12; professional 8"),
    "paper": ("公共法律知识", "Public law"),
    "sitting": ("2026年第一季度统一考试，2026年3月20日", "20 March 2026"),
    "score": ("87.5", ""),
    "marks": ("满分 100，合格线 60", "Out of 100, pass mark 60"),
    "result": ("合格", "Passed"),
    "released": ("2026年3月27日 10:00", ""),
}


SHORT = "https://chizheng.example/papers/000000?code=00000000"


def specimen(layout: Layout, font: Font) -> bytes:
    """A layout's PDF with invented data, overprinted on every page."""
    if layout.flow is not None:
        return render_attestation(specimen_attestation(), font, layout, overprint=OVERPRINT)
    return render(layout, specimen_values(layout), font, overprint=OVERPRINT)


def specimen_values(layout: Layout) -> Values:
    """Invented values for every place of a layout."""
    texts = {name: Twins(zh=zh, en=en) for name, (zh, en) in TEXTS.items()}
    return Values(NUMBER, "样张", ISSUED_ON, texts, {"code": CODE if layout.id in {CERTIFICATE, POCKET} else SHORT})


def specimen_attestation() -> Attestation:
    """An invented answer about an invented officer."""
    until = Words("2026-05-01（周五）00:00 – 06:00", "2026-05-01 (Fri) 00:00 – 06:00")
    return Attestation(
        number="00000000000000000000000000-1", decision="00000000000000000000000000", case_reference="样张",
        purpose="样张", issuer=Words("样张市城市管理综合行政执法局", "Specimen City Bureau"), issued_by="样张",
        issued_at="2026-05-06 10:12 (+08:00)", issued_on=ISSUED_ON, outcome="DENY",
        verdict=Words(
            "欧阳样张于2026-05-01 00:00至06:00不得实施行政处罚。",
            "Ouyang Yangzhang may not impose a penalty from 2026-05-01 00:00 to 06:00.",
        ),
        question=(
            Row(Words("行为", "Act"), Words("行政处罚", "Penalty")),
            Row(Words("地点", "Place"), Words("样张区", "Specimen District")),
        ),
        parts=(
            Part("2026-04-30 22:00", "2026-05-01 00:00", "ALLOW", 0.25),
            Part("2026-05-01 00:00", "2026-05-01 06:00", "DENY", 0.75, ("R03",)),
        ),
        people=(Subject("YZ-0000", "欧阳样张", "DENY", Words("巡查", "Patrol"), ("R03",)),),
        grounds=(
            Ground(
                "DENY", "R03", Words("证件有效期至2026-04-30。", "The certificate is valid through 2026-04-30."),
                "行政处罚法第四十二条、第五十五条", ("YZ-0000",), Words("办理换证。", "Renew the certificate."),
                ("F1",),
            ),
        ),
        facts=(Evidence("F1", Words("YZ-0000 欧阳样张"), Words("证件有效期", "Validity"), until, "2026-02-03 09:00"),),
        record=(Row(Words("决定编号", "Decision"), Words("00000000000000000000000000")),),
        rules=(RuleVersion("R03", Words("持有效证件", "A certificate in force"), "000000000000"),),
        facts_digest="sha256:" + "0" * 64,
    )  # fmt: skip
