#!/usr/bin/env bash
# tiktoken raises an error for a text that contains "<|endoftext|>". Documents about language models may contain it.
#
# Hurts: one such document cannot be counted or embedded; its upload fails again at each retry.
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install tiktoken==0.14.0
observe <<'PY'
import tiktoken
from observation import compare, show_versions

show_versions("tiktoken")
# This encoding has a token for each byte. Published encodings behave in the same way, but need a download.
encoding = tiktoken.Encoding(
    "bytes",
    pat_str=r"\S+|\s+",
    mergeable_ranks={bytes([value]): value for value in range(256)},
    special_tokens={"<|endoftext|>": 256},
)
text = "The marker <|endoftext|> ends a text."
try:
    seen = len(encoding.encode(text))
except ValueError as error:
    seen = str(error).splitlines()[0][:60]
compare(
    expected="a number of tokens",
    seen=seen,
    recorded="Encountered text corresponding to disallowed special token '",
)
compare(
    expected="encode_ordinary encodes the text without loss",
    seen=encoding.decode(encoding.encode_ordinary(text)) == text,
    recorded=True,
)
PY
