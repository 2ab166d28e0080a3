#!/usr/bin/env bash
# langchain's text splitters give a chunk the start_index of a later copy of its text, or -1, if lengths are counted
# in words or tokens.
#
# Hurts: the citation of a sentence in the first quarter opens the second quarter, which has the same sentence.
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install langchain-text-splitters==1.1.3
observe <<'PY'
from langchain_text_splitters import RecursiveCharacterTextSplitter
from observation import compare, show_versions

show_versions("langchain-text-splitters")
note = "Total debt was 500 million at year end. The facility matures in five years. "
text = "".join(f"Quarter {quarter}. {note}" for quarter in (1, 2))
splitter = RecursiveCharacterTextSplitter(
    chunk_size=14,
    chunk_overlap=10,
    length_function=lambda part: len(part.split()),
    separators=[". ", " "],
    keep_separator="end",
    add_start_index=True,
)
chunks = splitter.create_documents([text])
compare(
    expected="the chunks of quarter 1 begin at 0, 11 and 51",
    seen=[(chunk.metadata["start_index"], chunk.page_content[:17]) for chunk in chunks[:3]],
    recorded=[(0, "Quarter 1. Total "), (98, "Total debt was 50"), (-1, "The facility matu")],
)
PY
