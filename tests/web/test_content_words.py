"""The words for what a credit record holds: every key of every item of the catalogue has one."""

from suxin.subjects.shapes import SHAPES
from suxin_web.content_words import content_words


def test_no_key_of_an_item_is_shown_as_the_code_names_it():
    for item, shape in SHAPES.items():
        shown = content_words(dict.fromkeys(shape.keys, "7"))
        assert not any(character.isascii() and character.isalpha() for character in shown), item


def test_a_closed_value_is_shown_in_chinese():
    assert content_words({"authority": "市监局", "finding": "bad", "year": 2025}) == (
        "年度 2025，机关 市监局，结论 不良"
    )
    assert content_words({"court": "市中院", "number": "7", "kind": "过失"}) == (
        "种类 过失，法院 市中院，文号 7"
    )
