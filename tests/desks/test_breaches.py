"""After a leak: the operator's page tells whose data was read, and puts on record that it was asked (PIPL art. 57)."""

from dataclasses import replace

import pytest
from observing import acts, nothing_written
from small_city import BANK_USCCS

from suxin.consent.fetches import fetch_records

PAGE = "/desk/breaches"
SPAN = {"since": "2000-01-01T00:00", "until": "2100-01-01T00:00"}


@pytest.fixture
async def read(desks):
    """Something that the first bank's system has read."""
    city, bank = desks.city, desks.city.banks[0]
    submitted = await city.submit()
    granted = await city.consent(submitted.request.id, bank)
    client = replace(bank.officer, client_id="a-client", staff_id=None)
    await city.act(fetch_records, client, consent_id=granted.consent_id)


@pytest.mark.parametrize(
    "named", [{"codes": BANK_USCCS[0]}, {"clients": "a-client\r\nanother"}], ids=str
)
async def test_whose_data_was_read_is_told_and_the_question_is_on_record(
    desks, read, admin, words, named
):
    desk = await desks.operator()
    answer = await desk.post(PAGE, **SPAN, **named)
    assert answer.status_code == 200
    shown = words(answer.text)
    assert "涉及主体 1 个" in shown
    assert str(desks.city.firm_id) in shown
    assert "纳税信息" in shown
    assert answer.text.count('data-testid="breach-row"') == 1
    assert "沭河" not in answer.text
    assert await acts(admin, "consent.breach") == ["consent.breach.reported"]
    assert "查询泄露涉及的主体" in words(await desk.get("/desk/audit"))


async def test_what_nobody_read_concerns_nobody(desks, read, words):
    desk = await desks.operator()
    answer = await desk.post(PAGE, **SPAN, codes=BANK_USCCS[1])
    assert "涉及主体 0 个" in words(answer.text)
    assert "没有涉及的主体" in answer.text


async def test_a_long_list_says_where_the_whole_of_it_is(desks, read, words, monkeypatch):
    monkeypatch.setattr("suxin_tenants.operator.breach_pages.MAX_SHOWN", 0)
    desk = await desks.operator()
    shown = words((await desk.post(PAGE, **SPAN, clients="a-client")).text)
    assert "涉及主体 1 个" in shown
    assert "suxin audit scope" in shown


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        (SPAN, "请至少指定一家机构或一个客户端"),
        ({**SPAN, "codes": "91320000000000000X"}, "没有入驻机构使用这些代码：91320000000000000X"),
        ({**SPAN, "clients": " ".join(f"c{n}" for n in range(21))}, "一次最多 20 个"),
        ({**SPAN, "clients": "x", "since": ""}, "此项必填"),
        ({**SPAN, "clients": "x", "since": "昨天"}, "请填写日期和时间"),
        ({**SPAN, "clients": "x", "until": "1999-01-01T00:00"}, "应晚于开始时间"),
    ],
    ids=["nobody", "unknown", "too many", "no start", "no time", "backwards"],
)
async def test_what_cannot_be_asked_is_told_beside_the_field(desks, admin, sent, message):
    desk = await desks.operator()
    async with nothing_written(admin):
        answer = await desk.post(PAGE, **sent)
    assert answer.status_code == 422
    assert message in answer.text


async def test_only_who_holds_the_right_may_ask(desks, admin):
    for role, status in (("auditor", 403), ("credit_office", 403)):
        desk = await desks.operator(role)
        async with nothing_written(admin):
            answer = await desk.post(PAGE, **SPAN, clients="a-client")
        assert answer.status_code == status
        assert PAGE not in await desk.get("/desk/audit")
