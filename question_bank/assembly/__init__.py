"""Drawing a paper from a pool by a seed, making parallel papers, and proving that papers keep their specification.

docs/assembly.md describes the model; `programme` and `rules` hold it, `checking` proves the result without it, and
`clash` tells why there is no paper.
"""

from question_bank.assembly.assembling import Assembly, Difference, Method, Status, assemble, differences
from question_bank.assembly.checking import check_assembly, check_form
from question_bank.assembly.clash import Clash, clashes
from question_bank.assembly.drawing import draw
from question_bank.assembly.forms import Form, Placed, Problem
from question_bank.specification import Exposure, PoolItem

__all__ = [
    "Assembly", "Clash", "Difference", "Exposure", "Form", "Method", "Placed", "PoolItem", "Problem", "Status",
    "assemble", "check_assembly", "check_form", "clashes", "differences", "draw",
]  # fmt: skip
