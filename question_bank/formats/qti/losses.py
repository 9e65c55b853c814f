"""What a question loses on its way through a QTI package and back."""

from question_bank.formats.labels import Loss

LOSES: tuple[Loss, ...] = (
    Loss(
        "texts",
        "文字首尾的空白略去，不间断空格变为普通空格。",
        "Blanks at the ends of a text are cut, and no-break spaces become plain ones.",
    ),
    Loss(
        "pictures",
        "图片的次序不保留：题干的在前，选项的在后。",
        "The order of pictures is not kept: those beneath the stem come before those of the options.",
    ),
    Loss(
        "blanks.accepted",
        "数字答案统一为半角，不带千位分隔（１,000写作1000）。",
        "Numbers become plain digits without thousands commas (1,000 becomes 1000).",
    ),
    Loss("options.worth", "选项的分值比例保留七位小数。", "The worth of options keeps seven decimals."),
    Loss(
        "parts",
        "案例题各小题自己的编号、标签和附带内容不写出，读回时按案例题编号。",
        "Code, labels and foreign content of a case's questions are not written; they are numbered after the case.",
    ),
    Loss(
        "opaque",
        "完整保留的原题中，图片地址改为内容包内的新地址。",
        "Pictures inside an item that is kept whole get their new addresses in the package.",
    ),
)
"""Every other field reads back equal."""
