"""Every topic that is posted has a handler, and every handler a topic that is posted."""

import importlib
import pkgutil
from pathlib import Path

from authorisation_reference import ReferenceAuthorisations
from bill_reference import ReferenceBills
from order_reference import ReferenceProvider
from scripted_window import ScriptedWindow

import suxin
from suxin.exports import jobs as exports
from suxin.kernel.messaging import Delivery
from suxin.kernel.sealing import Keyring, Sealer
from suxin.perks.orders import jobs as orders
from suxin.perks.orders.authorisations import carrying as authorisations
from suxin.perks.orders.bills import carrying as bills
from suxin.repair import jobs as repair
from suxin.subjects.ingestion import jobs as ingestion
from suxin_server.jobs import handlers, merged


class Silent:
    """A channel that sends nothing."""

    async def send_subscribe_message(self, **_message) -> Delivery:
        return Delivery.taken(None)

    async def send_sms(self, **_message) -> Delivery:
        return Delivery.taken(None)


async def idle(_session, _job) -> None:
    """Stand where exports and batches are run."""


def declared_topics() -> dict[str, str]:
    """Topics by the module that declares them: its constants named ``…_TOPIC``."""
    topics = {}
    for found in pkgutil.walk_packages(suxin.__path__, "suxin."):
        module = importlib.import_module(found.name)
        for name, value in vars(module).items():
            if name.endswith("_TOPIC") and isinstance(value, str):
                topics.setdefault(value, found.name)
    return topics


def test_topics_and_handlers_are_the_same():
    sealer = Sealer(Keyring.generate())
    table = merged(
        handlers(sealer=sealer, channel=Silent()),
        repair.handlers(sealer, ScriptedWindow()),
        exports.handlers(idle, Path("exports")),
        ingestion.handlers(idle, idle),
        orders.handlers(ReferenceProvider()),
        authorisations.handlers(ReferenceAuthorisations()),
        bills.handlers(ReferenceBills()),
    )
    topics = declared_topics()
    assert set(topics) == set(table)
    assert len(topics) > 8


def test_a_topic_is_named_by_context_thing_and_step():
    for topic, module in declared_topics().items():
        parts = topic.split(".")
        assert len(parts) == 3, topic
        assert parts[0] == module.split(".")[1], topic
        assert topic == topic.lower(), topic
