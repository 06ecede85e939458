"""The public page on which anybody checks a consent artefact."""

import json

import pytest

from suxin.consent.artefacts import ArtefactTampered
from suxin.kernel.actor import Actor
from suxin.kernel.signing import KeyUse, ensure_signing_keys, read_keys
from suxin_server.consent_admin import KeysUnreadable, verify_artefact

CONTENT = {
    "ver": "1.0",
    "consentId": "c-1",
    "consentStart": "2026-11-20T02:00:00Z",
    "consentExpiry": "2026-12-20T02:00:00Z",
    "fiTypes": ["tax"],
    "DataConsumer": {"name": "第一银行", "contact": "95000"},
    "Purpose": {"text": "审核贷款申请"},
    "FIDataRange": {"from": "2021-11-20"},
}


@pytest.fixture
async def signed(small_city, clock):
    """An artefact, and the key set to verify it by."""
    now = clock.now()
    async with small_city.database.transaction(Actor.system("test"), now=now) as session:
        await ensure_signing_keys(session, sealer=small_city.sealer, now=now)
        keys = await read_keys(session, sealer=small_city.sealer, now=now)
    artefact = keys.sign(
        json.dumps(CONTENT).encode(), use=KeyUse.ARTEFACT, typ="consent-artefact+jws", now=now
    )
    return artefact, keys.published(now=now)


async def test_a_pasted_or_uploaded_artefact_is_read_out(web, signed) -> None:
    artefact, _ = signed
    assert "验证授权凭证" in (await web.get("/consent/verify")).text
    pasted = await web.post("/consent/verify", data={"artefact": artefact})
    assert pasted.status_code == 200, pasted.text
    assert "签名有效" in pasted.text
    for fact in ("第一银行", "审核贷款申请", "纳税信息", "c-1"):
        assert fact in pasted.text
    uploaded = await web.post("/consent/verify", files={"file": ("consent.jws", artefact.encode())})
    assert "签名有效" in uploaded.text


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda text: text[:-6] + "AAAAAA", "ARTEFACT_TAMPERED"),
        (lambda text: "不是凭证", "ARTEFACT_UNREADABLE"),
        (lambda text: "", "ARTEFACT_UNREADABLE"),
        (lambda text: "x" * 70_000, "ARTEFACT_UNREADABLE"),
    ],
    ids=["tampered", "no artefact", "empty", "too long"],
)
async def test_what_is_wrong_is_named(web, signed, change, code) -> None:
    answer = await web.post("/consent/verify", data={"artefact": change(signed[0])})
    assert answer.status_code == 422
    assert f'data-code="{code}"' in answer.text
    assert "签名有效" not in answer.text


async def test_the_command_line_verifies_offline_with_a_file_of_keys(
    signed, tmp_path, capsys
) -> None:
    artefact, jwks = signed
    file, keys = tmp_path / "consent.jws", tmp_path / "keys.json"
    file.write_text(artefact)
    keys.write_text(json.dumps(jwks))
    verify_artefact(file, str(keys))
    assert "签名有效 · the signature is valid" in capsys.readouterr().out
    with pytest.raises(KeysUnreadable):
        verify_artefact(file, str(tmp_path / "none.json"))
    file.write_text(artefact[:-6] + "AAAAAA")
    with pytest.raises(ArtefactTampered):
        verify_artefact(file, str(keys))
    assert capsys.readouterr().out == ""
