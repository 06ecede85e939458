"""The banks of the small city whose events are told."""

import pytest
from small_city import Bank, SmallCity


@pytest.fixture
def bank(small_city: SmallCity) -> Bank:
    return small_city.banks[0]


@pytest.fixture
def rival(small_city: SmallCity) -> Bank:
    return small_city.banks[1]
