"""The curl of perks.md, run as it stands there: a till of the demo city's mall redeems a programme once."""

import json
import re
import shutil
import sys

import pytest
from guide_programs import GUIDES, programs_of, registered, run
from running_city import RunningCity

from suxin_server.journeys.bank import desk_token
from suxin_server.journeys.walking import Talk

pytestmark = pytest.mark.processes

PAGE = GUIDES / "perks.md"
ADMIN = "mall.admin"
OFFERED = re.compile(r'href="/desk/perks/([0-9a-f-]{36})"[^>]*>\s*餐饮守信折扣')


def test_a_till_redeems_by_curl(running_city: RunningCity, tmp_path):
    if shutil.which("curl") is None:
        pytest.skip("the page's program: curl is not installed")
    start = programs_of(GUIDES / "quick-start.md")
    for name, program in {**start, **programs_of(PAGE)}.items():
        (tmp_path / name).write_text(program, encoding="utf-8")
    keys = run(tmp_path, {}, sys.executable, "new_key.py")
    client = registered(
        running_city.url, keys, login=ADMIN, name="收银系统", scopes=["perks.redemption.grant"]
    )
    variables = {"ISSUER": running_city.url, "CLIENT_ID": client}
    body = json.dumps({"programmeId": programme(running_city.url), "persons": 2})
    done, again = (
        json.loads(run(tmp_path, variables, "bash", "redeem.sh", "till-1-0042", body))
        for _ in range(2)
    )
    assert (done["state"], done["persons"], done["handle"]) == ("COMPLETED", 2, None)
    assert again == done


def programme(url: str) -> str:
    """Return the id of the mall's discount, from its page's address at the desk."""
    desk = Talk(url)
    desk_token(desk, ADMIN)
    listed = desk.send("GET", "/desk/perks").text
    desk._client.close()
    found = OFFERED.search(listed)
    assert found is not None, listed
    return found[1]
