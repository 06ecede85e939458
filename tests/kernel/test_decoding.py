"""The decoder's messages, retold in Chinese."""

import pytest

from suxin.kernel.decoding import in_chinese


@pytest.mark.parametrize(
    ("message", "zh"),
    [
        ("Invalid enum value 'x'", "不在可选范围内"),
        ("Expected `str` matching regex '^a$'", "格式不正确"),
        ("Expected `str` of length <= 20", "长度应不大于 20"),
        ("Expected `int` < 3", "应小于 3"),
        ("Expected `array`, got `str`", "应为列表"),
        ("Expected `str | null`, got `int`", "应为文字"),
        ("Invalid UUID", "格式不正确"),
        ("", "格式不正确"),
    ],
)
def test_the_decoders_words_are_retold_in_chinese(message, zh):
    assert in_chinese(message) == zh
