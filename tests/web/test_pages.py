"""Pages: formats, macros, escaping, the shell."""

from datetime import UTC, date, datetime, timedelta

import pytest
from jinja2 import UndefinedError
from litestar.testing import RequestFactory

from suxin_web import formats
from suxin_web.application import build_app
from suxin_web.pages import NavItem, Pages, Shell

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (formats.money(123_456), "1,234.56元"),
        (formats.money(0), "0.00元"),
        (formats.money(-5), "-0.05元"),
        (formats.wan(50_000_000), "50万元"),
        (formats.percent(435), "4.35%"),
        (formats.percent(5), "0.05%"),
        (formats.percent(-130), "-1.30%"),
        (formats.percent(10_000), "100.00%"),
        (formats.local_date(datetime(2026, 11, 20, 16, 30, tzinfo=UTC)), "2026-11-21"),
        (formats.local_date(date(2026, 11, 20)), "2026-11-20"),
        (formats.local_time(datetime(2026, 11, 20, 16, 30, tzinfo=UTC)), "2026-11-21 00:30"),
        (formats.long_date(NOW), "2026年11月20日 星期五"),
        (formats.ago(NOW - timedelta(seconds=59), NOW), "刚刚"),
        (formats.ago(NOW - timedelta(minutes=59), NOW), "59 分钟前"),
        (formats.ago(NOW - timedelta(hours=23), NOW), "23 小时前"),
        (formats.ago(NOW - timedelta(days=2), NOW), "2026-11-18 10:00"),
        (formats.remaining(NOW + timedelta(hours=3, minutes=5), NOW), "剩 3 小时"),
        (formats.remaining(NOW + timedelta(days=2), NOW), "剩 2 天"),
        (formats.remaining(NOW + timedelta(seconds=5), NOW), "剩 1 分钟"),
        (formats.remaining(NOW - timedelta(days=2, hours=1), NOW), "超时 2 天"),
        (formats.remaining(NOW - timedelta(minutes=30), NOW), "超时 30 分钟"),
        (formats.urgency(NOW + timedelta(hours=24), NOW) + "!", "calm!"),
        (formats.urgency(NOW + timedelta(hours=23, minutes=59), NOW), "soon"),
        (formats.urgency(NOW, NOW, soon_hours=0), "calm"),
        (formats.urgency(NOW - timedelta(seconds=1), NOW), "over"),
        (formats.masked("13800138000", "phone"), "138****8000"),
        (formats.masked("张三丰", "name"), "张**"),
        (formats.short_id("0190163d-8694-739b-aea5-966c26f8ad91"), "26F8-AD91"),
        (formats.with_breaks("一\r\n二\n三"), ["一", "二", "三"]),
    ],
)
def test_formats(shown, expected):
    assert shown == expected


class Templates(Pages):
    """The shared pages with templates a test writes."""

    def of(self, text):
        source = '{% import "macros.html" as ui with context %}' + text
        return self._environment.from_string(source)


def rendered(text, **context):
    shared = {"now": NOW, "csrf_token": "T", "request_path": "/desk/inbox"}
    return Templates().of(text).render(**shared, **context)


def test_values_are_escaped_wherever_they_stand():
    evil = "<script>\"'>"
    page = rendered(
        '{{ ui.field("a", evil, evil, error=evil, hint=evil, suffix=evil) }}'
        "{{ ui.badge(evil) }}{{ ui.empty(evil, evil) }}{{ ui.facts([(evil, evil)]) }}"
        '{{ ui.select("b", evil, [(evil, evil)], evil) }}{{ ui.notice(evil) }}',
        evil=evil,
    )
    assert "<script" not in page
    assert "\"'>" not in page


def test_a_field_shows_its_error_beside_it_and_to_a_screen_reader():
    page = rendered(
        '{{ ui.money("amount", "金额", "1", error="金额过大", hint="万元以上", required=true) }}'
    )
    assert 'id="e-amount" role="alert"' in page
    assert 'aria-invalid="true" aria-describedby="h-amount e-amount"' in page
    assert '<label class="field-label" for="f-amount">金额' in page
    assert 'inputmode="decimal"' in page
    assert '<span class="field-suffix">元</span>' in page


def test_a_clock_tells_urgency_and_moment():
    page = rendered("{{ ui.clock(due, true) }}", due=NOW - timedelta(hours=2))
    assert 'class="clock is-over"' in page
    assert 'data-left-ms="-7200000"' in page
    assert "截止 2026-11-20 08:00（暂定，待放假安排公布）" in page
    assert "超时 2 小时" in page
    assert "—" in rendered("{{ ui.clock(none) }}")


def test_a_pager_greys_what_leads_nowhere():
    page = rendered('{{ ui.pager(older="/desk/inbox?after=x", shown=20) }}')
    assert page.count("<a ") == 1
    assert 'href="/desk/inbox?after=x" rel="next"' in page
    assert "本页 20 条" in page


def test_a_choice_is_kept():
    page = rendered(
        '{{ ui.select("k", "类别", [("a", "甲"), ("b", "乙")], "b", empty="全部") }}'
        '{{ ui.checkboxes("c", "区域", [("1", "宿豫"), ("2", "沭阳")], ["2"]) }}'
        '{{ ui.radios("r", "方式", [("1", "信用"), ("2", "抵押")], "1") }}'
    )
    assert '<option value="b" selected>乙</option>' in page
    assert 'name="c" value="2" checked' in page
    assert 'name="r" value="1" checked' in page
    assert page.count("checked") == 2


def test_a_name_that_was_not_given_is_a_defect():
    with pytest.raises(UndefinedError):
        rendered("{{ applicant_name }}")


def test_an_unknown_asset_is_a_defect():
    with pytest.raises(KeyError):
        rendered('{{ asset("nothing.css") }}')


def test_the_current_entry_of_the_navigation_is_marked():
    entry = NavItem(zh="待办", href="/desk/inbox")
    exact = NavItem(zh="首页", href="/desk", exact=True)
    assert entry.is_current("/desk/inbox")
    assert entry.is_current("/desk/inbox/42")
    assert not entry.is_current("/desk/inboxes")
    assert not exact.is_current("/desk/inbox")


def test_the_shell_counts_to_999(runtime):
    nav = (NavItem(zh="待办", href="/desk/inbox", count=1200), NavItem(zh="产品", href="/desk/p"))
    shell = Shell(desk_zh="银行工作台", tenant_name="银行", staff_name="李", nav=nav)
    app = build_app(runtime)._app._app
    request = RequestFactory(app=app).get("/desk/inbox")
    page = Pages().render(request, "base.html", {"shell": shell}).content.decode()
    assert '<span class="nav-count">999+</span>' in page
    assert page.count("nav-count") == 1
    assert page.count('aria-current="page"') == 1
