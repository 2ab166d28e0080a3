"""The local model's server, started once a session."""

from collections.abc import Iterator

import pytest

from app.llm.errors import LocalModelMissingError
from app.llm.local_server import LocalModelServer


@pytest.fixture(scope="session")
def local_server() -> Iterator[LocalModelServer]:
    try:
        with LocalModelServer() as server:
            yield server
    except LocalModelMissingError as error:
        pytest.skip(error.detail)
