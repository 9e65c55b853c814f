"""What the findings say: qualification. Per code: message and remedy, each Chinese then English."""

from collections.abc import Mapping

from app.eligibility.findings import Both

WORDS: Mapping[str, tuple[Both, Both]] = {
    "R02.failed": (
        (
            "%(paper_zh)s考试不合格:%(score)s 分，合格线 %(mark)s 分(%(sat_on)s)。",
            "Failed %(paper_en)s: %(score)s, pass mark %(mark)s (%(sat_on)s).",
        ),
        (
            "%(next)s 起可以补考；合格前只能参加培训和从事辅助性事务。",
            "May sit again from %(next)s; until passed, train and assist only.",
        ),
    ),
    "R02.missing": (
        ("没有%(paper_zh)s的考试成绩。", "There is no result for the paper %(paper_en)s."),
        ("安排参加考试，或补录成绩。", "Admit the person to a sitting, or have the result recorded."),
    ),
    "R27.untrained": (
        (
            "%(hired_on)s 新录用，未完成初任培训(试用期至 %(last)s)。",
            "Hired on %(hired_on)s, initial training unfinished (probation through %(last)s).",
        ),
        ("继续培训；完成前不派驻、不执法。", "Continue training; no dispatch and no enforcement before."),
    ),
    "R27.probation": (
        ("尚在试用期内(至 %(last)s)。", "Still on probation, through %(last)s."),
        ("由有经验的执法人员带领。", "Pair with an experienced officer."),
    ),
    "R28.short": (
        (
            "%(year)s 年培训 %(hours)s 学时，应达 %(needed)s 学时，还差 %(short)s 学时，所余 %(left)s 天。",
            "%(hours)s of %(needed)s training hours in %(year)s: %(short)s short, %(left)s days left.",
        ),
        ("年内补足学时。", "Make up the hours within the year."),
    ),
    "R28.carried": (
        (
            "%(year)s 年培训 %(hours)s 学时，应达 %(needed)s 学时，差 %(short)s 学时未补。",
            "%(hours)s of %(needed)s training hours in %(year)s: %(short)s short and not made up.",
        ),
        ("补足上年学时。", "Make up last year's hours."),
    ),
    "R28.part": (
        (
            "%(year)s 年%(part_zh)s %(hours)s 学时，应达 %(needed)s 学时，还差 %(short)s 学时。",
            "%(hours)s of %(needed)s hours of %(part_en)s in %(year)s: %(short)s short.",
        ),
        ("补足该类学时。", "Make up the hours of this kind."),
    ),
    "R28.part-unknown": (
        (
            "%(year)s 年部分学时未分类，不能确定%(part_zh)s是否达到 %(needed)s 学时(已载 %(hours)s，差 %(short)s)。",
            "Some hours of %(year)s are unsorted: %(hours)s of %(needed)s are %(part_en)s, %(short)s short.",
        ),
        ("请补录学时类别。", "Have the kind of these hours recorded."),
    ),
    "R28.unknown": (
        ("%(year)s 年培训学时情况不明。", "The training hours of %(year)s are unknown."),
        ("请补录学时。", "Have the hours recorded."),
    ),
    "R39.open": (
        (
            "“%(programme_zh)s”尚未完成:%(tasks_zh)s;期限 %(deadline)s。",
            "%(programme_en)s: not yet done: %(tasks_en)s; deadline %(deadline)s.",
        ),
        ("期限届满前完成。", "Finish by the deadline."),
    ),
    "R39.overdue": (
        (
            "“%(programme_zh)s”期限 %(deadline)s 已过，尚未完成:%(tasks_zh)s。",
            "%(programme_en)s: the deadline %(deadline)s has passed; not done: %(tasks_en)s.",
        ),
        ("完成后方可执法。", "Finish it first."),
    ),
}
