"""Tests of recognising title lines of statements."""

import pytest

from app.documents.content.statements import Statement, StatementRecogniser


@pytest.mark.parametrize(
    ("line", "statement"),
    [
        ("CONSOLIDATED BALANCE SHEETS", Statement.BALANCE),
        ("Condensed Consolidated Statements of Operations (Unaudited)", Statement.INCOME),
        ("Juniper Tool Works, Inc. Consolidated Statements of Cash Flows — continued", Statement.CASH_FLOW),
        ("Consolidated Statements of Income for the years ended May 31, 2031 and 2030", Statement.INCOME),
        ("CONSOLIDATED STATEMENTS OF INCOME FOR THE YEARS ENDED DECEMBER 31", Statement.INCOME),
        ("STATEMENTS OF OPERATIONS AND COMPREHENSIVE LOSS", Statement.INCOME),
        ("Consolidated Statement of Financial Position", Statement.BALANCE),
    ],
)
def test_title_line_returns_its_statement(line, statement):
    assert StatementRecogniser().find_title(line) is statement


@pytest.mark.parametrize(
    "line",
    [
        "Consolidated Balance Sheets\t51",
        "Consolidated Balance Sheets 51",
        "Consolidated Statements of Comprehensive Income",
        "Notes to Consolidated Balance Sheets",
        "The increase is shown in our consolidated statements of income.",
        "Consolidated balance sheets were restated after the merger",
        "Net income",
        "",
    ],
)
def test_other_line_returns_none(line):
    assert StatementRecogniser().find_title(line) is None
