#!/usr/bin/env bash
# Parsers of incomplete JSON return a truncated number as if it were complete, although they drop a truncated string.
#
# Hurts: if a stream stops inside 1234567, the digits received so far are stored as the figure.
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install pydantic-core==2.50.5 partial-json-parser==0.2.1.1.post7
observe <<'PY'
import partial_json_parser
from observation import compare, show_versions
from pydantic_core import from_json

show_versions("pydantic-core", "partial-json-parser")
whole = '{"unit": "USD", "revenue": 1234567}'
compare(
    expected="pydantic-core drops the truncated number, as it drops the truncated string",
    seen=[from_json(whole[:-4], allow_partial=True), from_json('{"revenue": 5, "unit": "US', allow_partial=True)],
    recorded=[{"unit": "USD", "revenue": 1234}, {"revenue": 5}],
)
compare(
    expected="partial-json-parser drops truncated numbers, too",
    seen=[partial_json_parser.loads(whole[:-4]), partial_json_parser.loads('{"revenue": 12.')],
    recorded=[{"unit": "USD", "revenue": 1234}, {"revenue": 12}],
)
PY
