"""How a bill and the orders differ."""

from suxin.lending.terms import LabelledEnum


class BillGap(LabelledEnum):
    """In what one line of a bill and the orders differ."""

    UNKNOWN_HERE = "UNKNOWN_HERE", "本机构无此单", "the bill has it and there is none here"
    NOT_SETTLED_HERE = (
        "NOT_SETTLED_HERE",
        "账单已成交，本机构未登记",
        "the bill has it as done and it is not done here",
    )
    AMOUNT_DIFFERS = "AMOUNT_DIFFERS", "金额不一致", "the amounts differ"
    MISSING_THERE = (
        "MISSING_THERE",
        "账单无此支付",
        "it was paid here and the bill has no such payment",
    )
