#!/usr/bin/env bash
# word2number returns a wrong number, not an error, for common ways to write an amount in words.
#
# Hurts: "one hundred and five million two hundred thousand" is 105,201,200; "two point five million" is 2.
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install word2number==1.1
observe <<'PY'
from observation import compare, show_versions
from word2number import w2n

show_versions("word2number")
compare(
    expected="105200000",
    seen=w2n.word_to_num("one hundred and five million two hundred thousand"),
    recorded=105201200,
)
compare(
    expected="2500000, 500000, -5",
    seen=[w2n.word_to_num(words) for words in ("two point five million", "half million", "minus five")],
    recorded=[2, 1000000, 5],
)
PY
