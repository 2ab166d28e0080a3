#!/usr/bin/env bash
# outlines-core ignores "minimum", "maximum" and "multipleOf" of a JSON schema without an error, although it raises one
# for other keywords that it does not support.
#
# Hurts: a model whose output is constrained by the schema can still write a share of 140% or a negative debt.
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install outlines-core==0.2.14
observe <<'PY'
import json
import re

from observation import compare, show_versions
from outlines_core.json_schema import build_regex_from_schema

show_versions("outlines-core")


def allows(schema: dict, text: str) -> bool | str:
    try:
        return re.fullmatch(build_regex_from_schema(json.dumps(schema)), text) is not None
    except ValueError:
        return "ValueError"


compare(
    expected="False or ValueError in each case",
    seen={
        "140 under maximum 100": allows({"type": "integer", "maximum": 100}, "140"),
        "-5 under minimum 0": allows({"type": "number", "minimum": 0}, "-5"),
        "1.234 under multipleOf 0.01": allows({"type": "number", "multipleOf": 0.01}, "1.234"),
        "a list of bounds": allows({"allOf": [{"type": "integer"}, {"maximum": 100}]}, "140"),
    },
    recorded={
        "140 under maximum 100": True,
        "-5 under minimum 0": True,
        "1.234 under multipleOf 0.01": True,
        "a list of bounds": "ValueError",
    },
)
PY
