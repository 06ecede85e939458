"""The demo city: no row contradicts a rule, the same ``now`` makes the same rows, and nobody real is in it."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from suxin.consent import jobs as consent_jobs
from suxin.kernel.actor import Actor
from suxin.kernel.audit_chain import seal, verify
from suxin.kernel.identifiers import check_phone, check_resident_id, check_uscc, is_adult
from suxin.kernel.performing import claim, perform
from suxin.kernel.sealing import Keyring, Sealer
from suxin.kernel.signing import ROTATE_TOPIC
from suxin.lending import jobs as lending_jobs
from suxin.lending.leads import MINIMUM_ANONYMITY_SET
from suxin.subjects.contents import check_content
from suxin.subjects.persons import NOT_PROVED
from suxin_server.demo import cast
from suxin_server.demo.city import DemoReport, build_demo_city
from suxin_server.demo.organisations import organisations
from suxin_server.demo.registry import write_registry

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
OPENIDS = {applicant.wechat: f"o-{applicant.wechat}" for applicant in cast.APPLICANTS}


CONTRADICTIONS = {
    "an offered request has an open offer, and no other has": """
        select r.id from loan_requests r
        where (r.state = 'OFFERED') <> exists (
            select 1 from offers o where o.request_id = r.id and o.state = 'OPEN')""",
    "an accepted request has one chosen offer, and no other has": """
        select r.id from loan_requests r
        where (r.state in ('ACCEPTED', 'CONTRACTED', 'DISBURSED'))::int <> (
            select count(*) from offers o where o.request_id = r.id and o.state = 'CHOSEN')""",
    "a signed or paid out request has one loan that stands there, and no other has": """
        select r.id from loan_requests r left join loans l on l.request_id = r.id
        where coalesce(l.state, '') is distinct from case r.state
            when 'CONTRACTED' then 'SIGNED' when 'DISBURSED' then 'DISBURSED' else '' end""",
    "an open request waits for a bank or lies in the pool": """
        select r.id from loan_requests r join lead_parties p on p.request_id = r.id
        join leads l on l.id = p.lead_id
        where r.state = 'OPEN' and not l.pool_open and not exists (
            select 1 from referrals f where f.lead_id = l.id and f.state in
            ('DISPATCHED', 'ACCEPTED', 'CONTACTED', 'DUE_DILIGENCE'))""",
    "a request that has ended leaves nothing waiting": """
        select r.id from loan_requests r join lead_parties p on p.request_id = r.id
        join leads l on l.id = p.lead_id left join referrals f on f.lead_id = l.id
        where r.state in ('WITHDRAWN', 'EXPIRED', 'UNMATCHED') and (l.pool_open or f.state in
        ('DISPATCHED', 'ACCEPTED', 'CONTACTED', 'DUE_DILIGENCE', 'OFFERED'))""",
    "a draft was sent to nobody": """
        select r.id from loan_requests r where r.state in ('DRAFT', 'SUBMITTED', 'MATCHING')
        and exists (select 1 from lead_parties p where p.request_id = r.id)""",
    "every referral that offers has a standing offer": """
        select f.id from referrals f where (f.state = 'OFFERED') <> exists (
            select 1 from offers o where o.referral_id = f.id and o.state in ('OPEN', 'CHOSEN'))""",
    "an open offer is still valid": "select id from offers where state = 'OPEN' and valid_until <= $1",
    "an expired offer is over": "select id from offers where state = 'EXPIRED' and valid_until > $1",
    "an active consent has exactly one live basis, any other none": """
        select c.id from consents c where (c.state = 'ACTIVE')::int <> (
            select count(*) from access_bases b where b.source_id = c.id and b.kind = 'consent'
            and b.ended_at is null and b.starts_at <= $1 and b.ends_at > $1
            and b.tenant_id = c.tenant_id and b.subject_id = c.subject_id
            and b.categories = c.categories and b.context_id is not distinct from c.context_id)""",
    "a live basis is a consent's or a chosen offer's": """
        select b.id from access_bases b where b.ended_at is null and b.ends_at > $1
        and not exists (select 1 from consents c where c.id = b.source_id and c.state = 'ACTIVE'
                        and c.tenant_id = b.tenant_id)
        and not exists (select 1 from offers o where o.id = b.source_id and o.state = 'CHOSEN'
                        and o.tenant_id = b.tenant_id)""",
    "a chosen offer has its contract basis and its snapshot": """
        select o.id from offers o where o.state = 'CHOSEN' and not (
            exists (select 1 from access_bases b where b.source_id = o.id and b.kind = 'contract')
            and exists (select 1 from decision_snapshots s where s.offer_id = o.id))""",
    "a snapshot is kept as long as its contract's basis, and has the duty of its end in the book": """
        select s.id from decision_snapshots s where not exists (
            select 1 from access_bases b join outbox d on d.payload ->> 'snapshot_id' = s.id::text
            where b.source_id = s.offer_id and b.kind = 'contract' and b.ends_at = s.kept_until
            and d.topic = 'lending.snapshot.erase' and d.not_before = s.kept_until)""",
    "nobody was contacted without having consented before": """
        select id from referrals where contacted_at is not null
        and (consented_at is null or consented_at > contacted_at)""",
    "a referral's moments follow each other": """
        select id from referrals where accepted_at < dispatched_at or contacted_at < accepted_at
        or decided_at < coalesce(contacted_at, accepted_at, dispatched_at)""",
    "nothing has happened after now": """
        select id from referrals where greatest(
            dispatched_at, accepted_at, consented_at, contacted_at, decided_at) > $1
        union all select id from offers where greatest(made_at, decided_at) > $1
        union all select id from consents where greatest(decided_at, ended_at) > $1
        union all select id from loan_requests where greatest(created_at, ended_at) > $1
        union all select id from audit_entries where at > $1""",
    "a consent came before its end": """
        select id from consents where ended_at < starts_at or decided_at > expires_at""",
    "a consent belongs to the referral of its bank and request": """
        select c.id from consents c where c.context_id is not null and not exists (
            select 1 from referrals f join lead_parties p on p.lead_id = f.lead_id
            where f.tenant_id = c.tenant_id and p.request_id = c.context_id)""",
    "a request for consent waits, was answered, or has lapsed, in time": """
        select id from consents where answer_by is not null and not case state
            when 'REQUESTED' then answer_by > $1 and decided_at is null
            when 'LAPSED' then ended_at = answer_by and decided_at is null
            else decided_at between requested_at and answer_by end""",
    "what was agreed has its artefact, and nothing else has": """
        select c.id from consents c where (c.state in ('REQUESTED', 'REJECTED', 'LAPSED')) = exists (
            select 1 from consent_artefacts a where a.consent_id = c.id
            and a.subject_id = c.subject_id and a.tenant_id = c.tenant_id)""",
    "a use came while the consent ran, and has its receipt": """
        select f.consent_id from consent_fetches f join consents c on c.id = f.consent_id
        where f.at < c.starts_at or f.at > least(c.expires_at, c.ended_at, $1)
        or (f.content is null) <> f.at_desk or f.categories <> c.categories or not exists (
            select 1 from audit_entries e where e.consent_id = c.id and e.at = f.at
            and e.action = 'data.read' and e.subject_id = f.subject_id)""",
    "no use is beyond the frequency": """
        select c.id from consents c join consent_fetches f on f.consent_id = c.id
        group by c.subject_id, c.id, f.period having count(*) > c.frequency_times""",
    "of a natural person a bank gets what he files himself": """
        select id from consents where natural_person and categories && array['tax',
            'social_insurance', 'penalties', 'environment']""",
    "a draft was never published": """
        select id from loan_products
        where status = 'DRAFT' and (version <> 0 or published_at is not null)""",
    "an offer keeps to its product": """
        select o.id from offers o join loan_products p on p.id = o.product_id
        where o.rate_bps not between p.min_rate_bps and p.max_rate_bps
        or o.amount_fen not between p.min_amount_fen and p.max_amount_fen""",
    "a matched request knows how every product fared": """
        select r.id from loan_requests r
        where r.state not in ('DRAFT', 'SUBMITTED', 'MATCHING')
        and (select count(*) from match_results m where m.request_id = r.id)
            <> case r.mode when 'named' then 1 else 61 end""",
    "a product that did not fit says why": """
        select product_id from match_results
        where eligible = (jsonb_array_length(reasons) > 0) or eligible <> (rank is not null)""",
    "a live referral has the duty of its next deadline in the book": """
        select f.id from referrals f, lateral (values
            ('DISPATCHED', 'accept_due', f.accept_by), ('ACCEPTED', 'contact_due', f.contact_by),
            ('ACCEPTED', 'decide_due', f.decide_by), ('CONTACTED', 'decide_due', f.decide_by),
            ('DUE_DILIGENCE', 'decide_due', f.decide_by)) as duty (state, topic, at)
        where f.state = duty.state and not exists (
            select 1 from outbox b where b.payload ->> 'referral_id' = f.id::text
            and b.topic = 'lending.referral.' || duty.topic and b.not_before = duty.at)""",
    "a mandate is the requester's": """
        select r.id from loan_requests r where not exists (
            select 1 from mandates m where m.subject_id = r.subject_id
            and m.person_id = r.person_id and m.ended_at is null and m.ends_at > $1)""",
}


@pytest.mark.parametrize("rule", CONTRADICTIONS)
async def test_no_row_contradicts_a_rule(built, rule: str):
    query = CONTRADICTIONS[rule]

    found = await built.column(query, *([NOW] if "$1" in query else []))

    assert found == []


async def test_what_tenants_are_counted_to_have_is_what_they_have(built):
    rows = await built.admin.fetch(
        "select q.name, sum(q.used) as used, case q.name"
        " when 'open_claims' then (select count(*) from leads where claimed_by is not null)"
        " when 'staff' then (select count(*) from staff)"
        " when 'branches' then (select count(*) from branches) end as found"
        " from quotas q where q.name <> 'products' group by q.name"
    )
    assert {row["name"]: row["used"] for row in rows} == {row["name"]: row["found"] for row in rows}
    assert len(rows) == 3


async def test_a_lead_hides_among_enough_subjects(built):
    shared = await built.column(
        "select distinct c.subjects from leads l left join population_cells c"
        " on c.kind = l.subject_kind and c.county_code = l.county_code"
        " and c.industry_section = l.industry_section"
    )

    assert min(int(str(count)) for count in shared) >= MINIMUM_ANONYMITY_SET


async def test_the_cells_count_every_organisation(built):
    everyone = await built.column(
        "select subjects from population_cells where kind = 'any' and county_code = '321300'"
    )

    assert everyone == [len(organisations())]


async def test_numbers_are_valid_and_belong_to_nobody():
    everyone = organisations()

    for organisation in everyone:
        person = organisation.representative
        assert check_uscc(organisation.uscc, field="uscc")[2:8] == "321399"
        checked = check_resident_id(person.resident_id, field="id", today=NOW.date())
        assert checked.region == "321399"
        assert is_adult(checked.birth_date, NOW.date())
        assert check_phone(person.phone, field="phone").startswith("1990000")
    assert len({organisation.uscc for organisation in everyone}) == len(everyone)
    identities = {organisation.representative.resident_id for organisation in everyone}
    assert len(identities) == len(everyone)
    assert all(tenant.name.endswith("（演示）") for tenant in cast.TENANTS)


async def test_records_hold_what_the_catalogue_says(built):
    rows = await built.admin.fetch(
        "select r.item_code, r.content, r.amount_fen, r.category = c.category as fits"
        " from credit_records r left join catalogue_items c on c.code = r.item_code"
    )

    for row in rows:
        check_content(row["item_code"], json.loads(row["content"]), amount_fen=row["amount_fen"])
    assert {row["fits"] for row in rows} == {True}
    codes = {row["item_code"] for row in rows}
    assert codes >= {"REG-BASIC", "TAX-GRADE", "TAX-PAID", "SI-HEADCOUNT", "HONOUR", "PENALTY"}
    # And what scores and grades count besides, of persons and of organisations.
    assert codes >= {"ECO-GRADE", "LICENCE", "VOLUNTEER-SERVICE", "UTILITY-PAID", "CONTRACT-KEPT"}
    assert len(codes) >= 20


async def test_no_name_or_number_of_a_person_lies_open(built):
    bare = re.compile(r"321399\d{11}[\dX]|1990000\d{4}")
    for table in ("subjects", "person_identities", "audit_entries", "notices", "outbox", "leads"):
        rows = await built.of(table, "t::text")
        assert [row for row in rows if bare.search(str(row))] == []
    people = await built.column("select name from subjects where kind = 'person'")
    assert all("*" in str(name) or name == NOT_PROVED for name in people)


async def test_a_second_build_changes_nothing(built):
    before = await _checksums(built)

    report = await build_demo_city(built.setting, now=NOW + timedelta(hours=1))

    assert report == DemoReport(built=False, rows={})
    assert await _checksums(built) == before


@pytest.mark.parametrize(
    "now",
    [
        NOW,
        datetime(2026, 11, 22, 9, 30, tzinfo=UTC),
        datetime(2027, 2, 12, 16, 0, 2, tzinfo=UTC),
    ],
    ids=["a Friday morning", "a Sunday", "the midnight after a holiday"],
)
async def test_the_same_now_makes_the_same_city(new_city, city_built_anew, now):
    async with new_city(now) as city:
        first = await _checksums(city)
        await _require_no_contradiction(city, now)
    async with city_built_anew(now) as city:
        second = await _checksums(city)

    assert first == second


SECRET_COLUMNS = {
    "person_identities": ("name_sealed", "resident_id_sealed", "phone_sealed"),
    "staff_log_ins": ("password_hash",),
    "consent_artefacts": ("jws",),
    "webhook_endpoints": ("secret_sealed",),
}
"""What is random on purpose: nonces, salts and signatures."""


OWN = {
    "audit_entries": "request_id = 'demo-city' and actor_kind <> 'system'",
    # What came in by a batch has ids of its reading.
    "credit_records": "batch_id is null",
    "outbox": f"topic <> '{ROTATE_TOPIC}'",
    "subjects": f"name <> '{NOT_PROVED}'",
    "subject_doors": f"not exists (select from subjects s where s.id = t.subject_id and s.name = '{NOT_PROVED}')",
}
"""Rows that are the city's, where the keys and the loading leave others beside them."""


