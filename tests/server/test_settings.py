"""Settings: where they come from, what they hide, what is handed on to children."""

from pathlib import Path

import pytest

from suxin_server.faults import NotAvailable
from suxin_server.settings import Settings, child_environment, read_settings, wants_demo

GROUND = "宿政办发〔2021〕62号 第二十二条"
SECRETS = {
    "DATABASE_URL": "postgresql://suxin_app:geheim-1@db/suxin",
    "DATABASE_OWNER_URL": "postgresql://suxin_owner:geheim-2@db/suxin",
    "DATABASE_BATCH_URL": "postgresql://suxin_batch:geheim-3@db/suxin",
    "REDIS_URL": "redis://:geheim-4@cache/0",
    "SUXIN_SEALING_KEYS": "geheim-5",
    "SUXIN_WECHAT_APP_SECRET": "geheim-6",
    "SUXIN_IDENTITY_SECRET": "geheim-7",
    "SUXIN_SMS_API_KEY": "geheim-8",
    "SUXIN_METRICS_TOKEN": "geheim-9",
}


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("SUXIN_PORT", "8123")
    return read_settings(data_dir=Path("/srv/suxin"), demo=None)


def test_variables_are_read_and_a_command_line_wins(given: Settings) -> None:
    assert (given.port, given.data_dir, given.demo) == (8123, Path("/srv/suxin"), False)
    assert read_settings(port=9000).port == 9000
    assert given.need("database_url") == SECRETS["DATABASE_URL"]
    assert given.need("sealing_keys") == "geheim-5"


def test_no_representation_shows_a_secret(given: Settings) -> None:
    for shown in (repr(given), str(given), given.model_dump_json()):
        assert "geheim" not in shown


def test_a_child_reads_the_same_settings(given: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = child_environment(given)
    for name in SECRETS:
        monkeypatch.delenv(name)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert read_settings() == given


def test_a_child_is_not_given_what_it_must_not_hold(given: Settings) -> None:
    environment = child_environment(given, without=frozenset({"DATABASE_OWNER_URL"}))
    assert "DATABASE_OWNER_URL" not in environment
    assert "geheim-2" not in "".join(environment.values())
    assert environment["DATABASE_URL"] == SECRETS["DATABASE_URL"]


def test_models_from_outside_are_named_by_code() -> None:
    assert read_settings().models_from_outside == frozenset()
    named = read_settings(tiers_models=" xichu, firm_grade,", tiers_legal_basis=GROUND)
    assert named.models_from_outside == {"xichu", "firm_grade"}


@pytest.mark.parametrize(
    "given", [{"tiers_models": "xichu"}, {"tiers_base_url": "https://tiers.example"}]
)
@pytest.mark.parametrize("ground", ["", "  "])
def test_nobodys_number_is_sent_to_the_citys_system_without_a_ground(
    given: dict[str, object], ground: str
) -> None:
    """PIPL art. 13, 23."""
    with pytest.raises(NotAvailable, match="SUXIN_TIERS_LEGAL_BASIS"):
        read_settings(**given, tiers_legal_basis=ground)
    assert read_settings(**given, tiers_legal_basis=GROUND).tiers_legal_basis == GROUND


@pytest.mark.parametrize(
    ("given", "demo"),
    [
        ({}, True),
        ({"redis_url": "redis://cache/0", "data_dir": Path("/srv")}, True),
        ({"database_url": "postgresql://db/suxin"}, False),
        ({"wechat_base_url": "https://wechat.example"}, False),
        ({"identity_base_url": "https://identity.example"}, False),
        ({"sms_base_url": "https://sms.example"}, False),
        ({"repair_base_url": "https://repair.example"}, False),
        ({"tiers_base_url": "https://tiers.example", "tiers_legal_basis": GROUND}, False),
        ({"database_url": "postgresql://db/suxin", "demo": True}, True),
        ({"sms_base_url": "https://sms.example", "demo": True}, True),
        ({"demo": False}, False),
    ],
)
def test_the_demo_city_enters_nothing_real_unasked(given: dict[str, object], *, demo: bool) -> None:
    assert wants_demo(read_settings(**given)) is demo


def test_the_environment_may_ask_for_the_demo_city_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://db/suxin")
    assert not wants_demo(read_settings())
    monkeypatch.setenv("SUXIN_DEMO", "true")
    assert wants_demo(read_settings())
    assert not wants_demo(read_settings(demo=False))


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("0.0.0.0", "http://127.0.0.1:8000"),  # noqa: S104 - a setting, not a socket
        ("::", "http://[::1]:8000"),
    ],
)
def test_the_address_people_use(host: str, url: str) -> None:
    assert Settings(host=host).url == url
    assert (
        Settings(host=host, public_url="https://credit.example.cn/").url
        == "https://credit.example.cn"
    )
