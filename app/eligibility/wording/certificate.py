"""What the findings say: certificate. Per code: message and remedy, each Chinese then English."""

from collections.abc import Mapping

from app.eligibility.findings import Both

WORDS: Mapping[str, tuple[Both, Both]] = {
    "R01.none": (
        ("没有行政执法证件。", "There is no enforcement certificate."),
        (
            "考试合格后申领证件；此前只能从事辅助性事务或参加培训。",
            "Pass the papers and have a certificate issued; until then assist or train only.",
        ),
    ),
    "R01.unknown": (
        ("证件情况不明，不能认定持证。", "Nothing is known about certificates, so none can be assumed."),
        ("请补录证件信息。", "Have the certificate's data recorded."),
    ),
    "R01.undated": (
        ("证件 %(number)s 的有效期不明。", "The validity of certificate %(number)s is unknown."),
        ("请核实并补录有效期起止日。", "Verify the first and last day of validity and have them recorded."),
    ),
    "R01.several": (
        (
            "同一机关有多个在有效期内的证件:%(numbers)s。",
            "Several certificates of one agency are in force: %(numbers)s.",
        ),
        ("请核实，收回多余的证件。", "Verify, and withdraw those that should not be."),
    ),
    "R03.expired": (
        ("证件 %(number)s 有效期至 %(valid_to)s,已过期。", "Certificate %(number)s was valid through %(valid_to)s."),
        ("换发证件；此前由他人替换。", "Renew the certificate; until then let someone else take the duty."),
    ),
    "R04.early": (
        ("证件 %(number)s 自 %(valid_from)s 起生效。", "Certificate %(number)s takes effect on %(valid_from)s."),
        ("生效日起方可执法。", "Wait until it takes effect."),
    ),
    "R05.suspended": (
        ("证件 %(number)s 处于暂扣期间。", "Certificate %(number)s is suspended."),
        ("恢复前由他人替换。", "Let someone else take the duty until it is reinstated."),
    ),
    "R06.ended": (
        (
            "证件 %(number)s 已被吊销、撤销、收回或注销。",
            "Certificate %(number)s has been revoked, withdrawn or cancelled.",
        ),
        ("须重新取得资格并申领证件。", "A new qualification and certificate are needed."),
    ),
    "R07.electronic": (
        (
            "证件 %(number)s 已挂失，尚未补办，凭电子证件执法。",
            "Certificate %(number)s was reported lost; the electronic credential stands in for it.",
        ),
        ("出示电子证件，并尽快补办。", "Show the electronic credential and have the card reissued soon."),
    ),
    "R40.renew": (
        (
            "证件 %(number)s 有效期至 %(valid_to)s，应当换发。",
            "Certificate %(number)s expires on %(valid_to)s; renew it.",
        ),
        ("在有效期内申请换发。", "Apply for renewal before it expires."),
    ),
    "R40.unreviewed": (
        (
            "证件 %(number)s 应于 %(due)s 前年审(注册)，尚无记录(每 %(years)s 年一次)。",
            "Certificate %(number)s was due for review by %(due)s (every %(years)s years); none is on record.",
        ),
        ("办理年审(注册)或补录记录。", "Have it reviewed, or have the review recorded."),
    ),
    "R40.void": (
        (
            "证件 %(number)s 应于 %(due)s 前年审(注册)，未年审(注册)的证件无效(每 %(years)s 年一次)。",
            "Certificate %(number)s was due for review by %(due)s (every %(years)s years); unreviewed it is void.",
        ),
        ("年审(注册)后方可执法。", "Have it reviewed first."),
    ),
    "R07.lost": (
        ("证件 %(number)s 已挂失，尚未补办。", "Certificate %(number)s was reported lost and has not been reissued."),
        ("补办后方可执法。", "Have it reissued first."),
    ),
}
