"""Every right is declared once with the name a person calls it by."""

import re

import pytest

from suxin.kernel.actor import Actor, Permission
from suxin.kernel.refusals import Forbidden
from suxin_tenants import PROFILES

DECLARED = re.compile(r'Permission\(\s*"([\w.]+)",\s*"([^"]+)"\s*\)')
HAN = re.compile(r"[\u4e00-\u9fff]")


def test_every_right_has_a_chinese_name_of_its_own(sources):
    found = [
        pair
        for source in sources
        if source.path.startswith("backend/suxin/")
        for pair in DECLARED.findall(source.text)
    ]
    assert len(found) > 10
    assert len(dict(found)) == len(found)
    names = [zh for _, zh in found]
    assert all(HAN.search(name) for name in names)
    assert len(set(names)) == len(names)
    held = {
        right
        for profile in PROFILES.values()
        for role in profile.roles.values()
        for right in role.permissions
    }
    assert held <= {name for name, _ in found}


def test_a_refusal_calls_the_right_by_its_name():
    right = Permission("lending.product.publish", "发布和下架贷款产品")
    assert (right, f"{right}") == ("lending.product.publish", "lending.product.publish")
    with pytest.raises(Forbidden) as refused:
        Actor.anonymous("test").require(right)
    assert refused.value.zh_message == "没有权限：发布和下架贷款产品"
    assert refused.value.en_message == "Not permitted: lending.product.publish"
    assert Forbidden(permission="tenant").zh_message == "没有权限：此操作不对当前身份开放"
