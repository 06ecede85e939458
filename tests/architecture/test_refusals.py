"""Every refusal has a stable code and says why in Chinese and in English; whoever raises it gives its figures."""

import ast
import importlib
import inspect
import pkgutil
import re
from string import Formatter

import pytest

from suxin.kernel.refusals import Refusal, refusal_catalogue
from suxin_graphql.ids import KINDS

PACKAGES = (
    "suxin",
    "suxin_outbound",
    "suxin_web",
    "suxin_server",
    "suxin_graphql",
    "suxin_tenants",
    "suxin_mini_program",
)
HAN = re.compile(r"[\u4e00-\u9fff]")


def every_refusal() -> list[type[Refusal]]:
    for package in PACKAGES:
        for module in pkgutil.walk_packages(
            importlib.import_module(package).__path__, f"{package}."
        ):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    known = {
        refusal
        for refusal in [*refusal_catalogue().values(), *_below(Refusal)]
        if refusal.__module__.split(".")[0] in PACKAGES
    }
    # A family without a code of its own is a base for others and is never raised.
    coded = [refusal for refusal in known if hasattr(refusal, "code")]
    return sorted(coded, key=name_of)


def name_of(refusal: type[Refusal]) -> str:
    return f"{refusal.__module__}.{refusal.__qualname__}"


def _below(refusal: type[Refusal]):
    for below in refusal.__subclasses__():
        yield below
        yield from _below(below)


REFUSALS = every_refusal()


class Anything:
    """A figure that can be formatted in every way."""

    def __format__(self, _spec: str) -> str:
        return "7"


def figures(message: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(message) if name is not None}


def both(refusal: type[Refusal]) -> set[str]:
    return figures(refusal.zh) | figures(refusal.en)


def test_there_are_refusals():
    assert len(REFUSALS) > 20


@pytest.mark.parametrize("refusal", REFUSALS, ids=name_of)
def test_a_refusal_is_a_named_fact_in_two_languages(refusal):
    assert re.fullmatch(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*", refusal.code)
    assert not refusal.__name__.endswith(("Error", "Exception"))
    assert refusal.__doc__
    assert HAN.search(refusal.zh)
    assert not HAN.search(refusal.en)
    assert not refusal.en.endswith(".")
    assert not refusal.zh.endswith("。")
    # The same figures in both; a word that differs by language has one name for each.
    bare = [
        {name.removesuffix("_zh").removesuffix("_en") for name in figures(text)}
        for text in (refusal.zh, refusal.en)
    ]
    assert bare[0] == bare[1]
    given = dict.fromkeys(both(refusal), Anything())
    assert "{" not in refusal.zh.format(**given) + refusal.en.format(**given)


def test_every_code_belongs_to_one_refusal():
    codes = [refusal.code for refusal in REFUSALS]
    assert sorted(codes) == sorted(set(codes))


def test_whoever_raises_a_refusal_gives_its_figures(sources):
    """A message whose figure is missing would fail while it refuses, and so turn a refusal into a defect."""
    by_name = {
        name: [r for r in REFUSALS if r.__name__ == name] for name in {r.__name__ for r in REFUSALS}
    }
    seen, wrong = 0, []
    for source in sources:
        for node in source.nodes:
            if not isinstance(node, ast.Raise) or node.exc is None:
                continue
            call = node.exc if isinstance(node.exc, ast.Call) else None
            name = ast.unparse(call.func if call else node.exc).split(".")[-1]
            known = by_name.get(name, [])
            keywords = {word.arg for word in call.keywords} if call else set()
            if len(known) != 1 or None in keywords:
                continue
            seen += 1
            if missing := needed(known[0]) - keywords:
                wrong.append(f"{source.path}:{node.lineno}: {name} lacks {sorted(missing)}")
    assert wrong == []
    assert seen > 30


def test_what_is_not_found_is_named_without_a_word_that_points(sources):
    """The sentence itself points (找不到该…, no such …); a thing that did so too would read doubled."""
    named = [
        word.value.value
        for source in sources
        for node in source.nodes
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        if node.func.id in ("NotFound", "PaperKind")
        for word in node.keywords
        if word.arg in ("thing_zh", "thing_en") and isinstance(word.value, ast.Constant)
    ]
    named += [name for kind in KINDS.values() for name in (kind.zh, kind.en)]
    pointing = re.compile(r"[该此这那本]|(?:the|this|that|such|an?) ")
    assert [thing for thing in named if pointing.match(thing)] == []
    assert len(named) > 40


def needed(refusal: type[Refusal]) -> set[str]:
    if refusal.__init__ is Refusal.__init__:
        return both(refusal)
    return {
        name
        for name, parameter in inspect.signature(refusal).parameters.items()
        if parameter.default is parameter.empty and parameter.kind is not parameter.VAR_KEYWORD
    }
