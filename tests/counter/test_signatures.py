"""A signature that is kept is a whole, small PNG with something on it; whatever else comes is refused before it is sealed."""

import struct
import zlib

import pytest
from counter_visits import data_url, png
from hypothesis import given
from hypothesis import strategies as st

from suxin.counter.signatures import (
    MAX_SIDE_PIXELS,
    MAX_SIGNATURE_BYTES,
    SignatureUnusable,
    check_paper_number,
    check_signature,
    check_terminal_ref,
)
from suxin.kernel.refusals import Invalid


def test_a_picture_of_the_pad_is_taken_as_it_is():
    assert check_signature(data_url()) == data_url().partition(",")[2]


def noisy(side: int) -> bytes:
    """Return a picture that does not pack, so that it is large."""
    picture = bytearray(png(side, side))
    return bytes(picture) + b"\0" * MAX_SIGNATURE_BYTES


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        ("", "未收到"),
        ("data:image/jpeg;base64,AAAA", "未收到"),
        ("data:image/png;base64,%%%", "损坏"),
        (data_url(b"GIF89a" + b"\0" * 40), "损坏"),
        (data_url(png()[:-8]), "损坏"),
        (data_url(png().replace(b"IDAT", b"IDAX")), "损坏"),
        (data_url(png()[:20] + b"\xff" + png()[21:]), "损坏"),
        (data_url(png(MAX_SIDE_PIXELS + 1, 8)), "损坏"),
        (data_url(noisy(40)), "过大"),
        (data_url(png(ink=False)), "为空"),
        (data_url(png(40, 4)), "为空"),
    ],
    ids=[
        "nothing",
        "another kind",
        "no base64",
        "a gif",
        "cut off",
        "another chunk",
        "a broken checksum",
        "too wide",
        "too large",
        "an empty pad",
        "a dot",
    ],
)
def test_what_is_no_signature_is_refused_with_the_reason(sent, why):
    with pytest.raises(SignatureUnusable) as refused:
        check_signature(sent)
    assert why in refused.value.zh_message
    assert refused.value.field == "signature"


def test_a_picture_that_unpacks_to_more_than_it_says_is_refused_without_being_unpacked():
    head = struct.pack(">IIBBBBB", 40, 20, 8, 6, 0, 0, 0)
    bomb = zlib.compress(b"\0" * 20_000_000, 9)
    chunks = ((b"IHDR", head), (b"IDAT", bomb), (b"IEND", b""))
    picture = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content)) + kind + content + zlib.crc32(kind + content).to_bytes(4)
        for kind, content in chunks
    )
    with pytest.raises(SignatureUnusable, match="damaged"):
        check_signature(data_url(picture))


@given(st.binary(max_size=300))
def test_any_bytes_are_a_signature_or_refused(content):
    with pytest.raises(SignatureUnusable):
        check_signature(data_url(b"\x89PNG\r\n\x1a\n" + content))


def test_numbers_are_read_as_people_type_them():
    assert check_paper_number(" sq-２０２６-000123 ") == "SQ-2026-000123"
    assert check_terminal_ref("sd20261129 - 0001") == "SD20261129-0001"
    for number in ("", "12345", "A" * 33, "编号123456", "-123456"):
        with pytest.raises(Invalid):
            check_paper_number(number)
