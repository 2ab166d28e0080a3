"""Requests of one key that wait at the same time share the checks of its rights."""

import asyncio
from uuid import uuid4

from fastapi import FastAPI, Request

from app.core.errors import UnauthenticatedError
from app.core.principal import Permission, Principal, Role
from app.http.authority import Authority, authorise_recently


class CountingAuthenticator:
    def __init__(self, principal):
        self.principal, self.calls = principal, 0

    def authenticate(self, _text):
        self.calls += 1
        if self.principal is None:
            raise UnauthenticatedError
        return self.principal


def test_waiting_requests_of_one_key_share_checks():
    authenticator = CountingAuthenticator(Principal(tenant_id=uuid4(), user_id=uuid4(), roles=frozenset({Role.EDITOR})))
    app = FastAPI()
    app.state.authenticator = authenticator
    now = 0.0
    app.state.authority = Authority(seconds=5, clock=lambda: now)

    async def check_at_once(key):
        headers = [(b"authorization", f"Bearer {key}".encode())]
        requests = [Request({"type": "http", "app": app, "method": "GET", "headers": headers}) for _ in range(100)]
        for request in requests:
            request.state.permission = Permission.DOCUMENTS_READ
        return await asyncio.gather(*map(authorise_recently, requests), return_exceptions=True)

    principal = authenticator.principal
    assert asyncio.run(check_at_once("a")) == [principal] * 100
    asyncio.run(check_at_once("b"))
    assert authenticator.calls == 2
    now, authenticator.principal = 4.9, None
    assert asyncio.run(check_at_once("a")) == [principal] * 100
    now = 5.0
    assert all(isinstance(each, UnauthenticatedError) for each in asyncio.run(check_at_once("a")))
    assert authenticator.calls == 3
