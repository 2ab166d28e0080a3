#!/usr/bin/env bash
# instructor's CitationMixin allows five wrong characters in a quote and replaces it with the context's text: a quote
# with a wrong figure or without a "not" passes the check.
#
# Hurts: a model that cites "$950 million" or "may call" receives "$850 million" or "may not call" as its proof.
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install instructor==1.17.0 regex==2026.11.19
observe 2>/dev/null <<'PY'
from instructor import CitationMixin
from observation import compare, show_versions

show_versions("instructor")
PAGE = "Total debt was $850 million. The covenant is 4.50x; leverage was 4.10x. The lenders may not call the loan."
FALSE_QUOTES = ("Total debt was $950 million", "4.95x", "12%", "The lenders may call the loan")


def checked(quote):
    return CitationMixin.model_validate({"substring_quotes": [quote]}, context={"context": PAGE}).substring_quotes


compare(
    expected="no quote is left, because the context has none of them",
    seen={quote: checked(quote) for quote in FALSE_QUOTES},
    recorded={
        "Total debt was $950 million": ["Total debt was $850 million"],
        "4.95x": ["4.50x"],
        "12%": ["10x"],
        "The lenders may call the loan": ["The lenders may not call the loan"],
    },
)
PY
