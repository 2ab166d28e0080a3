#!/usr/bin/env bash
# tantivy parses a question as a query: an apostrophe or a colon raises an error, and a word of over 40 letters
# matches nothing.
#
# Hurts: a user who searches for "company's debt" or "Note 5: Debt" gets an error.
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install tantivy==0.27.0
observe <<'PY'
import tantivy
from observation import compare, show_versions

show_versions("tantivy")
builder = tantivy.SchemaBuilder()
builder.add_text_field("body", stored=True)
index = tantivy.Index(builder.build())
writer = index.writer()
long_word = "noncontrollinginterestsinconsolidatedsubsidiaries"
for text in ("Note 5: Debt of the company's subsidiaries", long_word):
    writer.add_document(tantivy.Document(body=[text]))
writer.commit()
index.reload()


def search(words):
    try:
        return len(index.searcher().search(index.parse_query(words, ["body"]), 5).hits)
    except ValueError as error:
        return str(error)


compare(
    expected="1 hit for each query, because each is part of a document",
    seen=[search("debt"), search("company's"), search("Note 5: Debt"), search(long_word)],
    recorded=[1, "Syntax Error: company's", "Field does not exist: '5'", 0],
)
PY
