"""The words for what a credit record holds: every key of every item of the catalogue has one."""

from suxin.subjects.contents import SHAPES
from suxin_web.content_words import content_words


def test_no_key_of_an_item_is_shown_as_the_code_names_it():
    for item, shape in SHAPES.items():
        shown = content_words(dict.fromkeys(shape.keys, "7"))
        assert not any(character.isascii() and character.isalpha() for character in shown), item


def test_a_closed_value_is_shown_in_chinese():
    assert content_words({"number": "HT-7", "title": "供货合同", "kept": "no"}) == (
        "名称 供货合同，文号 HT-7，履约 未履约"
    )
    assert content_words({"kind": "patent", "number": "ZL1", "title": "脱粒机"}) == (
        "名称 脱粒机，种类 专利，文号 ZL1"
    )
