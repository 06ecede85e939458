"""The cast of every sandbox: complete, well formed, and nobody."""

from datetime import date

from suxin.kernel.identifiers import check_phone, check_resident_id, check_uscc
from suxin.sandboxes.cast import CAST, SUBMIT
from suxin.sandboxes.models import SandboxEvent, SandboxOutcome
from suxin.subjects.catalogue import packaged
from suxin.subjects.contents import check_content
from suxin_server.demo.numbers import DISTRICT


def test_everybody_behaves_in_a_way_of_his_own() -> None:
    assert list(CAST) == list(SandboxOutcome)
    # A loan is the bank's to sign and draw first, so that no story comes to an instalment by itself.
    told = {event for part in CAST.values() for event in part.story}
    assert told == set(SandboxEvent) - {SandboxEvent.MISS_INSTALMENT}
    assert all(part.story[0] is SUBMIT for part in CAST.values())


def test_their_numbers_are_well_formed_and_nobodys() -> None:
    for part in CAST.values():
        assert check_uscc(part.uscc, field="uscc") == part.uscc
        found = check_resident_id(part.resident_id, field="residentId", today=date(2026, 11, 20))
        assert found.region == DISTRICT
        assert check_phone(part.phone, field="phone").startswith("1990000")
        assert part.uscc[2:8] == DISTRICT
    for name in ("uscc", "resident_id", "phone", "firm", "person"):
        assert len({getattr(part, name) for part in CAST.values()}) == len(CAST)


def test_what_is_on_record_about_them_is_in_the_catalogue() -> None:
    items = {item.code for item in packaged().items}
    for part in CAST.values():
        assert part.records
        for record in part.records:
            assert record.item_code in items
            check_content(record.item_code, record.content, amount_fen=record.amount_fen)
