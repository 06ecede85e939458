"""Every program in the guides for integrators is run by a test; what is only to be read names no language that runs."""

import json
import re
from pathlib import Path

GUIDES = Path(__file__).parents[2] / "docs" / "api"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.DOTALL | re.MULTILINE)
NAMED = re.compile(r"(?:#|//) \w[\w.]*\.\w+\b")
RUN_BY_NAME = {
    "oauth.md": "tests/interop/test_docs.py",
    "perks.md": "tests/journeys/test_till_guide.py",
    "quick-start.md": "tests/journeys/test_quick_start.py",
}
"""Each block that begins with the name of its file is written there and run."""

RUN_BY_LANGUAGE = {("rest.md", "python"), ("rest.md", "sh")}
"""Run by ``tests/journeys/test_documentation.py``, which takes the one block of its language."""


def test_every_program_is_run_by_a_test():
    unrun, seen = [], set()
    for page in sorted(GUIDES.glob("*.md")):
        for language, text in BLOCK.findall(page.read_text(encoding="utf-8")):
            if language == "json":
                json.loads(text)
            elif page.name in RUN_BY_NAME and NAMED.match(text):
                seen.add(page.name)
            elif (page.name, language) in RUN_BY_LANGUAGE - seen:
                seen.add((page.name, language))
            else:
                unrun.append(f"{page.name}: {language} {text[:60]!r}")
    assert unrun == []
    assert seen == set(RUN_BY_NAME) | RUN_BY_LANGUAGE


def test_those_tests_are_there_and_read_their_pages():
    root = GUIDES.parents[1]
    for page, test in {**RUN_BY_NAME, "rest.md": "tests/journeys/test_documentation.py"}.items():
        assert page in (root / test).read_text(encoding="utf-8")
