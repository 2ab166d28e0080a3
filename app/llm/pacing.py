"""Pace a model that serves one request at a time, such as the local model: send only what it can answer in time."""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from app.llm.errors import ModelNonsenseError, ModelUnavailableError
from app.llm.port import ChatMessage, ChatModel, ChatRequest, ChatResponse, Purpose, TokenUsage

READS = 80.0
WRITES = 20.0
"""Tokens a second that the local model reads and writes on one core beside other work; measured with
`smollm2-135m-instruct` in llama.cpp. `Pace` corrects both by the time of the requests that it sees.
"""

CHARACTERS_PER_TOKEN = 3.0
_SHARE = 0.8  # of the time limit: the rest is reserve
_FOLLOWS = 0.5  # of each new measurement
_FORGETS_SECONDS = 60.0
_SLOWEST, _FASTEST = 0.05, 50.0
_STALE_SECONDS = 60.0
_SHARE_OF_WRITING = 0.25
TRIAL_SECONDS = 4.0
_TRIAL_WORDS = "The borrower shall repay the loan in full on the maturity date, with all interest then due. "
TRIAL_TOKENS, TRIAL_OUTPUT = 96, 4
_LEAST_PROMPT = 4_000
"""Characters of the shortest prompt with a passage."""


class Pace:
    """Estimates how long a model needs for a request, from the requests before. Used on one event loop."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._speed = 1.0
        self._measured_at = clock()
        self._is_measured = False
        self._try: Callable[[], Awaitable[None]] | None = None
        self._pending = 0.0  # the work of the requests that wait or run, in seconds at the usual speed

    def count_output(self, *, most: int, seconds: float) -> int:
        """Return how many tokens an answer may have: a quarter of the time is for writing, the rest for reading."""
        return min(most, int(max(0.0, self._left(seconds)) * _SHARE_OF_WRITING * WRITES))

    def count_characters(self, *, output_tokens: int, seconds: float) -> int:
        """Return how many characters a prompt may have so that it is answered in `seconds`; 0 if none fits."""
        return max(0, int((self._left(seconds) - output_tokens / WRITES) * READS * CHARACTERS_PER_TOKEN))

    @contextmanager
    def reserve(self, request: ChatRequest) -> Iterator[None]:
        """Count a request as waiting or running during the block. Raises ModelUnavailableError at once if it can't be
        answered within its time limit.
        """
        work = _work(_count_tokens(request), request.max_output_tokens)
        seconds = (self._pending + work) / self._current()
        if seconds > request.timeout_seconds:
            raise ModelUnavailableError(
                f"The language model needs about {seconds:.0f} s for this, and has {request.timeout_seconds:.0f} s: "
                "ask again when it is less busy, or configure a faster one."
            )
        self._pending += work
        try:
            yield
        finally:
            self._pending -= work

    def record(self, *, tokens_in: int, tokens_out: int, seconds: float) -> None:
        """Correct the estimate by a request that was answered, or that had its whole time without an answer."""
        measured = _work(tokens_in, tokens_out) / max(seconds, 1e-3)
        speed = self._current() * (1 - _FOLLOWS) + measured * _FOLLOWS
        self._speed = min(max(speed, _SLOWEST), _FASTEST)
        self._measured_at, self._is_measured = self._clock(), True

    async def refresh(self) -> None:
        """Measure the model with a short trial if nothing was measured within a minute, and nothing waits.

        A trial takes at most 4 seconds: a model that is too slow is found out then, not after the whole time limit.
        """
        if self._try is not None and not self._pending and self.is_stale():
            await self._try()

    def is_stale(self) -> bool:
        """Return whether nothing was measured within a minute."""
        return not self._is_measured or self._clock() - self._measured_at > _STALE_SECONDS

    def try_with(self, trial: Callable[[], Awaitable[None]]) -> None:
        """Let `refresh` measure with a trial, which calls `set`."""
        self._try = trial

    def set(self, *, tokens_in: int, tokens_out: int, seconds: float) -> None:
        """Replace the estimate by a measurement of this moment."""
        speed = _work(tokens_in, tokens_out) / max(seconds, 1e-3)
        self._speed = min(max(speed, _SLOWEST), _FASTEST)
        self._measured_at, self._is_measured = self._clock(), True

    def _left(self, seconds: float) -> float:
        """Return the time for one more request, in seconds at the usual speed."""
        return seconds * _SHARE * self._current() - self._pending

    def _current(self) -> float:
        """Return the speed in multiples of the usual one. A slow measurement loses weight with time: otherwise, a model
        that was too slow once would never be asked again.
        """
        kept = 0.5 ** ((self._clock() - self._measured_at) / _FORGETS_SECONDS)
        return self._speed if self._speed >= 1 else 1 - (1 - self._speed) * kept


class PacedChat:
    """Implements `ChatModel`: it sends one request at a time to another model, and declines at once what takes too
    long.
    """

    def __init__(self, chat: ChatModel, *, pace: Pace, clock: Callable[[], float] = time.monotonic) -> None:
        self._chat = chat
        self._pace = pace
        self._clock = clock
        self._turn = asyncio.Lock()
        pace.try_with(self._try)

    @property
    def model(self) -> str:
        return self._chat.model

    async def complete(self, request: ChatRequest) -> ChatResponse:
        """Return the response. Raises the errors of the inner model, and ModelUnavailableError without delay."""
        with self._pace.reserve(request):
            async with self._turn:
                began = self._clock()
                try:
                    response = await self._chat.complete(request)
                except (ModelUnavailableError, asyncio.CancelledError):
                    # It had its whole time and did not finish: its speed is at most that of half of the reading.
                    read = int(_count_tokens(request) / 2)
                    self._pace.record(tokens_in=read, tokens_out=0, seconds=self._clock() - began)
                    raise
                used = response.usage
                self._pace.record(tokens_in=used.tokens_in, tokens_out=used.tokens_out, seconds=self._clock() - began)
                return response

    async def close(self) -> None:
        await self._chat.close()

    async def _try(self) -> None:
        """Measure the model with a short request."""
        request = ChatRequest((ChatMessage("user", write_trial()),), Purpose.ANSWER, TRIAL_OUTPUT, TRIAL_SECONDS)
        async with self._turn:
            if not self._pace.is_stale():
                return
            began = self._clock()
            try:
                used = (await self._chat.complete(request)).usage
            except (ModelUnavailableError, ModelNonsenseError):
                used = TokenUsage()
            seconds = self._clock() - began
            self._pace.set(
                tokens_in=used.tokens_in or TRIAL_TOKENS,
                tokens_out=used.tokens_out,
                seconds=seconds if used.tokens_in else max(seconds, TRIAL_SECONDS),
            )


def write_trial() -> str:
    """Return the text of a trial. Its first word is a new one, so that no kept prefix shortens it."""
    return f"{secrets.token_hex(4)} {_TRIAL_WORDS * 5}"[: int(TRIAL_TOKENS * CHARACTERS_PER_TOKEN)]


def can_answer(*, tokens_in: int, tokens_out: int, trial_seconds: float, seconds: float) -> bool:
    """Return whether a model that takes so long for a trial can answer a question about a passage in `seconds`."""
    pace = Pace()
    pace.set(tokens_in=tokens_in, tokens_out=tokens_out, seconds=trial_seconds)
    output = pace.count_output(most=800, seconds=seconds)
    return pace.count_characters(output_tokens=output, seconds=seconds) >= _LEAST_PROMPT


def _work(tokens_in: float, tokens_out: float) -> float:
    """Return the seconds that a request takes at the usual speed."""
    return tokens_in / READS + tokens_out / WRITES


def _count_tokens(request: ChatRequest) -> float:
    return sum(len(message.content) for message in request.messages) / CHARACTERS_PER_TOKEN
