"""Sealing: what is sealed opens only for its purpose and row, in both profiles; masks."""

import hashlib
import hmac
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suxin.kernel.masks import mask_account, mask_name, mask_phone, mask_resident_id
from suxin.kernel.refusals import Refusal
from suxin.kernel.sealing import MAX_PLAINTEXT_BYTES, Keyring, KeyringInvalid, SealBroken, Sealer

RING = Keyring({1: bytes(range(32))})
ROW = UUID("0190163d-8694-739b-aea5-966c26f8ad91")
PURPOSE = "person.resident_id"
VALUE = "321302199001010012"

# Sealed once and kept: what is stored must open in every later release.
SEALED_STANDARD = (
    "01010001033f983f5566b140f60724ddef7375d7600d37a921"
    "2efda9c7d33dad8de2a4ca5e600f7a4b423a191463a2ef5264"
)
SEALED_SM = (
    "010200016b5402f528dd4164705b3c38fe25f030e1005384fd"
    "332ed089c5d3b74af32d8a211dab4e22f50532db5904417859"
)

PROFILES = pytest.mark.parametrize("profile", ["standard", "sm"])


@PROFILES
@given(value=st.text(max_size=200))
def test_what_is_sealed_opens(profile, value):
    sealer = Sealer(RING, profile)
    assert sealer.open(sealer.seal(value, purpose=PURPOSE, row=ROW), purpose=PURPOSE, row=ROW) == (
        value
    )


@pytest.mark.parametrize(("profile", "algorithm"), [("standard", 1), ("sm", 2)])
def test_the_envelope_names_its_version_algorithm_and_key(profile, algorithm):
    blob = Sealer(RING, profile).seal(VALUE, purpose=PURPOSE, row=ROW)
    assert blob[:4] == bytes([1, algorithm, 0, 1])
    assert len(blob) == 4 + 12 + 18 + 16
    assert VALUE.encode() not in blob


@PROFILES
def test_the_same_value_never_seals_alike(profile):
    sealer = Sealer(RING, profile)
    assert len({sealer.seal(VALUE, purpose=PURPOSE, row=ROW) for _ in range(50)}) == 50


@PROFILES
def test_every_altered_byte_breaks_the_seal(profile):
    sealer = Sealer(RING, profile)
    blob = sealer.seal(VALUE, purpose=PURPOSE, row=ROW)
    for place in range(len(blob)):
        altered = bytearray(blob)
        altered[place] ^= 1
        with pytest.raises(SealBroken):
            sealer.open(bytes(altered), purpose=PURPOSE, row=ROW)


@PROFILES
def test_a_value_does_not_open_in_another_row_column_or_installation(profile):
    sealer = Sealer(RING, profile)
    blob = sealer.seal(VALUE, purpose=PURPOSE, row=ROW)
    for opener, purpose, row in [
        (sealer, PURPOSE, uuid4()),
        (sealer, "person.phone", ROW),
        (Sealer(Keyring.generate(), profile), PURPOSE, ROW),
    ]:
        with pytest.raises(SealBroken) as broken:
            opener.open(blob, purpose=purpose, row=row)
        assert VALUE not in str(broken.value)


@pytest.mark.parametrize("blob", [b"", b"\x01", b"\x01\x01\x00\x01" + b"\x00" * 27])
def test_a_value_cut_short_is_broken(blob):
    with pytest.raises(SealBroken, match="cut short"):
        Sealer(RING).open(blob, purpose=PURPOSE, row=ROW)
    with pytest.raises(SealBroken, match="cut short"):
        Sealer(RING).needs_rotation(blob)


def test_a_broken_seal_is_a_defect_not_a_refusal():
    assert not issubclass(SealBroken, Refusal)


def test_old_values_open_after_rotation_and_ask_to_be_sealed_again():
    old, ring = Sealer(RING), RING.rotated()
    new = Sealer(ring)
    blob = old.seal(VALUE, purpose=PURPOSE, row=ROW)
    assert ring.current == 2
    assert new.open(blob, purpose=PURPOSE, row=ROW) == VALUE
    assert old.needs_rotation(blob) is False
    assert new.needs_rotation(blob) is True
    again = new.seal(VALUE, purpose=PURPOSE, row=ROW)
    assert again[:4] == bytes([1, 1, 0, 2])
    assert new.needs_rotation(again) is False
    with pytest.raises(SealBroken, match="key version 2 is not on the keyring"):
        old.open(again, purpose=PURPOSE, row=ROW)


