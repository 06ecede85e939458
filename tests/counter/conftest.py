"""A counter with a helper, before whom the applicant of the small city stands, and a request for his consent."""

from uuid import UUID

import pytest
from counter_visits import Counter, helper_of
from small_city import SmallCity


@pytest.fixture
async def counter(small_city: SmallCity) -> Counter:
    found = Counter(small_city, helper_of(small_city))
    await found.known()
    return found


@pytest.fixture
async def asked(counter: Counter) -> UUID:
    """What the first bank asks of the applicant himself."""
    return await counter.asked(counter.city.person_id)
