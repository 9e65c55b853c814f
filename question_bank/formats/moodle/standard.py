"""What a Moodle question says where nobody chose anything: written by us, and not worth keeping where read."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from question_bank.formats.labels import Loss
from question_bank.formats.xml import Element

_COMMON = {"defaultgrade": "1.0000000", "penalty": "0.3333333", "hidden": "0"}
_ESSAY = {
    "responseformat": "editor",
    "responserequired": "1",
    "responsefieldlines": "15",
    "minwordlimit": "0",
    "maxwordlimit": "0",
    "attachments": "0",
    "attachmentsrequired": "0",
    "maxbytes": "0",
    "filetypeslist": "",
}
_ORDERING = {
    "layouttype": "VERTICAL",
    "selecttype": "ALL",
    "selectcount": "0",
    "gradingtype": "ABSOLUTE_POSITION",
    "showgrading": "SHOW",
    "numberingstyle": "none",
}
STANDARD: Mapping[str, Mapping[str, str]] = {
    "multichoice": {**_COMMON, "shuffleanswers": "true", "answernumbering": "ABCD", "showstandardinstruction": "0"},
    "truefalse": {**_COMMON, "penalty": "1.0000000"},
    "shortanswer": {**_COMMON, "usecase": "0"},
    "numerical": {**_COMMON, "unitgradingtype": "0", "unitpenalty": "0.1000000", "showunits": "3", "unitsleft": "0"},
    "matching": {**_COMMON, "shuffleanswers": "true"},
    "essay": {**_COMMON, "penalty": "0.0000000", **_ESSAY},
    "description": {**_COMMON, "defaultgrade": "0.0000000", "penalty": "0.0000000"},
    "match": {**_COMMON, "shuffleanswers": "true"},
    "multianswer": _COMMON,
    "cloze": _COMMON,
    "ordering": {**_COMMON, **_ORDERING},
    "ddmarker": {**_COMMON, "showmisplaced": "0", "shuffleanswers": "1"},
    "gapselect": {**_COMMON, "shuffleanswers": "1"},
    "ddwtos": {**_COMMON, "shuffleanswers": "1"},
}
_ALIKE = {"true": "1", "false": "0"}
_FLAGS = {"shownumcorrect", "showmisplaced"}  # being there is what they say
_FIVE_PLACES = Decimal("0.00001")
_SHARES = ((5, 6), (2, 3), (1, 3), (1, 6), (1, 7), (1, 8), (1, 9))
LISTED = frozenset(  # the percentages, without sign, that Moodle takes
    {Decimal(share) for share in (100, 90, 80, 75, 70, 60, 50, 40, 30, 25, 20, 10, 5, 0)}
    | {(Decimal(100) * share / of).quantize(_FIVE_PLACES) for share, of in _SHARES}
)
LOSES = (
    Loss(
        "options.feedback",
        "匹配题选项的反馈不写出。",
        "Feedback to the options of a matching question is not written.",
    ),
    Loss(
        "pictures",
        "匹配题选项中的图片不写出；图片按题干在前、选项在后排列。",
        "Pictures in options that are matched are not written; pictures of the stem come before those of options.",
    ),
    Loss("areas", "识图题的错误区域不写出。", "The wrong areas of a hotspot question are not written."),
    Loss("opaque", "只写出从Moodle读入的外来内容。", "Foreign content is written only where it came from Moodle."),
    Loss(
        "parts",
        "案例题写成一段说明和随后的各小题；小题自己的标签和保留的外来内容不写出。",
        "A case becomes a description and the questions after it; tags and foreign content of a part are not written.",
    ),
    Loss(
        "spaces",
        "文字首尾的空白不保留；完形填空答案中的连续空格合为一个。",
        "Blanks at either end of a text are not kept; runs of them in answers to gaps become one.",
    ),
    Loss(
        "numbers", "数字一律写成不带千分号的半角数字。", "Numbers are written in plain digits without thousands commas."
    ),
)


def is_standard(kind: str, element: Element) -> bool:
    """Whether a child of a question says nothing, or only what it says in every question."""
    name, said = str(element.tag), "".join(element.itertext()).strip()
    if name in _FLAGS and not said:
        return False
    if not said and not element.findall(".//file"):
        return True
    known = STANDARD[kind].get(name)
    return known is not None and len(element) == 0 and _same(said, known)


def _same(said: str, known: str) -> bool:
    said, known = _ALIKE.get(said.lower(), said), _ALIKE.get(known, known)
    if said.lower() == known.lower():
        return True
    try:
        return Decimal(said) == Decimal(known)
    except InvalidOperation:
        return False
