"""The workbook that a trainer downloads and fills: an example of each type, lists to choose from, and what to write."""

from decimal import Decimal

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.datavalidation import DataValidation

from question_bank.formats.fields import TYPE_NAMES
from question_bank.formats.tabular.columns import COLUMNS, LEVEL_NAMES, NAMED, NOT_IN_ROWS, PAPER_NAMES
from question_bank.formats.tabular.writing import book_of, saved
from question_bank.items import TRUE, Blank, Criterion, Item, ItemType, Option

ROWS = 2000  # rows that the lists reach
_STEM = "（示例，请覆盖）"
_CHOICES = (Option("A", "第一个选项"), Option("B", "第二个选项"), Option("C", "第三个选项"))
_GUIDE = (
    ("题型", "从下拉列表中选择；不定项选择题可写“不定项选择题”。"),
    ("题干", "填空处写作____或（ ）。"),
    ("选项", "写在选项A至选项H各列；也可合写在“选项”一列，每行一个，如“A. 警告”。两处只写一处。"),
    ("题目项", "匹配题左边的各项，每行一项。"),
    ("答案", "单选B；多选ABD；判断写正确或错误；排序按正确顺序写CAB；匹配写1B 2A；数值写15或15±0.5。"),
    ("答案", "填空每空一行，同一空的几种写法用|隔开，如：两|二|2；简答和案例分析写参考答案。"),
    ("评分要点", "简答和案例分析用，每行一点，末尾写分值，如：说出应当出示执法证件（2分）。"),
    ("法律、版本、条", "法律写简称；版本写通过或修订日期，如2021-01-22；条写42，第四十二条之一写42-1。"),
    ("难度", "预计答对率，0至1，如0.7。"),
    ("用时", "预计作答秒数，如60。"),
    ("合并单元格", "几行共用的题型、知识点、法律等可以合并；题干合并时，所跨各行作为一道题，选项可每行一个。"),
)


def template() -> bytes:
    """A workbook with the headings, an example of each type that a row can carry, lists to choose from, and a guide."""
    book = book_of(_examples())
    _add_lists(book)
    _add_guide(book)
    return saved(book)


def _examples() -> list[Item]:
    answers: dict[ItemType, tuple[tuple[Option, ...], tuple[str, ...]]] = {
        ItemType.SINGLE: (_CHOICES, ("B",)),
        ItemType.MULTIPLE: (_CHOICES, ("A", "C")),
        ItemType.TRUE_FALSE: ((), (TRUE,)),
        ItemType.ORDERING: (_CHOICES, ("C", "A", "B")),
    }
    items = [
        Item(f"EX-{number}", type_, _STEM + TYPE_NAMES[type_], options, key, "说明为什么。")
        for number, (type_, (options, key)) in enumerate(answers.items(), 1)
    ]
    two = (Blank(("两", "二", "2")), Blank(("七",)))
    point = (Criterion("说出应当出示执法证件", 2), Criterion("说出不少于两人", 1))
    return [
        *items,
        Item("EX-5", ItemType.FILL, f"{_STEM}应由{{{{1}}}}名执法人员在{{{{2}}}}日内完成。", (), (), blanks=two),
        Item("EX-6", ItemType.NUMERIC, f"{_STEM}多少日？", (), (), blanks=(Blank(("15",), Decimal(0)),)),
        Item("EX-7", ItemType.MATCHING, _STEM + "匹配题", _CHOICES, ("1B", "2A"), prompts=("第一项", "第二项")),
        Item(
            "EX-8", ItemType.CLOZE, f"{_STEM}先{{{{1}}}}后{{{{2}}}}。", (), (), blanks=(Blank(("甲",)), Blank(("乙",)))
        ),
        Item("EX-9", ItemType.SHORT_ANSWER, _STEM + "简答题", (), (), rubric=point, model_answer="参考答案。"),
        Item("EX-10", ItemType.CASE_ANALYSIS, _STEM + "案例分析题", (), (), rubric=point),
    ]


def _add_lists(book: Workbook) -> None:
    lists = {
        "type": [name for type_, name in TYPE_NAMES.items() if type_ not in NOT_IN_ROWS],
        "paper": list(PAPER_NAMES.values()),
        "level": list(LEVEL_NAMES.values()),
    }
    sheet = book["题目"]
    for column, names in lists.items():
        offered = DataValidation(type="list", formula1=f'"{",".join(names)}"', allow_blank=True)
        offered.errorTitle, offered.error = NAMED[column], "请从列表中选择。"
        offered.errorStyle = "warning"  # 不定项选择题 and other names that are read may be typed
        letter = sheet.cell(1, COLUMNS.index(column) + 1).column_letter
        offered.add(f"{letter}2:{letter}{ROWS}")
        sheet.add_data_validation(offered)


def _add_guide(book: Workbook) -> None:
    sheet = book.create_sheet("说明")
    for number, (name, said) in enumerate((("列", "怎样填写"), *_GUIDE), 1):
        sheet.cell(number, 1).value, sheet.cell(number, 2).value = name, said
        sheet.cell(number, 2).alignment = Alignment(wrap_text=True)
        sheet.cell(number, 1).font = Font(bold=True)
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 16, 90
