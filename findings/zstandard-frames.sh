#!/usr/bin/env bash
# zstandard: decompress() and read_to_iter() return the first of several frames and no error; stream_reader()
# returns all.
#
# Hurts: two of the three functions return only the first part of a file that was written by appending.
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install zstandard==0.25.0
observe <<'PY'
import io

import zstandard
from observation import compare, show_versions

show_versions("zstandard")
stored = b"".join(zstandard.ZstdCompressor().compress(page) for page in (b"page 1 ", b"page 2"))
reader = zstandard.ZstdDecompressor
compare(
    expected="page 1 page 2 from all three functions",
    seen=[
        reader().decompress(stored),
        b"".join(reader().read_to_iter(io.BytesIO(stored))),
        reader().stream_reader(io.BytesIO(stored)).read(),
    ],
    recorded=[b"page 1 ", b"page 1 ", b"page 1 page 2"],
)
PY
