"""Identifiers: valid samples, every way to be wrong, and no personal number in a refusal."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suxin.kernel.identifiers import (
    PhoneInvalid,
    ResidentIdInvalid,
    Sex,
    UsccChecksum,
    UsccMalformed,
    check_area_code,
    check_grid_code,
    check_phone,
    check_resident_id,
    check_uscc,
    is_adult,
)
from suxin.kernel.refusals import Invalid

TODAY = date(2026, 11, 20)
USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
RESIDENT_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def with_resident_check(first_17: str) -> str:
    """Complete a resident id by the table of GB 11643, apart from the code under test."""
    total = sum(
        int(digit) * weight for digit, weight in zip(first_17, RESIDENT_WEIGHTS, strict=True)
    )
    return first_17 + "10X98765432"[total % 11]


@pytest.mark.parametrize(
    "code",
    [
        "9144030071526726XG",
        "91330100799655058B",
        "91110000802100433B",
        "91321302MATE5T017A",
        "93321324MATE5T025T",
        "92321322MATE5T033U",
        "N2321324MFTE5T04X7",
        "54321324MFTE5T058J",
        "12321300MBTE5T0617",
    ],
)
def test_valid_unified_codes_pass(code):
    assert check_uscc(code, field="uscc") == code


@pytest.mark.parametrize(
    "text",
    [
        "91321302mate5t017a",
        " 9132 1302 MATE 5T01 7A ",
        "９１３２１３０２ＭＡＴＥ５Ｔ０１７Ａ",
        "91321302-MATE5T017-A",
    ],
)
def test_a_unified_code_is_kept_in_one_spelling(text):
    assert check_uscc(text, field="uscc") == "91321302MATE5T017A"


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("91321302MATE5T017", 17),
        ("91321302MATE5T017AA", 19),
        ("9132130IMATE5T017A", 18),
        ("9132I302MATE5T017A", 18),
        ("91321302MATE5T0I7A", 18),
        ("91321302MATE5T017Z", 18),
        ("信用宿迁", 4),
        ("91321302MATE5T017A" + " " * 60, 78),
    ],
)
def test_a_malformed_unified_code_is_refused_even_with_a_reason(text, length):
    with pytest.raises(UsccMalformed) as refused:
        check_uscc(text, field="firm.uscc", override_reason="营业执照原件如此")
    assert refused.value.field == "firm.uscc"
    assert refused.value.facts == {"length": length}
    assert refused.value.zh_message.endswith(f"这里有 {length} 位")


@pytest.mark.parametrize(
    ("code", "expected", "actual"),
    [
        ("91350100M000100Y4Z"[:17] + "4", "3", "4"),
        ("91350100M0001TGQXM", "1", "M"),
        ("91350211M0000XUF46", "R", "6"),
    ],
)
def test_a_wrong_check_character_is_refused_unless_a_reason_is_given(code, expected, actual):
    with pytest.raises(UsccChecksum) as refused:
        check_uscc(code, field="uscc")
    assert refused.value.facts == {"expected": expected, "actual": actual}
    assert refused.value.code == "USCC_CHECKSUM"
    # Not everyone who types a code may override the check: where one may, the page says so.
    assert refused.value.zh_message.endswith(f"应为 {expected}，这里是 {actual}")
    assert refused.value.en_message.endswith(f"call for {expected}")
    with pytest.raises(UsccChecksum):
        check_uscc(code, field="uscc", override_reason=" \t")
    assert check_uscc(code, field="uscc", override_reason="营业执照原件如此") == code


@given(st.integers(0, 16), st.sampled_from(USCC_ALPHABET))
def test_one_wrong_character_of_a_unified_code_never_passes(place, other):
    code = "91321302MATE5T017A"
    wrong = code[:place] + other + code[place + 1 :]
    if wrong == code:
        assert check_uscc(wrong, field="uscc") == code
        return
    with pytest.raises((UsccChecksum, UsccMalformed)):
        check_uscc(wrong, field="uscc")


@pytest.mark.parametrize(
    ("number", "birth_date", "sex", "region"),
    [
        ("321302199001010012", date(1990, 1, 1), Sex.MALE, "321302"),
        ("321324198512310029", date(1985, 12, 31), Sex.FEMALE, "321324"),
        ("321322200002291232", date(2000, 2, 29), Sex.MALE, "321322"),
        ("321311197707077777", date(1977, 7, 7), Sex.MALE, "321311"),
        ("11010519491231002X", date(1949, 12, 31), Sex.FEMALE, "110105"),
    ],
)
def test_a_resident_id_tells_birth_sex_and_region(number, birth_date, sex, region):
    found = check_resident_id(number, field="residentId", today=TODAY)
    assert (found.value, found.birth_date, found.sex, found.region) == (
        number,
        birth_date,
        sex,
        region,
    )


@pytest.mark.parametrize(
    "text", ["11010519491231002x", " 110105 19491231 002X", "１１０１０５１９４９１２３１００２Ｘ"]
)
def test_a_resident_id_is_kept_in_one_spelling(text):
    found = check_resident_id(text, field="residentId", today=TODAY)
    assert found.value == "11010519491231002X"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "应为 18 位，这里有 0 位"),
        ("321302900101001", "应为 18 位，这里有 15 位"),
        ("3213021990010100123", "应为 18 位，这里有 19 位"),
        ("32130219900101001A", "前 17 位应为数字，最后一位为数字或 X"),
        ("3213021990010100X2", "前 17 位应为数字，最后一位为数字或 X"),
        ("321302199001010013", "校验位不符，请核对每一位"),
        (with_resident_check("99130219900101001"), "前 2 位不是省级行政区划代码"),
        (with_resident_check("32130219900230001"), "第 7 至 14 位不是有效的日期"),
        (with_resident_check("32130219010229001"), "第 7 至 14 位不是有效的日期"),
        (with_resident_check("32130200000101001"), "第 7 至 14 位不是有效的日期"),
        (with_resident_check("32130220261121001"), "出生日期晚于今天"),
        (with_resident_check("32130218951231001"), "出生日期早于 130 年前"),
    ],
)
def test_an_impossible_resident_id_is_refused_without_being_repeated(text, reason):
    with pytest.raises(ResidentIdInvalid) as refused:
        check_resident_id(text, field="residentId", today=TODAY)
    assert refused.value.field == "residentId"
    assert refused.value.zh_message == f"身份证号码不正确：{reason}"
    assert refused.value.__cause__ is None
    assert not text or text not in f"{refused.value!r}{refused.value.en_message}"


def test_someone_born_today_has_a_resident_id():
    number = with_resident_check("32130220261120001")
    assert check_resident_id(number, field="residentId", today=TODAY).birth_date == TODAY


@given(
    st.dates(date(1900, 1, 1), TODAY), st.integers(0, 999), st.sampled_from(["321302", "654321"])
)
def test_every_well_made_resident_id_passes(born, serial, region):
    number = with_resident_check(f"{region}{born:%Y%m%d}{serial:03d}")
    found = check_resident_id(number, field="residentId", today=TODAY)
    assert found.birth_date == born
    assert found.sex is (Sex.MALE if serial % 2 else Sex.FEMALE)


@given(st.integers(0, 17), st.integers(0, 9))
def test_one_wrong_digit_of_a_resident_id_never_passes(place, other):
    number = "321302199001010012"
    wrong = number[:place] + str(other) + number[place + 1 :]
    if wrong == number:
        assert check_resident_id(wrong, field="id", today=TODAY).value == number
        return
    with pytest.raises(ResidentIdInvalid):
        check_resident_id(wrong, field="id", today=TODAY)


def test_a_resident_id_prints_masked():
    found = check_resident_id("321302199001010012", field="residentId", today=TODAY)
    assert repr(found) == "ResidentId(321***********0012)"
    assert str(found) == f"{found}" == "ResidentId(321***********0012)"


@pytest.mark.parametrize(
    ("birth_date", "today", "adult"),
    [
        (date(2008, 11, 20), date(2026, 11, 19), False),
        (date(2008, 11, 20), date(2026, 11, 20), True),
        (date(2008, 2, 29), date(2026, 2, 28), False),
        (date(2008, 2, 29), date(2026, 3, 1), True),
        (date(1949, 12, 31), date(2026, 1, 1), True),
        (date(2026, 1, 1), date(2026, 1, 1), False),
    ],
)
def test_adults_have_reached_eighteen(birth_date, today, adult):
    assert is_adult(birth_date, today) is adult


@pytest.mark.parametrize(
    "text",
    [
        "13812345678",
        "138 1234 5678",
        "138-1234-5678",
        "+86 13812345678",
        "8613812345678",
        "１３８１２３４５６７８",
    ],
)
def test_a_phone_is_kept_as_eleven_digits(text):
    assert check_phone(text, field="phone") == "13812345678"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1381234567",
        "138123456789",
        "12812345678",
        "0527-84368000",
        "+85213812345678",
        "13812345678x",
        "١٣٨١٢٣٤٥٦٧٨",
    ],
)
def test_another_number_is_refused_without_being_repeated(text):
    with pytest.raises(PhoneInvalid) as refused:
        check_phone(text, field="phone")
    assert refused.value.field == "phone"
    assert refused.value.facts == {}
    assert refused.value.zh_message == "手机号码应为 11 位、以 13 至 19 开头的中国大陆号码"


@pytest.mark.parametrize("code", ["321324", "321324102", "321324102200", "321324102200001"])
def test_area_codes_of_every_level_pass(code):
    assert check_area_code(code, field="areaCode") == code
    assert check_area_code(f" {code} ", field="areaCode") == code


@pytest.mark.parametrize(("text", "length"), [("", 0), ("3213", 4), ("32132a", 6), ("1" * 20, 20)])
def test_another_area_code_is_refused_with_its_length(text, length):
    with pytest.raises(Invalid) as refused:
        check_area_code(text, field="areaCode")
    assert refused.value.zh_message == (
        f"填写有误：区划代码应为 6、9、12 或 15 位数字，这里有 {length} 位"
    )


def test_a_grid_code_has_fifteen_digits():
    assert check_grid_code("３２１３２４１０２２００００１", field="gridCode") == "321324102200001"


@pytest.mark.parametrize("text", ["321324102200", "321324102200000", "32132410220000A", ""])
def test_another_grid_code_is_refused(text):
    with pytest.raises(Invalid) as refused:
        check_grid_code(text, field="gridCode")
    assert refused.value.field == "gridCode"
    assert refused.value.zh_message == (
        f"填写有误：网格代码应为 15 位数字（12 位村级代码 + 001 至 999），这里有 {len(text)} 位"
    )
