"""What a person finds on his phone of a visit to a counter: who helped and saw, what he signed, and the permission itself."""

from counter_visits import Counter, helper_of


async def test_who_was_at_a_counter_finds_the_helper_among_his_readers_and_the_evidence_in_his_data(
    applicant, small_city
) -> None:
    counter = Counter(small_city, helper_of(small_city))
    await counter.known()
    asked = await counter.asked(small_city.person_id)
    await counter.decide(await counter.welcome(), asked)
    applicant.subject = None

    (read,) = {
        (one["reader"]["shortName"], one["purpose"]["zh"])
        for one in (await applicant.read("/data-reads"))["items"]
    }
    assert read == ("市信用办", "窗口帮办（本人在场）")
    page = (await applicant.get("/my-data/document")).text
    for words in (
        "窗口接待记录",
        "窗口读取身份证核验",
        "窗口签字凭据",
        "同意授权",
        "签名板手写签名",
        "代办窗口：宿迁市社会信用体系建设办公室（测试）",
        str(counter.helper.staff_id),
    ):
        assert words in page, words
    assert "image/png" not in page
    (given,) = (await applicant.read("/consents"))["items"]
    assert (given["id"], given["state"]["code"]) == (str(asked), "ACTIVE")
