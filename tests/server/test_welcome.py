"""What `suxin up` shows at the end: the demo's log-ins, or a warning of what stands in for the outside world."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from suxin_server.demo.cast import log_ins
from suxin_server.settings import Settings
from suxin_server.up import _OUTSIDE
from suxin_server.welcome import show_welcome


def shown(
    *,
    demo: bool = False,
    stand_ins: tuple[str, ...] = (),
    founded: bool = True,
    folder: str = "/srv/suxin",
    colours: bool = False,
) -> str:
    page = io.StringIO()
    show_welcome(
        Settings(data_dir=Path(folder), demo=demo),
        seconds=1,
        log_ins=log_ins() if demo else (),
        stand_ins=stand_ins,
        founded=founded,
        console=Console(
            file=page,
            width=200,
            force_terminal=colours,
            color_system="standard" if colours else None,
        ),
    )
    return page.getvalue()


def test_stand_ins_outside_a_demo_are_warned_of_in_red() -> None:
    told = shown(demo=False, stand_ins=("wechat", "identity", "sms", "repair"))
    assert (
        "警告：微信、实名核验、短信、信用修复窗口由本机替身应答，任何人都能用演示代码登录，不可用于生产"
        in told
    )
    assert (
        "WARNING: stand-ins on this machine answer for WeChat, the identity proof, SMS, the credit repair window;"
        " anyone can log in with demo codes. Not for production; set SUXIN_WECHAT_BASE_URL,"
        " SUXIN_IDENTITY_BASE_URL, SUXIN_SMS_BASE_URL, SUXIN_REPAIR_BASE_URL\n"
    ) in told
    assert "Demo log-ins" not in told
    red = "\x1b[1;31m"
    assert f"{red}警告" in shown(demo=False, stand_ins=("wechat",), colours=True)


def test_only_what_stands_in_is_named() -> None:
    told = shown(demo=False, stand_ins=("sms",))
    assert "answer for SMS;" in told
    assert "WeChat" not in told


@pytest.mark.parametrize("service", _OUTSIDE)
def test_whatever_may_be_stood_in_for_has_a_name(service: str) -> None:
    told = shown(demo=False, stand_ins=(service,))
    assert f"set SUXIN_{service.upper()}_BASE_URL\n" in told


def test_real_services_and_the_demo_city_need_no_warning() -> None:
    assert "WARNING" not in shown(demo=False, stand_ins=())
    demo = shown(demo=True, stand_ins=("wechat", "identity", "sms", "repair"))
    assert "WARNING" not in demo
    assert "Demo log-ins" in demo
    assert all(one.login in demo for one in log_ins())


def test_a_city_without_an_operator_is_told_how_to_make_one() -> None:
    told = shown(founded=False, folder="/srv/my city")
    assert "本市还没有运营机构" in told
    assert "this city has no operator yet" in told
    assert "SUXIN_DATA_DIR='/srv/my city' suxin tenant create --kind operator --name " in told
    assert "\n  suxin tenant create --kind operator " in shown(founded=False, folder=".suxin")
    assert "tenant create" not in shown(founded=True)
