"""``suxin records load``: what went in, which rows did not and why, as the command line says it."""

import asyncio
import subprocess
from pathlib import Path

import pytest
from forked_product import run_forked

from suxin.kernel.actor import Actor
from suxin.kernel.sealing import Keyring
from suxin.subjects.catalogue import load_catalogue
from suxin.subjects.ingestion.columns import named_zh
from suxin.subjects.models import SubjectKind
from suxin.subjects.organisations import SubjectRow, load_subjects

pytestmark = pytest.mark.processes

FIRM = "91321302MATE5T017A"
HEADER = (
    "uscc,item_code,source,source_ref,occurred_on,published_until,valid_until,polarity,status,"
    "amount_fen,content\n"
)
GOOD = f'{FIRM},TAX-GRADE,税务局,1,2026-04-30,,,,,,"{{""grade"": ""A"", ""year"": 2025}}"\n'
UNKNOWN = GOOD.replace(FIRM, "91321399MA0000015W")


@pytest.fixture
async def firm(batch, now) -> None:
    async with batch.transaction(Actor.system("test"), now=now) as session:
        await load_catalogue(session)
        row = SubjectRow(
            kind=SubjectKind.FIRM, name="沭河木业（测试）", uscc=FIRM, county_code="321322"
        )
        await load_subjects(session, [row])


@pytest.fixture
def load(city, tmp_path):
    keys = tmp_path / "sealing.keys"
    keys.write_text(Keyring.generate().to_text())
    keys.chmod(0o600)

    async def run(
        content: bytes, *, key: str | None = None, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        path = tmp_path / "records.csv"
        path.write_bytes(content)
        environment = {
            "DATABASE_BATCH_URL": city.batch,
            "SUXIN_SEALING_KEYS_FILE": str(keys),
            **variables,
        }
        return await asyncio.to_thread(
            run_forked,
            *("records", "load", path, "--source", "税务局"),
            *(("--key", key) if key else ()),
            **environment,
        )

    return run


async def count(admin) -> int:
    return await admin.fetchval("select count(*) from credit_records")


async def test_a_whole_file_goes_in_and_again_changes_nothing(load, firm, admin):
    first, again = await load((HEADER + GOOD).encode()), await load((HEADER + GOOD).encode())
    assert (first.returncode, first.stderr) == (0, "")
    assert first.stdout == (
        "已装载 · loaded: 1（新增 · added 1，更新 · changed 0，未变 · unchanged 0）\n"
        "未装载 · rejected: 0\n"
    )
    # The same batch, which was read before.
    assert (again.returncode, again.stdout) == (0, first.stdout)
    assert await count(admin) == 1


async def test_rows_that_are_not_taken_are_named_and_the_others_go_in(load, firm, admin):
    rows = HEADER + GOOD + UNKNOWN + GOOD + GOOD.replace("TAX-GRADE", "PALM-LINES") + "one,two\n"
    told = await load(rows.encode("utf-8-sig"))
    assert (told.returncode, told.stderr) == (2, "")
    lines = told.stdout.splitlines()
    assert lines[0].startswith("已装载 · loaded: 1（")
    assert lines[1] == "未装载 · rejected: 4"
    assert lines[2] == (
        "  第 3 行 · row 3: 统一社会信用代码：本市登记数据中没有该统一社会信用代码的主体"
        " · uscc: The city's registry data has no organisation with this unified social credit code"
    )
    assert lines[3].startswith("  第 4 行 · row 4: 与前面某行的主体和编号相同 · A line before")
    assert [line.split(":")[0] for line in lines[4:]] == ["  第 5 行 · row 5", "  第 6 行 · row 6"]
    assert await count(admin) == 1


async def test_a_file_in_gbk_is_read_as_well(load, firm, admin):
    told = await load((HEADER + GOOD).encode("gbk"))
    assert (told.returncode, told.stderr) == (0, "")
    assert await count(admin) == 1


async def test_other_content_under_a_key_is_one_clear_line_and_writes_nothing(load, firm, admin):
    await load((HEADER + GOOD).encode(), key="k")
    told = await load((HEADER + GOOD + UNKNOWN).encode(), key="k")
    assert (told.returncode, told.stdout) == (2, "")
    assert told.stderr.count("\n") == 1
    assert "该来源已用批次号“k”报送过不同的内容" in told.stderr
    assert await count(admin) == 1


@pytest.mark.parametrize(
    ("content", "missing"),
    [
        ("localhost\n", ["uscc/resident_id", "item_code", "source_ref", "occurred_on", "content"]),
        (HEADER.replace(",content", "") + GOOD, ["content"]),
        (HEADER.replace("uscc", "USCC").replace("status", "state") + GOOD, ["uscc/resident_id"]),
    ],
)
async def test_a_file_without_the_columns_is_refused_and_they_are_named(
    load, firm, admin, content, missing
):
    told = await load(content.encode())
    assert (told.returncode, told.stdout) == (2, "")
    assert told.stderr == (
        f"错误 · error: 文件首行缺少列：{'、'.join(named_zh(name) for name in missing)}"
        f" · the file's first row lacks the columns {', '.join(missing)}\n"
    )
    assert await count(admin) == 0


async def test_columns_may_come_in_any_order(load, firm, admin):
    swapped = HEADER.replace("uscc,item_code", "item_code,uscc")
    told = await load((swapped + GOOD.replace(f"{FIRM},TAX-GRADE", f"TAX-GRADE,{FIRM}")).encode())
    assert (told.returncode, await count(admin)) == (0, 1)


async def test_a_file_that_is_not_there_is_a_usage_error(tmp_path: Path):
    told = await asyncio.to_thread(run_forked, "records", "load", tmp_path / "absent.csv")
    assert told.returncode == 2
    assert "absent.csv" in told.stderr
    assert "Traceback" not in told.stderr


async def test_without_a_database_the_missing_setting_is_named(load, tmp_path):
    told = await load(b"", DATABASE_BATCH_URL="", SUXIN_DATA_DIR=str(tmp_path))
    assert told.returncode == 7
    assert "DATABASE_BATCH_URL" in told.stderr
