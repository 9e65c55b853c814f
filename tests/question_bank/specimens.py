"""Sound files of every format, small, for tests that damage them; and ways to damage a file."""

import io
import random
import zipfile

from question_bank.formats import native, tabular
from question_bank.formats.printing import write_docx
from question_bank.items import Blank, Citation, Criterion, Item, ItemType, Option

OPTIONS = (Option("A", "警告"), Option("B", "罚款"), Option("C", "拘留"))
ITEMS = (
    Item(
        "Q-1",
        ItemType.SINGLE,
        "罚款由谁决定（ ）",
        OPTIONS,
        ("B",),
        "因为。",
        citation=Citation("法", "2021-01-22", "4-1"),
    ),
    Item("Q-2", ItemType.MULTIPLE, "哪些（ ）", OPTIONS, ("A", "C"), tags=("常考",), difficulty=0.5),
    Item("Q-3", ItemType.TRUE_FALSE, "可以。（ ）", (), ("F",)),
    Item("Q-4", ItemType.FILL, "由{{1}}人", (), (), blanks=(Blank(("两", "2")),)),
    Item("Q-5", ItemType.SHORT_ANSWER, "简述", (), (), rubric=(Criterion("告知", 2),), model_answer="告知。"),
)
_TEXT = (
    "一、单选题（每题1分）\n1. 罚款由谁决定（B）\nA. 甲 B. 乙\nC. 丙\n解析：因为。\n法律：行政处罚法 第42条\n"
    "二、判断题\n1. 可以。（√）\n三、填空题\n1. 由____人。\n答案：两\n四、简答题\n1. 简述。\n答：告知。\n参考答案\n一、单选题\n1-1 B\n"  # noqa: E501
)
_GIFT = (
    "$CATEGORY: $course$/法律\n\n::一:: 谁决定？ {=甲#对 ~%50%乙 ~丙}\n\n::二:: 可以。{T#好}\n\n::三:: 多少日？{#15:0.5}\n\n"  # noqa: E501
    "::四:: 配对 {=立案 -> 一 =听证 -> 二 =决定 -> 三}\n\n::五:: 由 {=两 =2} 人\n\n::六:: 论述 {}\n"
)
_AIKEN = "谁决定？\nA. 甲\nB. 乙\nANSWER: B\n\n可以吗？\nA) 可以\nB) 不可以\nANSWER: A\n"
_MOODLE = (
    '<?xml version="1.0" encoding="UTF-8"?><quiz><question type="category"><category><text>$course$/法律</text></category>'  # noqa: E501
    '</question><question type="multichoice"><name><text>一</text></name><questiontext format="html"><text><![CDATA['
    '<p>谁决定？<img src="@@PLUGINFILE@@/a.png" alt="图"/></p>]]></text><file name="a.png" encoding="base64">iVBORw0KGgo='  # noqa: E501
    "</file></questiontext><defaultgrade>1</defaultgrade><penalty>0.3</penalty><single>true</single>"
    '<answer fraction="100"><text>甲</text><feedback><text>对</text></feedback></answer><answer fraction="-50"><text>乙</text>'  # noqa: E501
    '</answer><tags><tag><text>常考</text></tag></tags></question><question type="numerical"><name><text>二</text></name>'  # noqa: E501
    '<questiontext><text>多少？</text></questiontext><answer fraction="100"><text>15</text><tolerance>0.5</tolerance></answer>'  # noqa: E501
    '</question><question type="matching"><name><text>三</text></name><questiontext><text>配对</text></questiontext>'
    "<subquestion><text>立案</text><answer><text>一</text></answer></subquestion><subquestion><text>听证</text><answer>"
    "<text>二</text></answer></subquestion></question></quiz>"
)
_QTI = (
    '<?xml version="1.0" encoding="UTF-8"?><assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="Q1" '  # noqa: E501
    'title="一" adaptive="false" timeDependent="false"><responseDeclaration identifier="RESPONSE" cardinality="single" '
    'baseType="identifier"><correctResponse><value>A</value></correctResponse></responseDeclaration><outcomeDeclaration '  # noqa: E501
    'identifier="SCORE" cardinality="single" baseType="float"/><itemBody><choiceInteraction responseIdentifier="RESPONSE" '  # noqa: E501
    'shuffle="false" maxChoices="1"><prompt>谁决定？</prompt><simpleChoice identifier="A">甲</simpleChoice><simpleChoice '  # noqa: E501
    'identifier="B">乙</simpleChoice></choiceInteraction></itemBody><responseProcessing '
    'template="http://www.imsglobal.org/question/qti_v2p1/rptemplates/match_correct"/></assessmentItem>'
)
_MANIFEST = (
    '<?xml version="1.0" encoding="UTF-8"?><manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1" identifier="M1"><metadata>'  # noqa: E501
    "<schema>QTIv2.1 Package</schema><schemaversion>1.0.0</schemaversion></metadata><organizations/><resources><resource "  # noqa: E501
    'identifier="R1" type="imsqti_item_xmlv2p1" href="q1.xml"><file href="q1.xml"/></resource></resources></manifest>'
)


