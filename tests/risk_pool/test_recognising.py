"""What a line may be: by a number as a whole and by its amount, and by nothing else."""

import pytest

from suxin.kernel.ids import new_id
from suxin.risk_pool.statements.entries import Direction
from suxin.risk_pool.statements.recognising import Awaited, Found, recognise
from suxin.risk_pool.statements.states import Matched

ONE = Awaited(Matched.PAYMENT, new_id(), "代偿〔2027〕1号", Direction.DEBIT, 100)
ELEVEN = Awaited(Matched.PAYMENT, new_id(), "代偿〔2027〕11号", Direction.DEBIT, 100)
BACK = Awaited(Matched.RECOVERY, new_id(), "ZC2027030100000001", Direction.CREDIT, 70)


def found(
    text: str,
    *,
    fen: int = 100,
    direction: Direction = Direction.DEBIT,
    reference: str = "LS-1",
) -> Found:
    return recognise(
        direction=direction,
        amount_fen=fen,
        reference=reference,
        text=text,
        awaited=[ONE, ELEVEN, BACK],
    )


@pytest.mark.parametrize(
    "text",
    [
        "代偿〔2027〕1号",
        "付：代偿[2027]1号 款",
        "代 偿 〔２０２７〕 １ 号",
        "代偿(2027)1号",
        "代偿【2027】1号。",
    ],
)
def test_a_number_is_found_however_a_bank_writes_it(text: str) -> None:
    assert found(text).awaited is ONE


def test_a_longer_number_is_another() -> None:
    assert found("代偿〔2027〕11号").awaited is ELEVEN
    assert found("代偿〔2027〕111号").awaited is None
    assert found("ZC20270301000000012", fen=70, direction=Direction.CREDIT).awaited is None
    assert found("AZC2027030100000001", fen=70, direction=Direction.CREDIT).awaited is None
    assert found("分配zc2027030100000001", fen=70, direction=Direction.CREDIT).awaited is BACK


def test_the_reference_itself_may_be_the_number() -> None:
    assert (
        found("", fen=70, direction=Direction.CREDIT, reference="ZC2027030100000001").awaited
        is BACK
    )


def test_two_numbers_another_amount_and_the_other_way_are_for_a_person() -> None:
    assert found("代偿〔2027〕1号、代偿〔2027〕11号").note == "附言中有 2 个编号，请人工匹配"
    assert found("代偿〔2027〕1号", fen=99).note == "附言为 代偿〔2027〕1号，但金额不符，请人工核实"
    assert found("代偿〔2027〕1号", direction=Direction.CREDIT) == Found(None)
    assert found("结息") == Found(None)
