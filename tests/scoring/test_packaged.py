"""The models that come with the product: coherent, with a source for everything, and what public sources say of 西楚分."""

import pytest

from suxin.scoring.coherence import check_document
from suxin.scoring.documents import read_document
from suxin.scoring.packaged import FIRM_GRADE, PACKAGED, RURAL, XICHU, packaged_model
from suxin.subjects.catalogue import packaged
from suxin.subjects.models import SubjectKind
from suxin.subjects.shapes import SHAPES


@pytest.mark.parametrize("code", PACKAGED)
def test_a_packaged_model_is_coherent_and_says_what_is_demo_configuration(code):
    document = read_document(packaged_model(code))
    check_document(document)
    assert document.code == code
    assert "演示配置" in document.name
    assert "演示配置" in document.note
    assert len(document.sources) >= 3
    assert all(one.source for one in document.indicators)
    assert any(one.advice for one in document.indicators)


def test_xichu_is_what_public_sources_say_of_it():
    """Base 1000, monthly, eight tiers from AAA to D (The Economist 2019); 69 indicators, 1360 points are AAA (2018)."""
    document = read_document(packaged_model(XICHU))
    assert document.kinds == (SubjectKind.PERSON,)
    assert document.base == 1000
    assert len(document.indicators) == 69
    codes = [tier.code for tier in document.tiers]
    assert (len(codes), codes[0], codes[-1]) == (8, "AAA", "D")
    assert document.tiers[0].from_score <= 1360
    # Whoever has no record at all is not held to be untrustworthy.
    assert next(tier for tier in document.tiers if tier.from_score <= 1000).code == "BBB"


def test_the_grade_of_firms_counts_what_the_citys_plan_names():
    """宿政办发〔2021〕62号 §24: tax, social insurance, housing fund, utilities, storage, property, IP, contracts."""
    document = read_document(packaged_model(FIRM_GRADE))
    assert SubjectKind.PERSON not in document.kinds
    named = {"TAX-PAID", "SI-HEADCOUNT", "FUND-PAID", "UTILITY-PAID", "STORAGE-KEPT"}
    named |= {"PROPERTY-REGISTERED", "PATENT", "CONTRACT-KEPT"}
    assert named <= document.items


@pytest.mark.parametrize("code", PACKAGED)
def test_whatever_a_packaged_model_names_is_in_the_catalogue(code):
    """Its items, of persons where persons are scored; each key that it looks at with every value; and what speaks for what."""
    document = read_document(packaged_model(code))
    items = {one.code: one for one in packaged().items}
    assert document.items <= items.keys()
    for indicator in document.indicators:
        for item in indicator.items:
            shape = SHAPES[item]
            assert shape.polarity is indicator.polarity, (indicator.code, item)
            assert items[item].of_persons or SubjectKind.PERSON not in document.kinds, item
            assert shape.declarable is indicator.declared, (indicator.code, item)
            if indicator.where is not None:
                accepts = shape.keys[indicator.where.key]
                assert all(accepts(value) for value in indicator.where.values), indicator.code
            if indicator.amount_from_fen is not None or indicator.amount_below_fen is not None:
                assert shape.with_amount, (indicator.code, item)


BLOCKS = {
    "rural_household": (25, 15, 25, 25, 10),
    "rural_family_farm": (20, 25, 25, 20, 10),
    "rural_cooperative": (20, 20, 30, 20, 10),
    "rural_agri_enterprise": (35, 20, 25, 20),
    # Of these two the plan names the kind and nobody their weights: demo configuration.
    "rural_large_grower": (25, 25, 20, 20, 10),
    "rural_input_dealer": (35, 20, 25, 20),
}
"""What each block of a kind weighs, of 100 (docs/rural.md)."""
VETOES = {"DISHONEST-DEBTOR", "FOOD-SAFETY", "BENEFIT-FRAUD", "FAKE-GOODS"}


@pytest.mark.parametrize("code", RURAL)
def test_a_rural_model_weighs_its_blocks_as_is_written_and_can_give_all_of_it(code):
    document = read_document(packaged_model(code))
    assert tuple(one.most for one in document.dimensions) == BLOCKS[code]
    assert (document.base, document.least, document.most) == (0, 0, 100)
    assert all(
        sum(one.at_most for one in block.indicators if one.points > 0) >= block.most
        for block in document.dimensions
    )
    bounds = [(tier.code, tier.from_score) for tier in document.tiers]
    assert bounds == [("AAA", 90), ("AA", 80), ("A", 70), ("B", 60), ("C", 0)]
    assert document.panel_number is not None


@pytest.mark.parametrize("code", RURAL)
def test_whoever_is_on_a_list_that_excludes_is_held_at_the_lowest_grade(code):
    document = read_document(packaged_model(code))
    held = {item for one in document.indicators if one.tier_at_best == "C" for item in one.items}
    assert held >= VETOES
