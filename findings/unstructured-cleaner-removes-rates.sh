#!/usr/bin/env bash
# unstructured's clean_ordered_bullets() takes a figure with a decimal point at the start of a text for the number of a
# list item and removes it.
#
# Hurts: "4.25% Senior Notes due 2029" becomes "Senior Notes due 2029", and "1.5 million of notes" is "million of notes".
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install unstructured==0.27.35
observe 2>/dev/null <<'PY'
from observation import compare, show_versions
from unstructured.cleaners.core import clean_ordered_bullets

show_versions("unstructured")
texts = ("2.1.3 Liquidity", "4.25% Senior Notes due 2029", "1.5 million of notes", "12.50 per share")
compare(
    expected="Liquidity; the other three texts stay as they are",
    seen=[clean_ordered_bullets(text) for text in texts],
    recorded=["Liquidity", "Senior Notes due 2029", "million of notes", "per share"],
)
PY
