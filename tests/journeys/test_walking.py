"""A journey ends at its first wrong answer, says what was expected and what came, and tells it to whoever ran it."""

import httpx
import pytest

from suxin_server.journeys.walking import WrongAnswer, walk


def right(story: list[str]) -> str:
    story.append("walked")
    return "as it should be"


def wrong(_story: list[str]) -> str:
    raise WrongAnswer("201", "a wrong answer")


def silent(_story: list[str]) -> str:
    raise httpx.ReadTimeout("no answer came")


@pytest.mark.parametrize(
    ("failing", "expected", "got"),
    [(wrong, "201", "a wrong answer"), (silent, "有答复", "no answer came")],
)
def test_the_first_wrong_answer_ends_it(
    failing: object, expected: str, got: str, capsys: pytest.CaptureFixture[str]
) -> None:
    story: list[str] = []
    steps = [("先", right), ("错", failing), ("后", right)]
    assert walk("a title", story, steps) == 1  # type: ignore[arg-type] # steps of this test
    assert story == ["walked"]
    told = capsys.readouterr().out
    assert "✓  1 先" in told
    assert "✗  2 错" in told
    assert f"期望 · expected: {expected}" in told
    assert got in told.split("得到 · got: ")[1]
    assert "every answer was right" not in told


def test_all_right_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    story: list[str] = []
    assert walk("a title", story, [("先", right), ("后", right)]) == 0
    assert story == ["walked", "walked"]
    assert "every answer was right" in capsys.readouterr().out
