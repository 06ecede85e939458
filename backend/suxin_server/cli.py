"""The command line ``suxin``: one command for each thing an operator does.

What a command needs is imported when it runs, so that each starts as fast as it can. Whatever is expected to go wrong is
one clear line in Chinese and English and an exit code; the codes are those of ``suxin_server.faults``.
"""

import sys
from pathlib import Path
from typing import Final

import click

from suxin.kernel.refusals import Refusal
from suxin_server.command_loading import load, own_settings, settings_of
from suxin_server.faults import Fault
from suxin_server.keeping_commands import audit, backup, keys, restore

REFUSED: Final = 2
INTERRUPTED: Final = 130
SCHEMA_FILE: Final = Path("graphql/schema.graphql")
ERRORS_FILE: Final = Path("docs/api/errors.md")
SECTORS: Final = [
    "eat",
    "stay",
    "travel",
    "tour",
    "shop",
    "leisure",
    "medical",
    "school",
    "work",
    "elderly",
    "approval",
]
"""``suxin.perks.states.Sector``, whose import would make every command slower."""


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="suxin", message="%(version)s")
def cli() -> None:
    """宿信 Suxin：城市信用平台 · the credit platform of a city."""


for _kept in (keys, audit, backup, restore):
    cli.add_command(_kept)


@cli.command()
@click.option("--host", help="监听地址 · address to listen on [127.0.0.1]")
@click.option("--port", type=click.IntRange(1, 65_535), help="端口 · port [8000]")
@click.option(
    "--data-dir", type=click.Path(file_okay=False, path_type=Path), help="数据目录 [.suxin]"
)
@click.option(
    "--demo/--no-demo",
    default=None,
    help="是否载入演示城市 · with the demo city, or without [仅当没有自备数据库和外部服务]",
)
def up(host: str | None, port: int | None, data_dir: Path | None, *, demo: bool | None) -> None:
    """启动全部服务 · Start everything on this machine."""
    settings = settings_of(host=host, port=port, data_dir=data_dir, demo=demo)
    load("suxin_server.up", "run_up")(settings)


@cli.command()
def migrate() -> None:
    """升级数据库结构 · Bring the database to the newest revision."""
    settings = settings_of()
    load("suxin_server.migration", "migrate")(settings.need("database_owner_url"))
    click.echo("数据库结构已是最新 · the database is at the newest revision")


@cli.command()
def worker() -> None:
    """运行后台任务 · Run the background jobs."""
    load("suxin_server.worker", "run_worker")(settings_of())


@cli.command()
@click.option("--host", help="监听地址 · address to listen on [127.0.0.1]")
@click.option("--port", type=click.IntRange(1, 65_535), help="端口 · port [8000]")
def serve(host: str | None, port: int | None) -> None:
    """运行网页与接口服务 · Run the web server."""
    load("suxin_server.web", "serve")(settings_of(host=host, port=port))


@cli.command(hidden=True)
def demo() -> None:
    """载入演示城市 · Load the demo city; nothing happens when it is there already."""
    load("suxin_server.demo_city", "load")(settings_of(demo=True))


@cli.group()
def tenant() -> None:
    """租户管理 · Tenants."""


@tenant.command("create")
@click.option(
    "--kind",
    required=True,
    type=click.Choice(["operator", "bank", "merchant", "attraction", "village_grid"]),
    help="机构类型 · kind of tenant",
)
@click.option("--name", required=True, help="机构名称 · name")
@click.option("--short-name", help="简称 · short name [名称前 20 字]")
@click.option("--uscc", required=True, help="统一社会信用代码 · unified social credit code")
@click.option(
    "--contact", required=True, help="对外联系方式，授权告知书会写明 · contact shown to people"
)
@click.option("--area", "area_code", required=True, help="行政区划代码 · area code")
@click.option(
    "--admin", "admin_login", required=True, help="首个管理员账号 · log-in of the administrator"
)
@click.option("--admin-name", help="管理员姓名 · name of the administrator [管理员]")
@click.option("--sandbox", is_flag=True, help="银行的沙箱 · a bank's sandbox, apart from the city")
def create_tenant(**given: str | bool | None) -> None:
    """新建租户 · Create a tenant."""
    click.echo(load("suxin_server.tenant_admin", "create_tenant")(settings_of(), **given))


@tenant.command("second-factor")
@click.option("--uscc", required=True, help="统一社会信用代码 · unified social credit code")
@click.option(
    "--from",
    "day",
    required=True,
    help="起算日期（如 2026-12-01）或 never · the day from which on, or never",
)
@click.option("--reason", required=True, help="原因，记入审计 · why, kept on record")
def set_second_factor(**given: str) -> None:
    """设定动态验证码启用日期 · From when on those who commit the tenant need a second factor."""
    settings = own_settings()
    click.echo(load("suxin_server.tenant_admin", "set_second_factor")(settings, **given))


