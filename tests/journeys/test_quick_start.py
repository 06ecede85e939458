"""The quick start for integrators, done step by step against the demo city as it stands."""

import json
import re
import shutil
import sys
from pathlib import Path

import httpx
import pytest
from guide_programs import programs_of, registered, run
from node_projects import NodeMissing, PackagesMissing, installed
from running_city import RunningCity

pytestmark = pytest.mark.processes

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/api/quick-start.md"
INTEROP = ROOT / "tests/interop"
SCOPES = (
    "lending.referral.read",
    "lending.referral.work",
    "lending.offer.make",
    "subjects.record.read",
)


@pytest.fixture(scope="module")
def folder(running_city: RunningCity, tmp_path_factory) -> tuple[Path, dict[str, str]]:
    """The page's programs in a folder, with a key whose client the bank's administrator registers at the desk."""
    place = tmp_path_factory.mktemp("integrator")
    text = PAGE.read_text(encoding="utf-8")
    programs = programs_of(PAGE)
    assert list(programs) == [
        "new_key.py",
        "sign.py",
        "inbox.sh",
        "suxin.py",
        "offer.py",
        "offers.mjs",
    ]
    for name, program in programs.items():
        (place / name).write_text(program, encoding="utf-8")
    keys = run(place, {}, sys.executable, "new_key.py")
    assert all(f"`{scope}`" in text for scope in SCOPES)
    client = registered(
        running_city.url, keys, login="luoma.admin", name="信贷管理系统", scopes=SCOPES
    )
    return place, {"ISSUER": running_city.url, "CLIENT_ID": client}


def test_the_inbox_by_curl(folder):
    if shutil.which("curl") is None:
        pytest.skip("the page's programs: curl is not installed")
    place, variables = folder
    data = json.loads(run(place, variables, "bash", "inbox.sh"))["data"]
    nodes = [edge["node"] for edge in data["referrals"]["edges"]]
    assert [node["decideBy"] for node in nodes] == sorted(node["decideBy"] for node in nodes)
    assert len(nodes) == 3
    assert json.loads((place / "refused.json").read_text())["error"] == "use_dpop_nonce"


def test_an_offer_in_python_and_all_offers_in_javascript(folder):
    place, variables = folder
    told = json.loads(run(place, variables, sys.executable, "offer.py"))
    assert told["made"]["offer"]["state"] == "OPEN"
    assert told["made"]["replayed"] is False
    assert told["again"] == {**told["made"], "replayed": True}
    assert told["price"]["totalCostFen"] > 0
    try:
        node = installed(INTEROP)
    except (NodeMissing, PackagesMissing) as missing:
        pytest.skip(f"the offers in JavaScript: {missing}")
    (place / "node_modules").symlink_to(INTEROP / "node_modules")
    found = json.loads(run(place, variables, node, "offers.mjs"))
    assert {offer["state"] for offer in found} == {"OPEN"}
    assert [one["validUntil"] for one in found] == sorted(one["validUntil"] for one in found)
    assert told["made"]["offer"]["id"] in {offer["id"] for offer in found}


def test_what_the_page_leads_to_is_there(running_city: RunningCity):
    for target in re.findall(r"\]\(([\w.]+\.md)\)", PAGE.read_text(encoding="utf-8")):
        assert (PAGE.parent / target).is_file(), target
    assert httpx.get(f"{running_city.url}/graphql/docs", trust_env=False).status_code == 200
