"""What the phone preview is given in a demo, and only there: its cast, and the codes that were sent to their phones."""

from collections.abc import Sequence

from litestar.types import ControllerRouterHandler

from suxin_mini_program.preview import DemoPerson, StandInCodes, demo_routes
from suxin_outbound.guarded import GuardedClient
from suxin_server.demo import cast
from suxin_server.settings import Settings


def preview_routes(settings: Settings, outside: GuardedClient) -> Sequence[ControllerRouterHandler]:
    """Return the preview's demo routes; none where the settings describe no demo.

    :raises NotAvailable: if a demo has no text message stand-in to ask
    """
    if not settings.demo:
        return ()
    people = [
        DemoPerson(
            code=applicant.wechat,
            name=applicant.name,
            resident_id=applicant.resident_id,
            phone=applicant.phone,
            uscc=applicant.uscc,
            subject_name=applicant.subject_name,
            story=applicant.story,
        )
        for applicant in cast.PHONES
    ]
    return demo_routes(people, StandInCodes(settings.need("sms_base_url"), outside))
