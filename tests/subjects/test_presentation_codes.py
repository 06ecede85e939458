"""Presentation codes as they are written: read back, mistyped, of another window, of another key."""

import json
import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suxin.subjects.models import PassKind
from suxin.subjects.presentation_codes import (
    PAPER_WINDOW,
    CodeUnreadable,
    proves,
    read_code,
    scanned_code,
    typed_code,
    window_of,
)

KEY = bytes(range(32))
NUMBERS = st.integers(0, 999_999)
WINDOWS = st.integers(0, 2**40)
MAKERS = Path(__file__).parents[2] / "mini_program_api/suxin_mini_program/assets/preview/codes.js"


@given(NUMBERS, WINDOWS)
def test_what_a_phone_shows_is_read_and_proved(number, window):
    for text in (
        typed_code(KEY, number, kind=PassKind.PHONE, window=window),
        scanned_code(KEY, number, window=window),
    ):
        shown = read_code(text)
        assert (shown.number, shown.kind) == (number, PassKind.PHONE)
        assert proves(shown, [KEY], [window])
        assert not proves(shown, [KEY[::-1]], [window])


@given(NUMBERS)
def test_what_paper_shows_is_read_and_proved(number):
    shown = read_code(typed_code(KEY, number, kind=PassKind.PAPER, window=PAPER_WINDOW))
    assert (shown.number, shown.kind) == (number, PassKind.PAPER)
    assert proves(shown, [KEY], [PAPER_WINDOW])


@given(NUMBERS, WINDOWS, st.integers(0, 11), st.integers(1, 9))
def test_one_wrong_digit_is_seen_before_anything_is_looked_up(number, window, place, more):
    code = typed_code(KEY, number, kind=PassKind.PHONE, window=window).replace(" ", "")
    wrong = str((int(code[place]) + more) % 10)
    with pytest.raises(CodeUnreadable):
        read_code(code[:place] + wrong + code[place + 1 :])


def test_a_code_is_typed_as_people_type():
    code = typed_code(KEY, 7, kind=PassKind.PHONE, window=1)
    assert re.fullmatch(r"\d{4} \d{4} \d{4}", code)
    full_width = "".join(chr(ord(one) + 0xFEE0) if one.isdigit() else one for one in code)
    assert read_code(full_width) == read_code(code) == read_code(code.replace(" ", "-"))
    assert read_code(f" {scanned_code(KEY, 7, window=1).lower()}\n").scanned


@pytest.mark.parametrize(
    "text",
    ["", "1234", "https://example.com/", "SXP1.12345.AAAA", "1" * 65, "²345 6789 0123", "\x00"],
)
def test_what_is_no_code_is_refused_by_name(text):
    with pytest.raises(CodeUnreadable) as refused:
        read_code(text)
    assert refused.value.field == "code"


def test_a_window_is_half_a_minute():
    moment = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
    assert window_of(moment) == window_of(moment + timedelta(seconds=29))
    assert window_of(moment + timedelta(seconds=30)) == window_of(moment) + 1


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not here")
def test_the_phones_own_codes_are_the_same():
    asked = [(0, 0), (7, 1), (999_999, 59_000_000), (123_456, 2**40)]
    program = (
        f"import {{ codesOf }} from '{MAKERS.as_uri()}';"
        f"const key = Uint8Array.from({list(KEY)});"
        f"const all = await Promise.all({json.dumps(asked)}.map(([n, w]) => codesOf(key, n, w)));"
        "console.log(JSON.stringify(all));"
    )
    made = subprocess.run(
        ["node", "--input-type=module", "-e", program],
        capture_output=True,
        check=True,
        text=True,
    )
    assert json.loads(made.stdout) == [
        {
            "typed": typed_code(KEY, number, kind=PassKind.PHONE, window=window),
            "scanned": scanned_code(KEY, number, window=window),
        }
        for number, window in asked
    ]