async def _checksums(built) -> dict[str, str]:
    """Return a checksum of every table, but for what is random on purpose and the trail of the loading itself."""
    sums = {}
    for table in (*built.report.rows, "areas", "catalogue_items", "population_cells"):
        hidden = "".join(f" - '{name}'" for name in SECRET_COLUMNS.get(table, ()))
        found = await built.of(
            table,
            f"md5(coalesce(string_agg((to_jsonb(t){hidden})::text, '|'"
            f" order by (to_jsonb(t){hidden})::text), ''))",
            where=OWN.get(table, "true"),
        )
        sums[table] = str(found[0])
    return sums


def test_the_registry_names_who_represents_whom(tmp_path: Path):
    path = tmp_path / "registry.json"

    count = write_registry(path)
    first = path.read_bytes()
    write_registry(path)

    firms = json.loads(first)
    assert count == len(firms) == len(organisations())
    assert path.read_bytes() == first
    assert list(tmp_path.iterdir()) == [path]
    assert firms[cast.ZHANG_WEI.uscc] == {
        "name": "宿迁沭河木业有限公司",
        "legal_representative": {"name": "张伟", "resident_id": cast.ZHANG_WEI.resident_id},
    }


LATE = """
    select f.id from referrals f where (f.state = 'DISPATCHED' and f.accept_by <= $1)
    or (f.state in ('ACCEPTED', 'CONTACTED', 'DUE_DILIGENCE') and f.decide_by <= $1)
    or (f.state = 'ACCEPTED' and f.contact_by <= $1 and (f.mode = 'open_pool' or exists (
        select 1 from access_bases b join lead_parties p on p.subject_id = b.subject_id
        and p.request_id = b.context_id where p.lead_id = f.lead_id
        and b.tenant_id = f.tenant_id and b.ended_at is null and b.ends_at > $1)))"""