def test_either_profile_opens_the_other_and_wants_its_own():
    standard, sm = Sealer(RING, "standard"), Sealer(RING, "sm")
    blob = standard.seal(VALUE, purpose=PURPOSE, row=ROW)
    assert sm.open(blob, purpose=PURPOSE, row=ROW) == VALUE
    assert sm.needs_rotation(blob) is True
    assert standard.open(sm.seal(VALUE, purpose=PURPOSE, row=ROW), purpose=PURPOSE, row=ROW) == (
        VALUE
    )


def test_an_unknown_profile_is_a_defect():
    with pytest.raises(ValueError, match="standard or sm"):
        Sealer(RING, "rot13")


@pytest.mark.parametrize("purpose", ["", "Person", "person.", "a b", "a\0b", "姓名"])
def test_a_malformed_purpose_is_a_defect(purpose):
    sealer = Sealer(RING)
    with pytest.raises(ValueError, match="dotted lower-case name"):
        sealer.seal(VALUE, purpose=purpose, row=ROW)
    with pytest.raises(ValueError, match="dotted lower-case name"):
        sealer.blind_index(VALUE, purpose=purpose)


def test_a_value_beyond_the_limit_is_a_defect():
    with pytest.raises(ValueError, match="at most 65536 bytes"):
        Sealer(RING).seal("x" * (MAX_PLAINTEXT_BYTES + 1), purpose=PURPOSE, row=ROW)


@PROFILES
def test_a_blind_index_finds_equal_values_however_they_are_written(profile):
    sealer = Sealer(RING, profile)
    found = sealer.blind_index("11010519491231002X", purpose=PURPOSE)
    assert (len(found.digest), found.key_version) == (32, 1)
    assert sealer.blind_index(" 110105 19491231 002x ", purpose=PURPOSE) == found
    assert sealer.blind_index("１１０１０５１９４９１２３１００２Ｘ", purpose=PURPOSE) == found
    assert sealer.blind_index("110105194912310021", purpose=PURPOSE) != found
    assert sealer.blind_index("11010519491231002X", purpose="person.phone") != found


def test_a_value_is_looked_for_under_every_key_and_profile_the_current_one_first():
    old, new = Sealer(RING), Sealer(RING.rotated())
    kept = new.blind_index(VALUE, purpose=PURPOSE)
    assert kept.key_version == 2
    looked_for = new.blind_indexes(VALUE, purpose=PURPOSE)
    assert looked_for[0] == kept.digest
    assert looked_for[2:] == old.blind_indexes(VALUE, purpose=PURPOSE)
    assert old.blind_index(VALUE, purpose=PURPOSE).digest == looked_for[2]
    sm = Sealer(RING, "sm").blind_index(VALUE, purpose=PURPOSE)
    assert sm.digest == looked_for[3]
    assert len(set(looked_for)) == 4


def test_a_sealer_asks_for_the_keyring_each_time():
    rings = [RING]
    sealer = Sealer(lambda: rings[-1])
    old = sealer.seal(VALUE, purpose=PURPOSE, row=ROW)
    rings.append(RING.rotated())
    assert sealer.needs_rotation(old)
    assert sealer.seal(VALUE, purpose=PURPOSE, row=ROW)[:4] == sealer.current_header
    rings.append(rings[-1].without(1))
    with pytest.raises(SealBroken, match="key version 1 is not on the keyring"):
        sealer.open(old, purpose=PURPOSE, row=ROW)


def test_a_version_is_never_given_again_and_the_current_one_never_dropped():
    ring = RING.rotated().rotated().without(2)
    assert ring.versions == (3, 1)
    assert ring.rotated().current == 4
    for version, message in ((3, "is the current one"), (2, "is not on the keyring")):
        with pytest.raises(KeyringInvalid, match=message):
            ring.without(version)


def test_the_blind_index_is_hmac_sha256_under_a_key_derived_by_hkdf():
    # RFC 5869 by hand: stored indexes must be found by every later release.
    extracted = hmac.new(b"\0" * 32, bytes(range(32)), hashlib.sha256).digest()
    info = b"suxin/index/1/sha256/person.resident_id"
    key = hmac.new(extracted, info + b"\x01", hashlib.sha256).digest()
    expected = hmac.new(key, VALUE.encode(), hashlib.sha256).digest()
    assert Sealer(RING).blind_index(VALUE, purpose=PURPOSE) == (expected, 1)


def test_the_profiles_index_under_different_keys():
    standard, sm = Sealer(RING, "standard"), Sealer(RING, "sm")
    assert standard.blind_index(VALUE, purpose=PURPOSE) != sm.blind_index(VALUE, purpose=PURPOSE)


@pytest.mark.parametrize("value", ["", "  ", "\u3000"])
def test_an_empty_value_has_no_blind_index(value):
    with pytest.raises(ValueError, match="no blind index"):
        Sealer(RING).blind_index(value, purpose=PURPOSE)


