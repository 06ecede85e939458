"""One's household in the mini program: linked by resident id, and made a credit subject by its head, once."""

from uuid import uuid4

from small_villages import build_household, build_village

from suxin.villages.notice import CURRENT

KEY = str(uuid4())


async def test_a_head_links_himself_and_has_his_household_made_a_subject(applicant, small_city):
    before = (await applicant.get("/households")).json()
    assert (before["households"], before["links"]) == ([], [])
    missing = await applicant.post("/household-links/proof")
    assert (missing.status_code, missing.json()["code"]) == (404, "NOT_IN_REGISTER")
    village = await build_village(small_city)
    await build_household(small_city, village)
    linked = await applicant.post("/household-links/proof", key=KEY)
    assert linked.status_code == 200
    (own,) = linked.json()["households"]
    assert (own["number"], own["isHead"], own["subjectId"]) == ("1", True, None)
    assert own["relation"]["zh"] == "户主"
    again = await applicant.post("/household-links/proof", key=KEY)
    assert again.json() == linked.json()
    path = f"/households/{own['id']}/subject"
    old = await applicant.post(path, {"noticeVersion": "household/2020-01"})
    assert old.json()["code"] == "HOUSEHOLD_NOTICE_NOT_SHOWN"
    made = await applicant.post(path, {"noticeVersion": CURRENT.version})
    assert made.status_code == 201
    subject_id = made.json()["subjectId"]
    me = (await applicant.get("/me")).json()
    assert [(one["kind"]["zh"], one["mandate"]["role"]["zh"]) for one in me["subjects"] if one["id"] == subject_id] == [("农户", "户主")]  # fmt: skip
    twice = await applicant.post(path, {"noticeVersion": CURRENT.version})
    assert twice.json()["code"] == "HOUSEHOLD_LINKED"
    (link,) = (await applicant.get("/households")).json()["links"]
    ended = await applicant.delete(f"/household-links/{link['id']}")
    assert ended.json()["households"] == []


async def test_whoever_is_in_no_register_asks_a_village_that_there_is(applicant, small_city):
    village = await build_village(small_city)
    named = {"villageCode": village.code, "householdNumber": "77"}
    unknown = await applicant.post("/household-links", named)
    assert (unknown.status_code, unknown.json()["code"]) == (422, "HOUSEHOLD_UNKNOWN")
    await build_household(small_city, village, "77")
    asked = await applicant.post("/household-links", named)
    assert asked.status_code == 201
    twice = await applicant.post("/household-links", named)
    assert twice.json()["code"] == "HOUSEHOLD_LINK_ASKED"
    (link,) = (await applicant.get("/households")).json()["links"]
    assert link["state"]["zh"] == "待村居确认"