"""Referrals that wait past a deadline which the platform answers by itself."""


async def test_no_referral_is_late_that_the_platform_would_have_answered(built):
    assert await built.column(LATE, NOW) == []


async def _handled(session, job):
    """Stand for the message that another context sends."""


async def test_what_falls_due_on_the_first_day_is_carried_out(new_city):
    later = NOW + timedelta(hours=15)
    handlers = {
        **consent_jobs.handlers(Sealer(Keyring.generate())),
        **lending_jobs.handlers(),
        "kernel.notice.deliver": _handled,
    }
    async with new_city(NOW) as city:
        done = 0
        while claimed := await _claimed(city, later):
            for row in claimed:
                done += await perform(city.database, row.id, handlers, now=later)
        failed = await city.of("outbox", "error", where="error is not null")
        forgotten = await city.column(LATE, later)
        lapsed = await city.column("select count(*) from referrals where decided_at = $1", later)
        await _require_no_contradiction(city, later)

    assert failed == []
    assert forgotten == []
    assert done > 50
    assert lapsed[0] > 10


async def _claimed(city, now):
    async with city.database.transaction(Actor.system("test"), now=now) as session:
        return await claim(session, now=now)


async def _require_no_contradiction(city, now):
    for rule, query in CONTRADICTIONS.items():
        found = await city.column(query, *([now] if "$1" in query else []))
        assert (rule, found) == (rule, [])


async def test_its_audit_trail_can_be_sealed(new_city):
    async with new_city(NOW) as city:
        sealed = 1
        while sealed:
            async with city.setting.batch.transaction(Actor.system("test"), now=NOW) as session:
                sealed = await seal(session)
        async with city.setting.batch.transaction(Actor.system("test"), now=NOW) as session:
            proof = await verify(session)

    assert proof.broken_at is None
    assert proof.unsealed == 0
    assert proof.sealed > 3_000
