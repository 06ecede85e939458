"""What ``suxin up`` shows once everything answers: where to go, and who to be."""

from collections.abc import Sequence
from typing import Final

from rich.console import Console
from rich.table import Table

from suxin_server.settings import Settings

_PLACES = (
    ("银行与部门工作台", "desks", "/desk"),
    ("手机预览：我要贷款", "phone preview", "/preview"),
    ("GraphQL 接口", "GraphQL API", "/graphql"),
    ("小程序接口文档", "mini program API", "/mp/v1/docs"),
    ("健康检查", "health", "/health/ready"),
    ("指标", "metrics", "/metrics"),
)


_SERVICES: Final = {
    "wechat": ("微信", "WeChat"),
    "identity": ("实名核验", "the identity proof"),
    "sms": ("短信", "SMS"),
}


def show_welcome(
    settings: Settings,
    *,
    seconds: float,
    stand_ins: Sequence[str] = (),
    console: Console | None = None,
) -> None:
    """Print the addresses and, for the demo city, its log-ins; else warn of what stands in for the outside world."""
    screen = console or Console()
    places = Table(title=f"宿信已启动，用时 {seconds:.1f} 秒 · Suxin is up", title_justify="left")
    for heading in ("入口", "Where", "URL"):
        places.add_column(heading, no_wrap=heading == "URL")
    for zh, en, path in _PLACES:
        places.add_row(zh, en, f"{settings.url}{path}")
    screen.print(places)
    if settings.demo:
        # It loads the whole core, which only the table needs.
        from suxin_server.demo_city import log_ins  # noqa: PLC0415 - see above

        people = Table(title="演示账号 · Demo log-ins", title_justify="left")
        for heading in ("身份 Who", "账号 Log-in", "密码 Password", "入口 Where"):
            people.add_column(heading, overflow="fold")
        for row in log_ins():
            people.add_row(*row)
        screen.print(people)
    elif stand_ins:
        _warn(screen, stand_ins)
    screen.print(
        f"数据目录 data folder: {settings.data_dir}\n"
        f"日志 logs: {settings.data_dir / 'logs'}\n"
        "按 Ctrl-C 停止 · press Ctrl-C to stop",
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
