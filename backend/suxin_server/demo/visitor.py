"""Who comes to the counter in the demo city, and where that is; made up, as everybody there."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from suxin_server.demo.numbers import resident_id

COUNTER_OFFICE: Final = "政务服务中心信用窗口"


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterVisitor:
    """One who has no smartphone and comes to the counter with her resident id card."""

    name: str
    resident_id: str
    story: str


COUNTER_VISITOR: Final = CounterVisitor(
    name="孙秀兰",
    resident_id=resident_id(date(1952, 4, 18), 84),
    story="没有手机，到窗口办理：两家银行请求授权，等她本人决定",
)
COUNTER: Final = "/desk/counter"
TERMINAL_REF: Final = "DEMO-0001"
"""A number that the counter's terminal could have given; the stand-in takes any of that form."""
