"""Records signs of life of the event loop while the application runs."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from app.core.watchdog import notify_watchdog
from app.observability.pulse import Marks, Pulse

API = "api"


@asynccontextmanager
async def alive(
    marks: Marks, pulse: Pulse, *, beat_seconds: float, share_metrics: Callable[[], None]
) -> AsyncIterator[None]:
    """Mark every `beat_seconds` that the event loop runs, and notify the watchdog. `pulse` records the marks. Call
    `share_metrics` in a thread as often.

    The caller closes the pulse.
    """

    async def mark() -> None:
        while True:
            marks.mark(API)
            notify_watchdog()
            await asyncio.to_thread(share_metrics)
            await asyncio.sleep(beat_seconds)

    pulse.start()
    marking = asyncio.create_task(mark())
    try:
        yield
    finally:
        marking.cancel()
