"""GIFT taken apart into questions: runs of lines between blank ones, with the comments among them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_BRACES = re.compile(r"\\.|[{}]")
_GOES_ON = re.compile(r"[=~#%}]|(?:T|F|TRUE|FALSE)\s*[#}]", re.IGNORECASE)


@dataclass(slots=True)
class Block:
    """The lines of one question, and the comments among them; `line` is its first line in the file."""

    line: int
    lines: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    depth: int = 0  # braces that are open

    def add(self, number: int, line: str) -> None:
        """Take one line that says something."""
        if line.startswith("//"):
            self.comments.append(line)
            return
        self.line = self.line if self.lines else number
        self.lines.append(line)
        marks = [mark[0] for mark in _BRACES.finditer(line)]
        self.depth += marks.count("{") - marks.count("}")


def blocks(text: str) -> Iterator[Block]:
    """Questions, apart by blank lines; a blank line inside braces ends one only where no answer goes on."""
    lines = [line.strip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    following = _next_texts(lines)
    block: Block | None = None
    for number, line in enumerate(lines, 1):
        if block is None:
            block = Block(number) if line else None
        if block is None:
            continue
        if line.startswith("$CATEGORY:"):
            if block.lines:
                yield block
                block = Block(number)
            block.add(number, line)
        elif line:
            block.add(number, line)
            continue
        elif block.depth > 0 and _GOES_ON.match(following[number - 1]):
            continue
        yield block
        block = None
    if block is not None:
        yield block


def _next_texts(lines: list[str]) -> list[str]:
    """For each line the next one that says something."""
    found = [""] * len(lines)
    said = ""
    for index in range(len(lines) - 1, -1, -1):
        found[index] = said
        if lines[index] and not lines[index].startswith("//"):
            said = lines[index]
    return found
