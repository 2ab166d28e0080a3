"""What the calls of each feature need of the client."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from typing import TypeVar

import httpx
from pydantic import BaseModel

Model = TypeVar("Model", bound=BaseModel)


class Calls(ABC):
    """Sends requests. `app.client.api.ApiClient` implements it. Each call raises ApiProblemError."""

    @abstractmethod
    def _call(self, method: str, path: str, model: type[Model], **options: object) -> Model: ...

    @abstractmethod
    def _list(self, path: str, model: type[Model], *, filters: Mapping[str, str] | None = None) -> Iterator[Model]: ...

    @abstractmethod
    def _send(self, method: str, path: str, **options: object) -> httpx.Response: ...
