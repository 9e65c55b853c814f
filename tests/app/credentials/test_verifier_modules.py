"""The scripts of the offline verifier, in Node where it is: the same vectors that the reference reader is held to."""

import re
import shutil
import subprocess

import pytest

from tests.conftest import PROJECT

FOLDER = PROJECT / "tests" / "app" / "credentials" / "verifier"
OLDEST = 20


def _node() -> str:
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node is not installed: the scripts of the verifier are tried in the browser journey only")
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    if int(said.lstrip("v").partition(".")[0]) < OLDEST:
        pytest.skip(f"Node {said.strip()} is older than {OLDEST}")
    return node


def test_the_scripts_read_every_vector_as_the_reference_does():
    command = [_node(), "--test", "--test-reporter=tap", str(FOLDER / "vectors.test.mjs")]
    ran = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=120, check=False)
    failed = re.findall(r"^not ok \d+ - (.*)$", ran.stdout, re.MULTILINE)
    assert failed == []
    assert ran.returncode == 0, ran.stderr
    assert len(re.findall(r"^ok ", ran.stdout, re.MULTILINE)) > 60
