import pytest

from tests.review.desk import ReviewDesk, make_desk


@pytest.fixture
def desk(shared_database) -> ReviewDesk:
    return make_desk(shared_database)


@pytest.fixture(scope="module")
def module_desk(shared_database) -> ReviewDesk:
    return make_desk(shared_database)
