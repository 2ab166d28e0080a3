"""Tests that run the local model server."""

import asyncio
import contextlib
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from app.llm.local_server import LOCAL_MODEL, LocalModelServer
from app.llm.openai_chat import OpenAIChatModel
from app.llm.port import ChatMessage, ChatRequest, ChatResponse, Purpose

pytestmark = pytest.mark.llm

SCHEMA = {
    "type": "object",
    "properties": {"colour": {"type": "string", "maxLength": 20}},
    "required": ["colour"],
    "additionalProperties": False,
}


def test_local_model_returns_the_requested_json(local_server: LocalModelServer) -> None:
    async def run() -> ChatResponse:
        model = OpenAIChatModel(base_url=local_server.base_url, api_key="none", model=LOCAL_MODEL)
        try:
            return await model.complete(
                ChatRequest(
                    messages=[ChatMessage(role="user", content="What colour is the sky? Answer in JSON.")],
                    purpose=Purpose.EVALUATION,
                    max_output_tokens=40,
                    timeout_seconds=60,
                    schema=SCHEMA,
                )
            )
        finally:
            await model.close()

    response = asyncio.run(run())
    assert response.parsed is not None
    assert set(response.parsed) == {"colour"}
    assert response.usage.tokens_in > 0


def test_server_ends_with_the_process_that_started_it(local_server: LocalModelServer) -> None:
    del local_server  # this fixture skips the test if the model is missing
    program = (
        "import os, signal\n"
        "from app.llm.local_server import LocalModelServer\n"
        "server = LocalModelServer().__enter__()\n"
        "print(server._process.pid, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    owner = subprocess.run(
        [sys.executable, "-c", program], cwd=Path(__file__).parents[2], capture_output=True, check=False, timeout=60
    )
    with contextlib.suppress(psutil.NoSuchProcess):
        psutil.Process(int(owner.stdout)).wait(timeout=60)
    assert not psutil.pid_exists(int(owner.stdout))
