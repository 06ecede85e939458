"""Whatever is held about a person or a subject is told to it: each table is in a portion, or on this list with the reason."""

import re

import pytest

from suxin.kernel.readers import PERSON, SUBJECT
from suxin.kernel.tables import Table, models
from suxin.rights.portions import PORTIONS
from suxin_server.model_registry import CONTEXTS

NOT_TOLD = {
    "account_closures": "that an account was closed and opened again is among the acts on record",
    "authorization_codes": "a minute's hash of a code, of a grant",
    "device_codes": "minutes' hashes of codes; deleted a day after they expired",
    "log_in_sessions": "hashes of browsers' cookies; deleted a day after they expired",
    "oauth_grants": "log-ins by the hash of a token; what was allowed by consent is told with the consents",
    "phone_codes": "keyed hashes of a phone and a code; deleted a day after they expired",
    "presentation_passes": "random numbers of codes that were shown; deleted a day after they expired",
    "subject_doors": "a keyed hash of the resident id, told as such with the identity",
}
PERSONAL = {"subject_id", "person_id", "openid"}


def about_people(model: type[Table]) -> bool:
    """Tell whether a subject or person reads rows of the table as such, or a doorway names one."""
    if model.__doorway__ is not None:
        return bool(PERSONAL & set(model.__table__.columns.keys()))
    return any(
        setting in reader.using
        for reader in model.__readers__
        if reader.command in ("ALL", "SELECT")
        for setting in (SUBJECT, PERSON)
    )


def test_every_table_about_people_is_told_or_listed_with_the_reason() -> None:
    assert CONTEXTS
    told = {table for portion in PORTIONS for table in portion.tables}
    about = {model.__tablename__ for model in models() if about_people(model)}
    assert len(about) > 15
    assert about - told - set(NOT_TOLD) == set()
    assert set(NOT_TOLD) & told == set()
    assert set(NOT_TOLD) <= {model.__tablename__ for model in models()}
    assert told <= about
    assert all(len(reason) > 20 for reason in NOT_TOLD.values())


@pytest.mark.parametrize("portion", PORTIONS, ids=lambda portion: portion.code)
def test_a_portion_is_erased_or_says_with_an_article_why_it_is_kept(portion) -> None:
    assert portion.erase is not None or portion.kept is not None
    assert all(re.search(r"[\u4e00-\u9fff]", zh) for zh in (portion.zh, *portion.fields.values()))
    assert set(portion.values) <= set(portion.fields)
    if portion.kept is not None:
        assert "《" in portion.kept.law_zh
        assert "条" in portion.kept.law_zh or "办法" in portion.kept.law_zh
        assert portion.kept.until_zh


def test_no_two_portions_share_a_name() -> None:
    codes = [portion.code for portion in PORTIONS]
    assert len(codes) == len(set(codes))
