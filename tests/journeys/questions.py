"""The trainers' plain text that the journey imports: keys in brackets and in a table, one broken."""

TOPIC = "行政处罚程序"
SINGLE = (
    ("适用普通程序办理案件，执法人员不得少于（ A ）。", ("两人", "一人", "三人", "五人"), "两名以上执法人员共同进行。"),
    (
        "执法人员与案件有直接利害关系的，应当（ C ）。",
        ("报告媒体", "继续办理", "回避", "委托他人签字"),
        "回避由负责人决定。",
    ),
    ("执法人员调查时首先应当（ B ）。", ("扣押物品", "出示执法证件", "通知家属", "收取押金"), "亮证执法。"),
    ("当事人有权陈述和（ D ）。", ("免责", "撤案", "索赔", "申辩"), "听取陈述申辩。"),
    ("先行登记保存的物品应当在（ B ）内处理。", ("三日", "七日", "十日", "三十日"), "逾期自动解除。"),
    ("行政处罚决定书应当在宣告后（ A ）交付当事人。", ("当场", "次年", "次月", "随时"), "当场交付。"),
    ("罚款决定与罚款收缴应当（ C ）。", ("合并", "委托", "分离", "免除"), "罚缴分离。"),
    ("同一个违法行为不得给予两次以上（ D ）处罚。", ("口头", "书面", "任何", "罚款"), "一事不再罚。"),
)
"""Stem with the key in brackets, options A to D, explanation."""
MULTIPLE = (
    ("行政处罚应当遵循的原则有（ ）。", ("公正", "公开", "保密", "过罚相当"), "ABD"),
    ("证据应当经审查（ ）方可作为定案根据。", ("真实", "转述", "关联", "合法"), "ACD"),
    ("可以当场作出的处罚种类有（ ）。", ("警告", "小额罚款", "吊销执照", "责令停产"), "AB"),
    ("下列属于证据的有（ ）。", ("传闻", "书证", "物证", "勘验笔录"), "BCD"),
)
JUDGEMENT = (
    ("没有法定依据的行政处罚无效。", "T"),
    ("执法人员可以只出示工作证代替执法证件。", "F"),
    ("行政机关不得因当事人申辩而加重处罚。", "T"),
    ("违法事实不清的也可以先行处罚。", "F"),
)
BROKEN = "这道题没有给出答案，应当被退回（ ）。"


def text() -> str:
    """The file as a trainer keeps it."""
    lines = ["一、单项选择题（每题5分）"]
    for number, (stem, options, said) in enumerate(SINGLE, 1):
        lines += [f"{number}. {stem}", *_options(options), f"解析：{said}"]
    lines += [f"{len(SINGLE) + 1}. {BROKEN}", *_options(("甲说", "乙说", "丙说", "丁说")), "二、多项选择题"]
    for number, (stem, options, _key) in enumerate(MULTIPLE, 1):
        lines += [f"{number}. {stem}", *_options(options)]
    lines.append("三、判断题")
    for number, (stem, key) in enumerate(JUDGEMENT, 1):
        lines.append(f"{number}. {stem}（ {'√' if key == 'T' else '×'} ）")
    answers = " ".join(f"{number}.{key}" for number, (_stem, _options, key) in enumerate(MULTIPLE, 1))
    return "\n".join([*lines, "参考答案", "二、多项选择题", answers, ""])


def _options(options: tuple[str, ...]) -> list[str]:
    return [f"{letter}. {option}" for letter, option in zip("ABCD", options, strict=True)]


def right_answers(stem: str) -> set[str]:
    """What is right for a question as the candidate sees it: the texts of the options, or T or F for a statement."""
    for written, options, _said in SINGLE:
        key = next(letter for letter in "ABCD" if f"（ {letter} ）" in written)
        if written.split("（")[0] in stem:
            return {options["ABCD".index(key)]}
    for written, options, keys in MULTIPLE:
        if written.split("（")[0] in stem:
            return {options["ABCD".index(key)] for key in keys}
    return next({key} for written, key in JUDGEMENT if written in stem)
