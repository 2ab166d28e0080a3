"""A run records its models and their parameters."""

import asyncio
from pathlib import Path

from app.answers.evidence_tables import EvidenceTables
from app.llm.port import ChatRequest, ChatResponse, TokenUsage
from app.llm.prompts import PromptLibrary
from app.settings import ChatSettings, Settings
from evals.environment.answering import build_writer, describe_use
from evals.environment.cassettes import Cassettes, RecordedChat
from evals.scoring.judging import Judge
from evals.suites.answers import describe_with_judge


class RecordingChat:
    """Implements `ChatModel` and records its requests."""

    model = "m"

    def __init__(self) -> None:
        self.asked: list[ChatRequest] = []

    async def complete(self, request: ChatRequest) -> ChatResponse:
        self.asked.append(request)
        return ChatResponse(
            text="", model=self.model, purpose=request.purpose, usage=TokenUsage(), parsed={"claims": []}
        )

    async def close(self) -> None: ...


def test_writer_uses_the_recorded_parameters() -> None:
    settings = Settings(_env_file=None, chat=ChatSettings(model="m", max_output_tokens=123))
    chat = RecordingChat()
    asyncio.run(build_writer(chat, settings).write("Revenue?", (), {}, EvidenceTables.none(), timeout_seconds=60))
    assert chat.asked[0].max_output_tokens == describe_use(chat, settings).parameters["max_output_tokens"] == 123


def test_run_with_a_judge_records_the_judge_and_its_prompt(tmp_path: Path) -> None:
    judge = Judge(RecordedChat(model="strict", cassettes=Cassettes((tmp_path,))), PromptLibrary())
    plain = describe_use(None, Settings(_env_file=None))
    used = describe_with_judge(plain, judge)
    assert used.parameters["judge"] == "strict"
    assert used.prompts["judge"] == PromptLibrary().get_prompt("judge").digest
    assert describe_with_judge(plain, None) == plain
