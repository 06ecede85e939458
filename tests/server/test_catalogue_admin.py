"""``suxin catalogue load``: a release is put in force, or refused by name with nothing written."""

import asyncio
import subprocess
from importlib.resources import files

import pytest
from forked_product import run_forked

from suxin.kernel.actor import Actor
from suxin.subjects.catalogue import load_catalogue

pytestmark = pytest.mark.processes

PACKAGED = files("suxin.subjects").joinpath("data/catalogue.csv").read_text(encoding="utf-8")
KNOWN = len(PACKAGED.splitlines()) - 1
"""How many items the packaged catalogue has, below its head."""
IN_FORCE = "select count(*) from catalogue_items where retired_in is null"


@pytest.fixture
async def load(city, batch, now, tmp_path):
    async with batch.transaction(Actor.system("test"), now=now) as session:
        await load_catalogue(session)

    async def run(content: bytes, release: str) -> subprocess.CompletedProcess[str]:
        path = tmp_path / "catalogue.csv"
        path.write_bytes(content)
        words = ["catalogue", "load", path, "--release", release, "--source", "2025年版（测试）"]
        return await asyncio.to_thread(run_forked, *words, DATABASE_BATCH_URL=city.batch)

    return run


async def test_a_release_is_put_in_force_and_what_it_lacks_is_retired(load, admin):
    without = "".join(line for line in PACKAGED.splitlines(keepends=True) if "ABNORMAL" not in line)
    told = await load(without.encode("utf-8-sig"), "2025.1")
    assert (told.returncode, told.stderr) == (0, "")
    left = KNOWN - 1
    assert told.stdout == (
        f"目录 2025.1 已启用，共 {left} 项 · the release 2025.1 is in force, {left} items\n"
    )
    assert await admin.fetchval(IN_FORCE) == left
    older = await load(PACKAGED.encode(), "2024.4")
    assert (older.returncode, older.stdout) == (2, "")
    assert "已启用更新的目录 2025.1" in older.stderr


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            PACKAGED.replace("行政许可", "宗教活动许可"),
            "属于《征信业管理条例》第十四条禁止采集的信息",
        ),
        (PACKAGED.replace("知识产权,", "兴趣爱好,"), "不在公共信用信息基础目录的 13 类之内"),
        (PACKAGED.replace(",of_persons", ""), "第 2 行缺少列或取值不对"),
        (PACKAGED.encode("gbk"), "应为 UTF-8 编码的文本"),
    ],
)
async def test_what_is_no_release_is_one_clear_line_and_nothing_is_written(
    load, admin, content, said
):
    told = await load(content if isinstance(content, bytes) else content.encode(), "2025.1")
    assert (told.returncode, told.stdout) == (2, "")
    assert said in told.stderr
    assert told.stderr.count("\n") == 1
    assert await admin.fetchval(IN_FORCE) == KNOWN
