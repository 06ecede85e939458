"""Exposure, compensation and recovery at the operator's desk: told apart four ways, as charts, tables and files."""

import csv
import io

import pytest
from small_claims import build_claims

from suxin.risk_pool.statistics.figures import PoolDimension, PoolFigures, total_of
from suxin_tenants.operator.pool_charts import DRAWN, ROW, pool_chart

FIGURES = "1 笔 800,000.00元 0.00元 1 笔 532,000.00元 200,000.00元 126,000.00元"


def rows_of(answer):
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


async def test_figures_are_told_apart_and_taken_along(desks, words, page_of):
    desk = await desks.operator("finance_bureau")
    assert "还没有备案" in words(await desk.get("/desk/pool-figures"))
    claims = await build_claims(desks.city)
    claim, _ = await claims.paid()
    await claims.recover(claim, 20_000_000, 2_000_000)
    pool_id = claims.pool.pool.id
    named = {"industry": "制造业"}
    for by in PoolDimension:
        text = await desk.get(f"/desk/pool-figures?by={by.value}&pool={pool_id}")
        page, shown = page_of(text), words(text)
        assert (page.unlabelled, page.inline) == ([], [])
        assert f"合计 {FIGURES}" in shown, by
        assert named.get(by.value, "") in shown
        if by is not PoolDimension.MONTH:
            assert f"{FIGURES} 合计" in shown, by
    months = rows_of(await desk.client.get("/desk/list-files/pool-figures/csv?by=month"))
    assert months[0][:3] == ["月份", "累计备案笔数", "累计备案金额（元）"]
    assert months[-1] == [
        "合计",
        "1",
        "800000.00",
        "0.00",
        "1",
        "532000.00",
        "200000.00",
        "126000.00",
    ]
    assert sum(float(row[5]) for row in months[1:-1]) == 532_000
    listed = rows_of(await desk.client.get("/desk/list-files/pool-claims/csv"))
    assert [row[0] for row in listed] == ["合同编号", claims.loan.contract_number]
    assert listed[1][3:4] + listed[1][7:9] == ["追偿中", "760000.00", "532000.00"]
    pools = rows_of(await desk.client.get("/desk/list-files/risk-pools/csv"))
    assert pools[1][0] == claims.pool.pool.name
    answer = await desk.client.get("/desk/list-files/pool-claims/xlsx")
    assert answer.content.startswith(b"PK")
    for path in ("/desk/pool-claims", "/desk/risk-pools"):
        assert "导出 XLSX" in await desk.get(path)
    office = await desks.operator("credit_office")
    await office.get("/desk/pool-figures", status=403)
    for name in ("pool-claims", "pool-figures", "risk-pools"):
        await office.get(f"/desk/list-files/{name}/csv", status=403)


@pytest.mark.parametrize(
    ("by", "first"), [(PoolDimension.MONTH, "key-3"), (PoolDimension.COUNTY, "key-1")]
)
def test_a_chart_has_one_scale_and_the_latest_months(by, first):
    figures = [
        PoolFigures(key=f"key-{place}", committed_fen=200, compensated_fen=100, recovered_fen=1)
        for place in range(1, DRAWN + 3)
    ]
    chart = pool_chart(by, figures, {one.key: one.key for one in figures})
    assert (len(chart.bars), chart.height) == (DRAWN, DRAWN * ROW)
    bar = chart.bars[0]
    assert (bar.committed_width, bar.compensated_width, bar.recovered_width) == (156, 78, 2)
    assert bar.name == first
    assert total_of(figures).committed_fen == 200 * len(figures)
    assert pool_chart(by, [], {}).height == 0
