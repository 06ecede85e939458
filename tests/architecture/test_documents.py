"""The tests that the documents name are there: a table that shows what the product keeps must not outlive its proofs."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NAMED = re.compile(r"`(?P<file>[a-z_]+/test_\w+\.py)(?:::(?P<test>test_\w+))?`")


@pytest.mark.parametrize(
    ("document", "fewest"), [("docs/law.md", 50), ("docs/api/consents.md", 20)]
)
def test_every_test_that_is_named_is_there(document: str, fewest: int) -> None:
    named = [
        (found["file"], found["test"])
        for found in NAMED.finditer((ROOT / document).read_text(encoding="utf-8"))
    ]
    assert len(named) >= fewest
    missing = []
    for file, test in named:
        path = ROOT / "tests" / file
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        if not text or (test is not None and f"def {test}(" not in text):
            missing.append(f"{file}::{test}")
    assert missing == []
