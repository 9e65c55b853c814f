"""A judgement can be made with nothing but the standard library."""

import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[3]
QUESTION = (
    "import sys, app.eligibility.judgement, app.eligibility.replay; "
    "print(sorted({'flask', 'sqlalchemy', 'pydantic', 'click', 'wtforms'} & set(sys.modules)))"
)


def test_judging_imports_no_web_no_database_and_no_pydantic():
    done = subprocess.run(
        [sys.executable, "-c", QUESTION], cwd=PROJECT, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"
