"""Where in its statement a row stands, by the headings and totals around it."""

from collections.abc import Callable, Sequence

from app.facts.model import StatementKind

_Words = tuple[str, ...]
_Step = Callable[[_Words, frozenset[str], str], tuple[str, str]]

NOWHERE = "-"


def sections_of(labels: Sequence[_Words], with_figures: Sequence[bool], statement: StatementKind) -> list[str]:
    """Return the section of each row: one that a heading opens or a total closes ("-" if there is none).

    Sections follow Regulation S-X (17 CFR 210.5-02, 5-03) and ASC 230.
    """
    if statement is StatementKind.BALANCE:
        return _walk(labels, _balance, "start")
    if statement is StatementKind.CASH_FLOW:
        return _walk(labels, _cash_flow, "operating")
    if statement in (StatementKind.INCOME, StatementKind.COMPREHENSIVE_INCOME):
        return _walk(labels, _income, "start")
    return [NOWHERE] * len(with_figures)


def flags_of(labels: Sequence[_Words], statement: StatementKind) -> list[str]:
    """Return what the whole statement has, which decides between concepts with the same label."""
    words = [frozenset(label) for label in labels]
    return [
        name
        for name, needed in _FLAGS.get(statement, ())
        if any(needed <= label and not label & _NEVER.get(name, _NOTHING) for label in words)
    ]


_NOTHING: frozenset[str] = frozenset()
_NEVER = {"other-current": frozenset({"prepaid", "total"})}
"""Words that the label with the words of a flag doesn't have."""

_FLAGS: dict[StatementKind, tuple[tuple[str, frozenset[str]], ...]] = {
    StatementKind.INCOME: (
        ("noncontrolling", frozenset({"noncontrolling", "interest"})),
        ("equity-method", frozenset({"equity", "affiliate"})),
        ("equity-method", frozenset({"equity", "income", "in"})),
        ("discontinued", frozenset({"discontinued"})),
        ("preferred", frozenset({"preferred"})),
        ("preferred", frozenset({"participating"})),
        ("interest-income", frozenset({"net", "interest", "income", "after"})),
        ("bank", frozenset({"net", "interest", "income", "after"})),
        ("bank", frozenset({"noninterest"})),
        ("bank", frozenset({"interest", "fee", "loan"})),
        ("bank", frozenset({"net", "interest", "expense", "revenue"})),
        ("selling", frozenset({"selling"})),
        ("selling", frozenset({"marketing"})),
        ("selling", frozenset({"advertising"})),
        ("cost-of-revenue", frozenset({"cost", "revenue"})),
        ("cost-of-revenue", frozenset({"cost", "sale"})),
        ("cost-of-revenue", frozenset({"cost", "sold"})),
        ("cost-of-revenue", frozenset({"cost", "service"})),
        ("cost-of-revenue", frozenset({"cost", "good"})),
        ("cost-of-revenue", frozenset({"gross", "income"})),
        ("cost-of-revenue", frozenset({"gross", "margin"})),
        ("premiums", frozenset({"premium"})),
        ("gross", frozenset({"gross", "income"})),
        ("gross", frozenset({"gross", "margin"})),
        ("operating", frozenset({"operating", "income"})),
        ("total-costs", frozenset({"total", "cost", "expense"})),
        ("total-operating", frozenset({"total", "operating", "expense"})),
    ),
    StatementKind.COMPREHENSIVE_INCOME: (("noncontrolling", frozenset({"noncontrolling", "interest"})),),
    StatementKind.BALANCE: (
        ("noncontrolling", frozenset({"noncontrolling", "interest"})),
        ("classified", frozenset({"total", "current", "asset"})),
        ("deposits", frozenset({"deposit"})),
        ("other-current", frozenset({"other", "current", "asset"})),
        ("total-liabilities", frozenset({"total", "liability"})),
        ("leases", frozenset({"lease", "liability"})),
        ("finance-leases", frozenset({"finance", "lease"})),
    ),
    StatementKind.CASH_FLOW: (
        ("noncontrolling", frozenset({"noncontrolling", "interest"})),
        ("restricted", frozenset({"restricted"})),
        ("discontinued", frozenset({"discontinued"})),
        ("exchange", frozenset({"exchange", "rate"})),
        ("amortization", frozenset({"amortization", "intangible"})),
    ),
    StatementKind.EQUITY: (("noncontrolling", frozenset({"noncontrolling", "interest"})),),
}


def _walk(labels: Sequence[_Words], step: _Step, section: str) -> list[str]:
    found = []
    for words in labels:
        here, section = step(words, frozenset(words), section)
        found.append(here)
    return found


def _balance(words: _Words, held: frozenset[str], section: str) -> tuple[str, str]:
    if "asset" in held and held <= {"current", "asset", "total", "net"}:
        return _at_assets(held, section)
    if "liability" in held and held <= {"current", "liability", "total"}:
        return section, _after_liabilities(held)
    is_owners = bool(held & {"shareholder", "holder", "partner", "member", "unitholder"}) or words == ("equity",)
    if is_owners and held & _OWNED and not held & {"total", "liability", "paid", "method"}:
        return section, "equity"
    if held & {"retained", "treasury"} or {"paid", "capital"} <= held:
        return "equity", "equity"
    return section, section


_OWNED = frozenset({"equity", "deficit", "capital", "investment"})


def _at_assets(held: frozenset[str], section: str) -> tuple[str, str]:
    if "total" in held:
        return ("current", "noncurrent") if "current" in held else (section, "due")
    return section, "current" if "current" in held else section


def _after_liabilities(held: frozenset[str]) -> str:
    if "total" in held:
        return "later" if "current" in held else "equity"
    return "due"


_ACTIVITIES = {"operating": "investing", "investing": "financing", "financing": "end"}
"""What follows the total of each activity."""
_MOVES = frozenset({"change", "increase", "decrease"})
_BALANCES = frozenset({"asset", "liability", "capital"})
_MOVED = frozenset({"provided", "used", "from", "for"})


def _cash_flow(words: _Words, held: frozenset[str], section: str) -> tuple[str, str]:
    named = next((name for name in _ACTIVITIES if name in held), None)
    if named is None and {"operation", "cash"} <= held:
        named = "operating"
    is_activity = held & {"activity", "operation", "operating"} and not held & {"asset", "liability", "lease"}
    if named is not None and is_activity:
        is_total = bool(held & {"net", "total"}) or ("cash" in held and held & _MOVED)
        return (named, _ACTIVITIES[named]) if is_total and words[0] != "adjustment" else (section, named)
    if held & {"supplemental", "supplementary", "supplement"} or {"noncash", "activity"} <= held:
        return section, "supplement"
    if section == "operating" and held & _MOVES and held & _BALANCES:
        return "working", "working"
    return section, section


def _income(words: _Words, held: frozenset[str], section: str) -> tuple[str, str]:
    if "per" in held and held & {"share", "unit"}:
        return "per-share", "per-share"
    if held & {"average", "outstanding"} and held & {"share", "unit", "basic", "diluted", "weighted"}:
        return "shares", "shares"
    if section == "start" and held & {"cost", "expense"}:
        return "costs", "costs"
    if {"before", "tax"} <= held:
        return section, "after-tax"
    if {"operating", "income"} <= held or {"income", "from", "operation"} <= held:
        return section, "below"
    is_bottom = "net" in held and held & {"income", "loss"} and len(words) <= 3 and "interest" not in held
    return section, "bottom" if is_bottom else section