@pytest.mark.parametrize(
    ("profile", "blob"),
    [
        ("standard", SEALED_STANDARD),
        ("sm", SEALED_SM),
    ],
)
def test_a_value_that_was_stored_still_opens(profile, blob):
    for opener in ("standard", "sm"):
        opened = Sealer(RING, opener).open(bytes.fromhex(blob), purpose=PURPOSE, row=ROW)
        assert opened == VALUE, profile


def test_a_keyring_survives_its_key_file():
    ring = Keyring.generate().rotated()
    again = Keyring.from_text(ring.to_text())
    assert again == ring
    assert again.current == 2
    assert Keyring.generate() != Keyring.generate()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        '{"format": "suxin-keyring-9"}',
        '{"format": "suxin-keyring-2", "current": 1, "secrets": {}}',
        '{"format": "suxin-keyring-2", "current": 1, "secrets": []}',
        '{"format": "suxin-keyring-2", "current": 1, "secrets": {"1": "??"}}',
        '{"format": "suxin-keyring-2", "current": 1, "secrets": {"1": "c2g="}}',
    ],
)
def test_a_file_that_is_no_keyring_is_named_without_its_text(text):
    with pytest.raises(KeyringInvalid) as invalid:
        Keyring.from_text(text)
    assert "c2g" not in str(invalid.value)
    assert invalid.value.__cause__ is None


@pytest.mark.parametrize(
    ("secrets", "current", "message"),
    [
        ({}, 0, "at least one"),
        ({0: b"k" * 32}, 0, "from 1 to 65535"),
        ({65_536: b"k" * 32}, 0, "from 1 to 65535"),
        ({1: b"k" * 31}, 0, "at least 32 bytes"),
        ({1: b"k" * 32}, 2, "current key version 2 has no secret"),
    ],
)
def test_a_keyring_that_cannot_work_is_a_defect(secrets, current, message):
    with pytest.raises(KeyringInvalid, match=message):
        Keyring(secrets, current)


def test_a_keyring_keeps_its_own_copy():
    secrets = {1: b"k" * 32}
    ring = Keyring(secrets)
    secrets.clear()
    assert ring.secrets == {1: b"k" * 32}


def test_no_secret_shows_in_a_repr():
    sealer = Sealer(RING)
    sealer.seal(VALUE, purpose=PURPOSE, row=ROW)
    assert repr(RING) == "Keyring(versions=[1], current=1)"
    assert repr(sealer) == "Sealer(profile=standard, keyring=Keyring(versions=[1], current=1))"
    assert str(sealer) == repr(sealer)


@pytest.mark.parametrize(
    ("mask", "value", "shown"),
    [
        (mask_resident_id, "321302199001010012", "321***********0012"),
        (mask_resident_id, "11010519491231002X", "110***********002X"),
        (mask_resident_id, "3213", "****"),
        (mask_phone, "13812345678", "138****5678"),
        (mask_phone, "0527-84368000", "*************"),
        (mask_name, "张三丰", "张**"),
        (mask_name, "张三", "张*"),
        (mask_name, "阿卜杜拉·买买提", "阿*******"),
        (mask_name, "张", "*"),
        (mask_name, "", ""),
        (mask_account, "6222021116001234567", "****4567"),
        (mask_account, "6222 0211 1600 1234 567", "****4567"),
        (mask_account, "1234567", "****"),
    ],
)
def test_masks_show_only_what_people_recognise(mask, value, shown):
    assert mask(value) == shown


def test_every_index_is_the_one_kept_now_and_all_that_may_be_kept():
    sealer = Sealer(Keyring({1: bytes(32), 2: bytes([7]) * 32}), "sm")
    own, known = sealer.every_index("321302198403120017", purpose="person.resident_id")
    assert own == sealer.blind_index("321302198403120017", purpose="person.resident_id")
    assert known == sealer.blind_indexes("321302198403120017", purpose="person.resident_id")
    assert (known[0], own.key_version, len(set(known))) == (own.digest, 2, 4)


def test_many_values_have_the_indexes_that_each_has_alone():
    sealer = Sealer(Keyring({1: bytes(32), 2: bytes([7]) * 32}))
    values = ["321302198403120017", "321302 198403120025", "32130219840312001X"]
    many = list(sealer.every_index_of(values, purpose="person.resident_id"))
    alone = [
        Sealer(sealer.keyring).every_index(one, purpose="person.resident_id") for one in values
    ]
    assert many == alone
    assert len({index for _, known in many for index in known}) == len(values) * 4
