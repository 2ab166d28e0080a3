"""Send claims that are verified while a model is still writing the draft."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import UUID

from app.answers.events import ShownClaim
from app.answers.repository import AnswerRepository
from app.audit.service import record
from app.core.clock import Clock
from app.core.principal import Principal
from app.db.session import Database
from app.identity.holding import hold_key

Authorise = Callable[[], Awaitable[Principal]]
"""Returns the current principal of a request; raises if the caller's right has ended since the request began."""


class EarlyClaims:
    """The claims of one answer, in order. Before a claim is sent, its caller is authorised again, and the claim is
    audited in the transaction that reads its sources once more under row-level security.

    The answer itself is stored when the draft is complete.
    """

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        principal: Principal,
        question_id: UUID,
        authorise: Authorise | None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._principal = principal
        self._question_id = question_id
        self._authorise = authorise
        self._queue: asyncio.Queue[ShownClaim | None] = asyncio.Queue()

    async def show(self, claim: ShownClaim) -> None:
        """Send a claim, unless the caller has lost access to a source. Raises the errors of `authorise`."""
        principal = self._principal if self._authorise is None else await self._authorise()
        if await asyncio.to_thread(self._record, principal, claim):
            self._queue.put_nowait(claim)

    def close(self) -> None:
        """End the claims: no more are sent."""
        self._queue.put_nowait(None)

    async def list_claims(self) -> AsyncIterator[ShownClaim]:
        """Yield the claims as they come, until `close`."""
        while (claim := await self._queue.get()) is not None:
            yield claim

    def _record(self, principal: Principal, claim: ShownClaim) -> bool:
        """Audit a claim that is sent. Return whether the caller may still read all its sources."""
        cited = {span.page_key() for span in claim.citations}
        with self._database.transaction(principal) as session:
            hold_key(session, principal, self._clock.now())
            if cited != AnswerRepository(session).get_page_texts(cited).keys():
                return False
            record(
                session,
                principal,
                "answers.claim.sent",
                object_type="question",
                object_id=self._question_id,
                detail={
                    "claim": claim.ordinal,
                    "documents": sorted({str(span.document_id) for span in claim.citations}),
                },
            )
        return True
