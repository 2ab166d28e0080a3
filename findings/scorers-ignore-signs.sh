#!/usr/bin/env bash
# The scorers exact() and f1() of inspect_ai, and rouge-score, remove punctuation, and with it the minus sign or the
# brackets of a negative figure; rouge-score also removes the currency sign.
#
# Hurts: an answer with a loss instead of a profit is scored as fully right.
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install inspect-ai==0.3.285 rouge-score==0.1.2
observe <<'PY'
import asyncio

from inspect_ai.model import ModelOutput
from inspect_ai.scorer import Target, exact, f1
from inspect_ai.solver import TaskState
from observation import compare, show_versions
from rouge_score.rouge_scorer import RougeScorer

show_versions("inspect-ai", "rouge-score")


def scores(answer: str, right: str) -> list:
    output = ModelOutput.from_content("model", answer)
    state = TaskState(model="mockllm/model", sample_id=1, epoch=1, input="?", messages=[], output=output)
    return [
        asyncio.run(exact()(state, Target(right))).value,
        asyncio.run(f1()(state, Target(right))).value,
        RougeScorer(["rougeL"]).score(right, answer)["rougeL"].fmeasure,
    ]


compare(
    expected="no full score (C is correct, I is incorrect; exact, f1, rougeL)",
    seen={"-5 for 5": scores("-5", "5"), "(56) for 56": scores("(56)", "56"), "€500 for $500": scores("€500", "$500")},
    recorded={
        "-5 for 5": ["C", 1.0, 1.0],
        "(56) for 56": ["C", 1.0, 1.0],
        "€500 for $500": ["I", 0.0, 1.0],
    },
)
PY
