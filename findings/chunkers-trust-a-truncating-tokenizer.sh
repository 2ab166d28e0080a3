#!/usr/bin/env bash
# semchunk and semantic-text-splitter never split a text if the tokenizer that counts its length truncates: its count
# never exceeds the limit.
#
# Hurts: the tokenizer.json of many embedding models states a truncation (512 tokens), so a document becomes one chunk,
# and only its first 512 tokens are embedded and found.
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install semchunk==4.1.1 semantic-text-splitter==0.33.1 tokenizers==0.23.3
observe <<'PY'
import semchunk
from observation import compare, show_versions
from semantic_text_splitter import TextSplitter
from tokenizers import Tokenizer, models, pre_tokenizers

show_versions("semchunk", "semantic-text-splitter", "tokenizers")
LIMIT = 8  # tokens in a chunk, and that the model reads
text = " ".join(f"The notes of tranche {letter} are due." for letter in "ABCDEFGHIJKL")


def chunks(*, truncating: bool) -> dict[str, int]:
    vocabulary = {word: number for number, word in enumerate(["[UNK]", *sorted(set(text.replace(".", " .").split()))])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    if truncating:
        tokenizer.enable_truncation(LIMIT)
        Tokenizer.save(tokenizer, "tokenizer.json")
        tokenizer = Tokenizer.from_file("tokenizer.json")
    return {
        "semchunk": len(semchunk.chunkerify(tokenizer, LIMIT)(text)),
        "semantic-text-splitter": len(TextSplitter.from_huggingface_tokenizer(tokenizer, LIMIT).chunks(text)),
    }


compare(
    expected="12 chunks of one sentence each, with either tokenizer",
    seen={"without truncation": chunks(truncating=False), "with truncation": chunks(truncating=True)},
    recorded={
        "without truncation": {"semchunk": 12, "semantic-text-splitter": 12},
        "with truncation": {"semchunk": 1, "semantic-text-splitter": 1},
    },
)
PY
