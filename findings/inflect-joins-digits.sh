#!/usr/bin/env bash
# inflect's number_to_words() removes what is not a digit and joins the rest, so that 5 1/4 becomes 514 and 10-12
# becomes 1,012.
#
# Hurts: a rate of 5 1/4 per cent, a ratio of 3.50:1.00 or a loss of (56) is written as another number, without an
# error.
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install inflect==7.6.0
observe <<'PY'
import inflect
from observation import compare, show_versions

show_versions("inflect")
write = inflect.engine().number_to_words
compare(
    expected="an error for each text that is not one number, or its right reading",
    seen={text: write(text) for text in ("5 1/4", "10-12", "1.5e6", "3.50:1.00", "(56)")},
    recorded={
        "5 1/4": "five hundred and fourteen",
        "10-12": "one thousand and twelve",
        "1.5e6": "one point five six",
        "3.50:1.00": "three point five zero one zero zero",
        "(56)": "fifty-six",
    },
)
PY
