"""No resident id, phone or credential reaches a log, whichever way it comes."""

import io
import json
import logging
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from suxin_server.logs import (
    REDACTED,
    configure_logging,
    redact_text,
    redact_value,
)

RESIDENT_ID = "321302199001010012"
PHONE = "13800138000"

digits = st.sampled_from("0123456789")
resident_ids = st.builds(
    "{}{:05d}{:04d}{:02d}{:02d}{:03d}{}".format,
    st.integers(1, 9),
    st.integers(0, 99_999),
    st.integers(1800, 2099),
    st.integers(1, 12),
    st.integers(1, 31),
    st.integers(0, 999),
    st.sampled_from("0123456789Xx"),
)
phones = st.builds("1{}{:09d}".format, st.integers(3, 9), st.integers(0, 999_999_999))
# What may stand around a number in a sentence: anything but more digits, and X, which would belong to it.
around = st.text(
    st.characters(exclude_categories=["Nd", "No", "Nl", "Cs"], exclude_characters="XxＸｘ"),
    max_size=12,
)
FULL_WIDTH = {ord(half): chr(ord(half) + 0xFEE0) for half in "0123456789Xx"}


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    stream = io.StringIO()
    configure_logging("json", stream=stream)
    yield stream
    structlog.reset_defaults()
    root.handlers, root.level = handlers, level


def refuse(whom: str) -> None:
    raise ValueError(f"no person {whom}")


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


@given(before=around, secret=st.one_of(resident_ids, phones), after=around, wide=st.booleans())
def test_numbers_are_redacted_anywhere_in_any_text(
    before: str, secret: str, after: str, *, wide: bool
) -> None:
    shown = secret.translate(FULL_WIDTH) if wide else secret
    for value in (
        f"{before}{shown}{after}",
        {"note": [f"{before}{shown}{after}"]},
        {f"{before}{shown}{after}": 1},
        (f"{before}{shown}{after}".encode(),),
        ValueError(f"{before}{shown}{after}"),
    ):
        told = str(redact_value(value))
        assert secret not in told
        assert shown not in told


@given(secret=phones)
def test_a_phone_that_comes_as_a_number_is_redacted(secret: str) -> None:
    assert redact_value({"called": int(secret)}) == {"called": REDACTED}


@given(
    token=st.text(st.sampled_from("abcXYZ0189-._~+/"), min_size=8, max_size=60),
    scheme=st.sampled_from(["Bearer", "bearer", "DPoP"]),
)
def test_bearer_tokens_are_redacted(token: str, scheme: str) -> None:
    assert redact_text(f"got {scheme} {token} from") == f"got {scheme} {REDACTED} from"


@given(made=st.uuids())
def test_request_ids_stay_whole(made: uuid.UUID) -> None:
    assert redact_text(f"request {made} done") == f"request {made} done"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("身份证321302199001010012，电话13800138000。", "身份证[redacted],电话[redacted]。"),
        ("321302 19900101 0012", REDACTED),
        ("32130219900101001x", REDACTED),
        ("+86 138-0013-8000", REDACTED),
        ("008613800138000", REDACTED),
        (
            "postgresql://suxin_app:pa55@127.0.0.1/suxin",
            "postgresql://suxin_app:[redacted]@127.0.0.1/suxin",
        ),
        ("redis://:geheim@127.0.0.1:1/0", "redis://:[redacted]@127.0.0.1:1/0"),
        ("Cookie: desk=abc; other=def", "Cookie: [redacted]"),
        ("set-cookie=desk=abc; Path=/", "set-cookie=[redacted]"),
        ("a eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln b", "a [redacted] b"),
        (
            "GET /sns/jscode2session?js_code=demo-li&x=1",
            "GET /sns/jscode2session?js_code=[redacted]&x=1",
        ),
        ("/callback?code=abcdef&state=1", "/callback?code=[redacted]&state=1"),
        # What stays: a date, an amount, a code of an area, a unified social credit code, a status code.
        ("2026-11-22T09:01:38.096123Z", "2026-11-22T09:01:38.096123Z"),
        (
            "amount_fen=1000000000 county 321302，status_code=200",
            "amount_fen=1000000000 county 321302，status_code=200",
        ),
        ("91321300MA1X2Y3Z4A", "91321300MA1X2Y3Z4A"),
        ("993213021990010100123", "993213021990010100123"),
    ],
)
def test_texts(text: str, shown: str) -> None:
    assert redact_text(text) == shown


def test_secret_names_hide_whatever_they_hold() -> None:
    assert redact_value(
        {
            "Authorization": "x",
            "password": 7,
            "headers": {"cookie": ["a"], "accept": "b"},
            "refresh_token": None,
            "session_key": b"1",
        }
    ) == {
        "Authorization": REDACTED,
        "password": REDACTED,
        "headers": {"cookie": REDACTED, "accept": "b"},
        "refresh_token": None,
        "session_key": REDACTED,
    }


def test_depth_is_bounded() -> None:
    endless: list[Any] = [PHONE]
    endless.append(endless)
    told = str(redact_value(endless))
    assert PHONE not in told
    assert told.count("[") < 60


def test_every_line_says_request_tenant_and_kind_of_actor(written: io.StringIO) -> None:
    with structlog.contextvars.bound_contextvars(
        request_id="r-1", tenant_id="t-1", actor_kind="staff"
    ):
        structlog.get_logger("suxin.test").info("opened", figure=3)
    structlog.get_logger("suxin.test").info("closed")
    opened, closed = lines(written)
    assert {
        name: opened[name]
        for name in ("event", "figure", "request_id", "tenant_id", "actor_kind", "level")
    } == {
        "event": "opened",
        "figure": 3,
        "request_id": "r-1",
        "tenant_id": "t-1",
        "actor_kind": "staff",
        "level": "info",
    }
    assert "request_id" not in closed


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_libraries_and_tracebacks_are_redacted_too(written: io.StringIO, log_format: str) -> None:
    configure_logging(log_format, stream=written)  # type: ignore[arg-type] # one of the two
    try:
        refuse(RESIDENT_ID)
    except ValueError:
        logging.getLogger("library").exception("calling %s", PHONE, extra={"phone": PHONE})
        structlog.get_logger("ours").exception("failed", who={"id": RESIDENT_ID})
    told = written.getvalue()
    assert RESIDENT_ID not in told
    assert PHONE not in told
    assert told.count(f"ValueError: no person {REDACTED}") == 2
    assert f"calling {REDACTED}" in told


def test_a_stream_that_takes_nothing_stops_nobody(written: io.StringIO) -> None:
    log = structlog.get_logger("suxin.test")
    log.info("before")
    written.close()
    log.info("after")


@pytest.mark.parametrize("figure", [12_999_999_999, -5, 0])
def test_figures_below_the_lowest_phone_stay(figure: int) -> None:
    assert redact_value({"figure": figure}) == {"figure": figure}
