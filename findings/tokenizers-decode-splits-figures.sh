#!/usr/bin/env bash
# tokenizers: encode() and decode() of a BERT-like tokenizer (WordPiece) return a figure with blanks inside it.
#
# Hurts: a chunk that is cut by tokens and decoded has "1, 234. 5" and "$ ( 56 )", so that quotes of it are not found.
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install tokenizers==0.23.3
observe <<'PY'
from observation import compare, show_versions
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

show_versions("tokenizers")
VOCABULARY = ["[UNK]", "sales", "were", "1", ",", "234", ".", "5", "25", "%", "$", "(", "56", ")"]
tokenizer = Tokenizer(models.WordPiece({word: number for number, word in enumerate(VOCABULARY)}, unk_token="[UNK]"))
tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
tokenizer.decoder = decoders.WordPiece()
TEXTS = ("sales were 1,234.5", "5.25%", "$(56)")
compare(
    expected="each text returns as it was",
    seen=[tokenizer.decode(tokenizer.encode(text).ids) for text in TEXTS],
    recorded=["sales were 1, 234. 5", "5. 25 %", "$ ( 56 )"],
)
PY
