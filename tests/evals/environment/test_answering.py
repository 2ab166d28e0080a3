"""What a run says of its models is what they were asked with."""

import asyncio
from pathlib import Path

from app.llm.port import ChatRequest, ChatResponse, TokenUsage
from app.llm.prompts import PromptLibrary
from app.settings import ChatSettings, Settings
from evals.environment.answering import build_writer, describe_use
from evals.environment.cassettes import Cassettes, RecordedChat
from evals.scoring.judging import Judge
from evals.suites.answers import describe_with_judge


class Listening:
    """Implements `ChatModel`: keeps what it was asked."""

    model = "m"

    def __init__(self) -> None:
        self.asked: list[ChatRequest] = []

    async def complete(self, request: ChatRequest) -> ChatResponse:
        self.asked.append(request)
        return ChatResponse(
            text="", model=self.model, purpose=request.purpose, usage=TokenUsage(), parsed={"claims": []}
        )

    async def close(self) -> None: ...


def test_the_writer_is_bound_as_the_record_says() -> None:
    settings = Settings(_env_file=None, chat=ChatSettings(model="m", max_output_tokens=123))
    chat = Listening()
    asyncio.run(build_writer(chat, settings).write("Revenue?", (), {}, timeout_seconds=1))
    assert chat.asked[0].max_output_tokens == describe_use(chat, settings).parameters["max_output_tokens"] == 123


def test_a_run_with_a_judge_says_which_judge_and_asked_how(tmp_path: Path) -> None:
    judge = Judge(RecordedChat(model="strict", cassettes=Cassettes((tmp_path,))), PromptLibrary())
    plain = describe_use(None, Settings(_env_file=None))
    used = describe_with_judge(plain, judge)
    assert used.parameters["judge"] == "strict"
    assert used.prompts["judge"] == PromptLibrary().get_prompt("judge").digest
    assert describe_with_judge(plain, None) == plain