def packed(members: dict[str, bytes]) -> bytes:
    """A zip archive of these members."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in members.items():
            target.writestr(name, content)
    return stream.getvalue()


def unpacked(data: bytes) -> dict[str, bytes]:
    """The members of a zip archive."""
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        return {name: source.read(name) for name in source.namelist()}


def specimens() -> dict[str, bytes]:
    """A sound file of each format: file name → content."""
    rows = tabular.write_csv(ITEMS)
    return {
        "a.json": native.write(ITEMS),
        "a.txt": _TEXT.encode(),
        "gb.txt": _TEXT.encode("gb18030"),
        "wide.txt": _TEXT.encode("utf-16"),
        "a.csv": rows,
        "a.xlsx": tabular.write_xlsx(ITEMS),
        "a.docx": write_docx(ITEMS),
        "a.gift": _GIFT.encode(),
        "aiken.txt": _AIKEN.encode(),
        "moodle.xml": _MOODLE.encode(),
        "qti.xml": _QTI.encode(),
        "qti.zip": packed({"imsmanifest.xml": _MANIFEST.encode(), "q1.xml": _QTI.encode()}),
        "mixed.zip": packed({"a.txt": _TEXT.encode(), "子/a.csv": rows}),
    }


PIECES = (
    *(
        "",
        "\0",
        "\n",
        "\r",
        "\t",
        "\u200b",
        "\ufffd",
        "Ａ",
        "（",
        "）",
        "<",
        ">",
        "&",
        "]]>",
        "<!--",
        "<![CDATA[",
        "<?xml?>",
        "{",
        "}",
    ),
    *(
        "{{1}}",
        "{{99}}",
        "____",
        "答案：",
        "参考答案\n",
        "一、单选题\n",
        "1-5 ABCDA\n",
        "=",
        "~",
        "->",
        "#",
        "::",
        "//",
        "ANSWER: Z",
    ),
    *(
        "NaN",
        "Infinity",
        "1e999",
        "-1",
        "99999999999999999999",
        '"',
        "'",
        "\\",
        "|",
        ";",
        ",",
        "null",
        "[]",
        "\ud7ff",
        "😀",
        "𠮷",
    ),
    *(
        'w:val="999999999"',
        "<w:p/>",
        "<w:tbl/>",
        "<c/>",
        "&#0;",
        "&lol;",
        "<!DOCTYPE x>",
        '<!DOCTYPE a [<!ENTITY b "c">]>',
    ),
)


def damaged(data: bytes, rng: random.Random) -> bytes:
    """The file with a few small changes; of an archive, changes to its members or to the archive itself."""
    if data.startswith(b"PK") and rng.random() < 0.8:
        members = unpacked(data)
        for name in rng.sample(sorted(members), min(len(members), rng.randint(1, 2))):
            if rng.random() < 0.1:
                del members[name]
            else:
                members[name] = _changed(members[name], rng)
        return packed(members)
    return _changed(data, rng)


def _changed(data: bytes, rng: random.Random) -> bytes:
    found = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        start = rng.randrange(len(found) + 1)
        end = min(len(found), start + rng.choice((0, 1, 2, 8, 64, 512)))
        match rng.randrange(5):
            case 0:
                found[start:end] = rng.choice(PIECES).encode("utf-8", "surrogatepass")
            case 1:
                found[start:end] = found[start:end] * rng.randint(0, 3)
            case 2:
                found[start:end] = rng.randbytes(rng.randint(0, 8))
            case 3:
                other = rng.randrange(len(found) + 1)
                found[start:end] = found[other : other + rng.choice((4, 32, 256))]
            case _:
                found[start:start] = rng.choice(PIECES).encode("utf-8", "surrogatepass") * rng.choice((1, 2, 50))
    return bytes(found)
