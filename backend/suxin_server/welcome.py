"""What ``suxin up`` shows once everything answers: where to go, and who to be."""

import shlex
from collections.abc import Sequence
from typing import Final

from rich.console import Console
from rich.table import Table

from suxin_server.demo.log_in import DemoLogIn
from suxin_server.settings import USUAL_DATA_DIR, Settings

_PLACES = (
    ("银行与部门工作台", "desks", "/desk"),
    ("手机预览：我要贷款", "phone preview", "/preview"),
    ("GraphQL 接口文档", "GraphQL API", "/graphql/docs"),
    ("小程序接口文档", "mini program API", "/mp/v1/docs"),
    ("健康检查", "health", "/health/ready"),
    ("指标", "metrics", "/metrics"),
)


_SERVICES: Final = {
    "wechat": ("微信", "WeChat"),
    "identity": ("实名核验", "the identity proof"),
    "sms": ("短信", "SMS"),
    "repair": ("信用修复窗口", "the credit repair window"),
    "payscore": ("微信支付分", "WeChat Pay Score"),
    "tiers": ("本市信用评分系统", "the city's score system"),
    "town_app": ("网格通", "the town's grid app"),
}


def say_begun(console: Console | None = None) -> None:
    """Say at once that the start has begun: on a new machine it takes a while."""
    screen = console or Console()
    screen.print(
        "正在启动宿信，首次约需 15 秒 … · starting Suxin, about 15 s the first time …",
        highlight=False,
        soft_wrap=True,
    )


def show_welcome(
    settings: Settings,
    *,
    seconds: float,
    log_ins: Sequence[DemoLogIn] = (),
    stand_ins: Sequence[str] = (),
    founded: bool = True,
    console: Console | None = None,
) -> None:
    """Print the addresses and, for the demo city, its log-ins; else warn of what stands in for the outside world.

    A city that is not ``founded`` needs its operator first: the command that makes it is printed.
    """
    screen = console or Console()
    places = Table(title=f"宿信已启动，用时 {seconds:.1f} 秒 · Suxin is up", title_justify="left")
    for heading in ("入口", "Where", "URL"):
        places.add_column(heading, no_wrap=heading == "URL")
    for zh, en, path in _PLACES:
        places.add_row(zh, en, f"{settings.url}{path}")
    screen.print(places)
    if settings.demo:
        people = Table(title="演示账号 · Demo log-ins", title_justify="left")
        for heading in ("身份 Who", "账号 Log-in", "密码 Password", "入口 Where"):
            people.add_column(heading, overflow="fold")
        for one in log_ins:
            people.add_row(one.who, one.login, one.password, one.where)
        screen.print(people)
    elif stand_ins:
        _warn(screen, stand_ins)
    if not founded:
        _show_next_step(screen, settings)
    screen.print(
        f"数据目录 data folder: {settings.data_dir}\n"
        f"日志 logs: {settings.data_dir / 'logs'}\n"
        "按 Ctrl-C 停止 · press Ctrl-C to stop",
        highlight=False,
        soft_wrap=True,
    )


def _show_next_step(screen: Console, settings: Settings) -> None:
    # The command finds the database by the data folder, where that is not the usual one.
    usual = settings.data_dir.absolute() == USUAL_DATA_DIR.absolute()
    place = "" if usual else f"SUXIN_DATA_DIR={shlex.quote(str(settings.data_dir))} "
    screen.print(
        "下一步：本市还没有运营机构，请在另一个终端设立（换成贵单位的内容）\n"
        "NEXT: this city has no operator yet; make it in another terminal (with your own particulars)\n"
        f"  {place}suxin tenant create --kind operator --name 某市信用管理办公室"
        " --uscc 91321302MATE5T017A --contact 0527-00000000 --area 321302 --admin office",
        highlight=False,
        soft_wrap=True,
    )


def _warn(screen: Console, stand_ins: Sequence[str]) -> None:
    zh = "、".join(_SERVICES[service][0] for service in stand_ins)
    en = ", ".join(_SERVICES[service][1] for service in stand_ins)
    settings = ", ".join(f"SUXIN_{service.upper()}_BASE_URL" for service in stand_ins)
    screen.print(
        f"警告：{zh}由本机替身应答，任何人都能用演示代码登录，不可用于生产；请设置 {settings}\n"
        f"WARNING: stand-ins on this machine answer for {en}; anyone can log in with demo codes."
        f" Not for production; set {settings}",
        style="bold red",
        highlight=False,
        soft_wrap=True,
    )