@tenant.command("order-service")
@click.option("--uscc", required=True, help="统一社会信用代码 · unified social credit code")
@click.option("--code", required=True, help="服务编号（支付分 service_id）· number of the service")
@click.option("--name", required=True, help="服务名称 · name of the service")
@click.option(
    "--mode",
    required=True,
    type=click.Choice(["DEPOSIT_FREE", "PAY_LATER"]),
    help="先免或先享 · deposit-free or pay-later",
)
@click.option("--ceiling", required=True, help="每单上限（元）· most that one order asks for, yuan")
@click.option(
    "--sector",
    required=True,
    type=click.Choice(SECTORS),
    help="服务领域；就医、就学不产生记录 · of medical and school no record comes",
)
@click.option("--sub-mchid", help="微信支付子商户号；不填为线下收款 · without one orders are local")
@click.option("--unmanned", is_flag=True, help="无人设备 · devices serve without staff")
def open_order_service(**given: str | bool | None) -> None:
    """开通订单服务 · Let a merchant open service orders."""
    settings = own_settings()
    click.echo(load("suxin_server.order_admin", "open_order_service")(settings, **given))


@cli.group()
def records() -> None:
    """信用记录 · Credit records."""


@records.command("load")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
@click.option("--source", required=True, help="来源部门 · the department they come from")
@click.option("--key", help="批次号 · the source's own key for this batch [文件的 SHA-256]")
def load_records(file: Path, source: str, key: str | None) -> None:
    """装载信用记录 · Load records of organisations and persons from a CSV or Parquet file; rows not taken are listed."""
    settings = own_settings()
    sys.exit(
        load("suxin_server.records_admin", "load_records")(settings, file, source=source, key=key)
    )


@cli.group()
def catalogue() -> None:
    """信用信息目录 · The catalogue of what may be recorded."""


@catalogue.command("load")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
@click.option("--release", required=True, help="版本号，如 2025.1 · number of the release")
@click.option("--source", required=True, help="依据文件 · the document it follows")
def load_catalogue(file: Path, release: str, source: str) -> None:
    """载入新版目录 · Put a release of the catalogue in force; items it has no more are retired."""
    settings = own_settings()
    load("suxin_server.catalogue_admin", "load_catalogue")(
        settings, file, release=release, source=source
    )


@cli.group()
def calendar() -> None:
    """放假安排 · Arrangements of holidays."""


@calendar.command("load")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
def load_calendar(file: Path) -> None:
    """载入某年放假安排 · Load a year's published arrangement from a CSV file."""
    settings = own_settings()
    load("suxin_server.calendar_admin", "load_calendar")(settings, file)


@calendar.command("show")
@click.argument("year", type=click.IntRange(2004, 2100))
def show_calendar(year: int) -> None:
    """显示某年放假安排 · Show what is known about a year."""
    settings = own_settings()
    load("suxin_server.calendar_admin", "show_calendar")(settings, year)


@cli.group()
def schema() -> None:
    """GraphQL 模式 · The GraphQL schema."""


@schema.command("export")
@click.option(
    "--check",
    is_flag=True,
    help="只检查文件是否最新、变更是否兼容 · only check that it is current, and breaks nothing untold",
)
@click.option(
    "--path",
    type=click.Path(dir_okay=False, path_type=Path),
    default=SCHEMA_FILE,
    show_default=True,
)
def export_schema(path: Path, *, check: bool) -> None:
    """导出模式文件 · Write the schema file."""
    load("suxin_server.schema_admin", "export")(path, check=check)


@schema.command("release")
def release_schema() -> None:
    """以当前模式为兼容基准，发版时运行 · Make this schema what later changes are compared with."""
    load("suxin_server.schema_admin", "release")(SCHEMA_FILE)


@cli.group()
def errors() -> None:
    """错误码表 · The catalogue of refusals."""


@errors.command("export")
@click.option(
    "--check", is_flag=True, help="只检查文件是否最新 · only check that the file is current"
)
@click.option(
    "--path",
    type=click.Path(dir_okay=False, path_type=Path),
    default=ERRORS_FILE,
    show_default=True,
)
def export_errors(path: Path, *, check: bool) -> None:
    """导出错误码表 · Write the catalogue."""
    load("suxin_server.error_catalogue", "export")(path, check=check)


@cli.group()
def consent() -> None:
    """授权 · Consents."""


