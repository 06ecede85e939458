"""What a simulation shows of a city that has more moves than it shows."""

from datetime import timedelta

from city_rows import GIVEN
from small_scores import approved_model

from suxin.kernel.working_days import local_day
from suxin.scoring import queries
from suxin.scoring.packaged import FIRM_GRADE, packaged_model

SUBJECTS = """
    insert into subjects select (jsonb_populate_record(s,
        jsonb_build_object('id', gen_random_uuid(), 'uscc', 'MANY-' || n))).*
    from subjects s, generate_series(1, 22) n where s.id = $1"""
RECORDS = f"""
    insert into credit_records ({GIVEN}) select {GIVEN} from (select (jsonb_populate_record(r, jsonb_build_object(
        'subject_id', s.id, 'id', gen_random_uuid(), 'item_code', $3::text, 'polarity', $4::text,
        'content', $5::jsonb, 'occurred_on', $6::date, 'valid_until', null, 'published_until', null))).*
    from credit_records r, subjects s
    where r.subject_id = $1 and r.item_code = 'TAX-GRADE' and s.uscc = 'MANY-' || $2::int) made"""  # noqa: S608 - names


async def test_the_twenty_largest_moves_are_shown_up_and_down_alike(small_city, admin):
    """Grave penalties and national honours that fade, each firm's by its age, so that points lie apart."""
    firm, today = small_city.firm_id, local_day(small_city.now)
    await admin.execute(SUBJECTS, firm)
    for number in range(1, 11):
        day = today - timedelta(days=1095 - 73 * number)
        told = ("PENALTY", "negative", '{"class": "严重"}', day)
        await admin.execute(RECORDS, firm, number, *told)
    for number in range(11, 23):
        day = today - timedelta(days=1825 - 73 * (number - 10))
        told = ("HONOUR", "positive", '{"level": "国家级"}', day)
        await admin.execute(RECORDS, firm, number, *told)

    model_id = await approved_model(small_city, packaged_model(FIRM_GRADE))

    async with small_city.database.snapshot(small_city.operator, now=small_city.now) as session:
        shown = (await queries.model_row(session, small_city.operator, model_id)).simulation
    assert sum(one["people"] for one in shown["shifts"]) == 24
    # Of 23 moves the three smallest, by 9, 6 and 3 points, are left out.
    assert [move["after"] - move["before"] for move in shown["moves"]] == [
        *(130, -100, -90, -80, -70, -60, -50, -40, -30, 30, 30, 30),
        *(27, 24, 21, -20, 18, 15, 12, -10),
    ]
