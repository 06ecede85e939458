"""Sandboxes over GraphQL: every snippet of the page for integrators, the clock of a sandbox at the edge, and what real banks are told."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

from observing import nothing_written

from suxin.kernel.actor import Actor, ActorKind
from suxin.sandboxes.models import SandboxOutcome
from suxin_graphql.context import Context
from suxin_graphql.ids import to_global
from suxin_graphql.trusted import OPERATIONS

PAGE = Path(__file__).parents[2] / "docs" / "api" / "sandbox.md"
SNIPPET = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)


async def test_every_snippet_of_the_page_is_run_in_its_order(
    tester, sandbox, sandbox_client_id, admin
):
    snippets = SNIPPET.findall(PAGE.read_text(encoding="utf-8"))
    kinds = [kind for kind, _ in snippets]
    assert kinds == ["json"] * len(kinds)
    assert len(snippets) >= 6
    known = {"CLIENT": sandbox_client_id}
    for _, text in snippets:
        body = json.loads(fill(text, known))
        operation = body.pop("operation")
        answer = await tester.post({"query": OPERATIONS[f"{operation}.graphql"], **body})
        assert answer.status_code == 200, answer.text
        assert "errors" not in answer.json(), answer.text
        [value] = answer.json()["data"].values()
        assert "code" not in value, value
        if operation == "sandbox_applicants":
            known |= {edge["node"]["outcome"]: edge["node"]["id"] for edge in value["edges"]}
        if operation == "sandbox_clock":
            later = sandbox.now + timedelta(days=10)
            known["LATER"] = later.isoformat()
        await sandbox.work()
    assert await admin.fetchval("select ahead_s from sandbox_clocks") > 0
    told = await tester.run("sandbox_conformance", clientId=sandbox_client_id)
    assert {one["behaviour"]: one["verdict"] for one in told["findings"]}[
        "VERIFIES_SIGNATURES"
    ] == "NOT_SEEN"


def fill(text: str, known: dict[str, str]) -> str:
    """Put what was learnt in the place of the names in angle brackets."""
    return re.sub(r"<(\w+)>", lambda found: known[found[1]], text)


async def first(tester, outcome):
    page = await tester.run("sandbox_applicants", first=20)
    assert [edge["node"]["outcome"] for edge in page["edges"]] == [
        one.value for one in SandboxOutcome
    ]
    return next(edge["node"] for edge in page["edges"] if edge["node"]["outcome"] == outcome)


async def test_what_an_applicant_does_is_what_the_bank_meets(tester, sandbox):
    applicant = await first(tester, "ACCEPTS_AT_ONCE")
    done = await tester.write("trigger_sandbox_event", key="trigger-1", applicantId=applicant["id"])
    assert done["replayed"] is False
    assert done["applicant"]["lastEvent"] == "SUBMIT_REQUEST"
    again = await tester.write(
        "trigger_sandbox_event", key="trigger-1", applicantId=applicant["id"]
    )
    assert again == {**done, "replayed": True}
    [edge] = (await tester.run("inbox", first=5))["referrals"]["edges"]
    assert edge["node"]["lead"]["number"] == done["applicant"]["leadNumber"]
    refused = await tester.write(
        "trigger_sandbox_event", applicantId=applicant["id"], event="ACCEPT_OFFER"
    )
    assert refused["code"] == "SANDBOX_NOTHING_TO_PLAY"
    node = await tester.data(
        "query ($id: ID!) { node(id: $id) { ... on SandboxApplicant { story referral { state } } } }",
        id=applicant["id"],
    )
    assert node["node"] == {
        "story": ["SUBMIT_REQUEST", "GIVE_CONSENT", "ACCEPT_OFFER"],
        "referral": {"state": "DISPATCHED"},
    }


async def test_the_edge_goes_by_the_sandboxs_clock(tester, sandbox, bank_a, clock):
    applicant = await first(tester, "NEVER_ANSWERS")
    await tester.write("trigger_sandbox_event", applicantId=applicant["id"])
    later = clock.now() + timedelta(days=20)
    moved = await tester.write("move_sandbox_clock", to=later.isoformat())
    assert moved["clock"]["aheadSeconds"] == timedelta(days=20).total_seconds()
    assert moved["clock"]["now"] == later.isoformat()
    counts = (await tester.run("inbox", first=1))["inboxCounts"]
    assert counts["overdue"] == 1
    backwards = await tester.write("move_sandbox_clock", to=clock.now().isoformat())
    assert backwards["code"] == "SANDBOX_CLOCK_BACKWARDS"
    far = await tester.write("move_sandbox_clock", to=(later + timedelta(days=900)).isoformat())
    assert far["code"] == "SANDBOX_CLOCK_TOO_FAR_AHEAD"
    # An endpoint that is made now is good now, whatever the sandbox's clock says.
    made = await tester.write(
        "create_webhook_endpoint",
        name="核心系统",
        url="https://bank.example/hook",
        eventTypes=["lending.offer.made"],
    )
    assert made["endpoint"]["createdAt"] == clock.now().isoformat()


async def test_a_real_bank_is_refused_by_name(bank_a, sandbox, admin):
    foreign = to_global(
        "SandboxApplicant",
        sandbox.cast[SandboxOutcome.FIRST_LOAN].id,
        bank_a.bank.officer,
    )
    async with nothing_written(admin):
        told = await bank_a.write("trigger_sandbox_event", applicantId=foreign)
        assert told["code"] == "SANDBOX_ONLY"
        moved = await bank_a.write("move_sandbox_clock", to="2026-12-20T09:00:00+08:00")
        assert moved["code"] == "SANDBOX_ONLY"
    assert (await bank_a.run("sandbox_applicants", first=5))["edges"] == []
    query = OPERATIONS["sandbox_clock.graphql"]
    assert await bank_a.codes(query) == ["SANDBOX_ONLY"]


async def test_a_lone_reading_is_of_the_clock_where_the_caller_is():
    """What a row policy compares with the time, such as whether a consent is open, is another moment in a sandbox."""
    moments = []

    async def read_alone(*_, now):
        moments.append(now)

    runtime = SimpleNamespace(database=SimpleNamespace(read_alone=read_alone))
    tester = Actor(kind=ActorKind.STAFF, request_id="x", ahead=timedelta(days=20))
    now = datetime(2026, 11, 20, 2, tzinfo=UTC)
    await Context(runtime=runtime, actor=tester, now=now, snapshot=None).alone().rows(None)
    assert moments == [now + timedelta(days=20)]