@consent.command("verify")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
@click.option(
    "--keys", help="已公布的密钥：文件或网址 · the published keys, a file or an address [本平台]"
)
def verify_consent(file: Path, keys: str | None) -> None:
    """验证授权凭证 · Verify a consent artefact with the published keys."""
    where = keys or f"{settings_of().url}/oauth/jwks"
    load("suxin_server.consent_admin", "verify_artefact")(file, where)


_assessed_kind = click.option(
    "--kind",
    type=click.Choice(["purpose", "score_model", "programme"]),
    default="purpose",
    show_default=True,
    help="用途代码，或评分模型、项目的编号 · a purpose by its code, a model or programme by its id",
)


@consent.command("assess")
@click.argument("thing")
@click.argument("document", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_assessed_kind
@click.option("--title", required=True, help="标题 · title")
@click.option("--conclusion", required=True, help="结论 · conclusion")
def assess(thing: str, document: Path, **texts: str) -> None:
    """备案影响评估 · Put an impact assessment (PIPL 55-56) of a purpose, score model or programme on file."""
    settings = own_settings()
    load("suxin_server.consent_admin", "assess")(settings, thing=thing, document=document, **texts)


@consent.command("retire")
@click.argument("thing")
@_assessed_kind
def retire(thing: str, kind: str) -> None:
    """停用 · Note that what was assessed has ended; nobody is asked for it, its assessments are kept three years."""
    settings = own_settings()
    load("suxin_server.consent_admin", "retire")(settings, thing=thing, kind=kind)


@cli.group()
def journey() -> None:
    """端到端流程 · Walk a whole path over HTTP."""


@journey.command("loan")
@click.option("--url", help="网页服务地址 · address of the web server")
def loan(url: str | None) -> None:
    """我要贷款全流程 · From the request to the accepted offer."""
    sys.exit(load("suxin_server.journeys.loan", "run")(url or settings_of().url))


@journey.command("record")
@click.option("--url", help="网页服务地址 · address of the web server")
@click.option(
    "--person",
    is_flag=True,
    help="自然人（按居民身份证号报送） · of a natural person, by his resident id",
)
def walk_record(url: str | None, *, person: bool) -> None:
    """记录与评分：报送、评分与原因、异议、更正、再次评分 · A record: sent, scored, contested, put right, scored again."""
    walk = load("suxin_server.journeys.record", "walk_records")
    sys.exit(walk(url or settings_of().url, person=person))


@journey.command("pool")
@click.option("--url", help="网页服务地址 · address of the web server")
def walk_pool(url: str | None) -> None:
    """代偿：材料、两道审批、付款、追偿、对账 · A claim on the risk pool: dossier, two approvals, payment, recovery, reconciliation."""
    sys.exit(load("suxin_server.journeys.pool", "walk_claim")(url or settings_of().url))


@journey.command("perk")
@click.option("--url", help="网页服务地址 · address of the web server")
def walk_perk(url: str | None) -> None:
    """信易+：发布、首次告知、出示、核销、完成 · A benefit: published, asked about, shown, taken, completed."""
    sys.exit(load("suxin_server.journeys.perk", "walk_perk")(url or settings_of().url))


@journey.command("farm")
@click.option("--url", help="网页服务地址 · address of the web server")
def walk_farm(url: str | None) -> None:
    """整村授信：数据、评级、证书、授信、一键用款、报价 · A farm household: data, grade, certificate, line, one-tap request, offer."""
    sys.exit(load("suxin_server.journeys.farm", "walk_farm")(url or settings_of().url))


@journey.command("point")
@click.option("--url", help="网页服务地址 · address of the web server")
def walk_point(url: str | None) -> None:
    """积分：申报、初审、评议、公示、兑换、退货 · Points: claimed, checked, decided, on notice, redeemed, taken back."""
    sys.exit(load("suxin_server.journeys.point", "walk_point")(url or settings_of().url))


def main() -> None:
    """Run the command line; an expected fault ends with its own exit code and without a traceback."""
    try:
        cli.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(INTERRUPTED)
    except Fault as fault:
        _say(fault.zh, fault.en)
        sys.exit(fault.exit_code)
    except Refusal as refusal:
        at = f" ({refusal.field})" if refusal.field else ""
        _say(refusal.zh_message, f"{refusal.en_message}{at}")
        sys.exit(REFUSED)
    except OSError as error:
        # A server that does not answer, a folder that may not be written: the system's own words are the reason.
        _say("系统拒绝了操作", str(error))
        sys.exit(1)


def _say(zh: str, en: str) -> None:
    click.echo(f"错误 · error: {zh} · {en}", err=True)


if __name__ == "__main__":
    main()
