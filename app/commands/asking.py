"""`footnote ask`: ask a question or a follow-up, and print its verified claims with their citations."""

import re
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from app.client.api import ApiClient
from app.client.conversations import ApiTurn, ApiUnderstood
from app.client.models import ApiAnswer, ApiClaim, ApiGrid
from app.commands.calling import calls_api
from app.commands.options import JsonOption, console, print_json
from app.commands.scopes import ChosenScope, describe_scope, find_conversation
from app.documents.metadata import DocumentType, FiscalPeriod

_YEAR = re.compile(r"\d{4}")


@calls_api
def ask(
    client: ApiClient,
    *,
    question: Annotated[str, typer.Argument(help="The question, in quotes.")],
    conversation: Annotated[
        str | None, typer.Option("--conversation", help="The ID of a conversation, or `last`, to follow up in it.")
    ] = None,
    only_understand: Annotated[
        bool, typer.Option("--understand", help="Show how a follow-up would be understood, without asking it.")
    ] = False,
    issuer: Annotated[list[str] | None, typer.Option(help="Search only this issuer's documents.")] = None,
    collection: Annotated[list[str] | None, typer.Option(help="Search only this collection (name or ID).")] = None,
    document: Annotated[
        list[str] | None, typer.Option(help="Search only this document (ID, title or file name).")
    ] = None,
    document_type: Annotated[
        list[DocumentType] | None, typer.Option("--type", help="Search only documents of this type.")
    ] = None,
    year: Annotated[list[int] | None, typer.Option(help="Search only documents of this fiscal year.")] = None,
    period: Annotated[list[FiscalPeriod] | None, typer.Option(help="Search only documents of this period.")] = None,
    everywhere: Annotated[bool, typer.Option("--everywhere", help="Search all documents again.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Ask a question about the documents that you can see. The scope applies to the whole conversation."""
    chosen = ChosenScope(issuer, collection, document, document_type, year, period)
    scope = None if chosen.is_empty() and not everywhere else chosen.resolve(client)
    if conversation is None:
        place = client.create_conversation(scope or {}).id
    else:
        place = find_conversation(client, conversation)
    if only_understand:
        try:
            understood = client.understand_turn(place, question, scope=scope)
        finally:
            if conversation is None:
                client.delete_conversation(place)
        print_json(understood.model_dump(mode="json")) if as_json else print_understood(console(), understood)
        return
    turn = client.ask_turn(place, question, scope=scope)
    if as_json:
        print_json(_as_json(turn))
    else:
        print_turn(console(), turn)


def print_turn(out: Console, turn: ApiTurn) -> None:
    """Print where a turn searches and how it was understood, if that is not the question itself, and its answer."""
    if words := describe_scope(turn.scope):
        out.print(f"  [dim]Searched: {escape(words)}[/]")
    understood = turn.understood
    if understood is None or (turn.answer is not None and turn.answer.outcome == "withdrawn"):
        out.print("  [yellow]The answer used a document that you can no longer see.[/]")
        return
    if understood.asks or understood.carried or understood.notes or understood.is_edited:
        print_understood(out, understood)
    if turn.answer is not None:
        print_answer(out, turn.answer)


def print_understood(out: Console, understood: ApiUnderstood) -> None:
    """Print a complete question with the notes on how it was read, or what Footnote asks back."""
    if understood.asks:
        out.print(f"  [yellow]{escape(understood.asks)}[/]")
        for option in understood.options:
            out.print(f"    {escape(option)}")
        return
    out.print(f"  [bold]Understood as:[/] {escape(understood.question or '')}")
    for note in understood.notes:
        out.print(f"  [dim]{escape(note)}[/]")


def _as_json(turn: ApiTurn) -> dict[str, object]:
    """Return the answer's JSON object with the turn's fields."""
    answer = {"outcome": "unclear"} if turn.answer is None else turn.answer.model_dump(mode="json")
    more = turn.model_dump(mode="json", include={"conversation_id", "understood", "scope"})
    return {**answer, "turn_id": turn.id, **more}


def print_answer(out: Console, answer: ApiAnswer) -> None:
    """Print the claims, each with its subject and its citations (document, page, quote), then the notices about the
    answer, and at last the related passages.
    """
    if not answer.claims:
        out.print("  [yellow]Not found in the documents that you can see.[/]")
    cited: set[tuple[str, int, str]] = set()
    for at, claim in enumerate(answer.claims):
        # Supporting claims are about the issuer of the answer, unless they name another one.
        is_named = at > 0 and claim.subject.issuer == answer.claims[0].subject.issuer
        _print_claim(out, claim, cited, "" if is_named else _unsaid_subject(claim))
    if answer.grid is not None:
        _print_grid(out, answer.grid)
    if answer.notice:
        out.print(f"  [dim]{escape(answer.notice)}[/]")
    if answer.degraded and answer.degraded_reason != "embeddings-unavailable":  # the notice says what is missing
        out.print("  [dim]The language model failed, so this answer quotes the documents directly.[/]")
    if answer.dropped:
        out.print(f"  [dim]Unsupported sentences left out: {answer.dropped}.[/]")
    if answer.related:
        out.print("  [bold]Related passages[/]" if answer.claims else "  [bold]Nearest in the documents[/]")
    for claim in answer.related:
        _print_claim(out, claim, cited, _unsaid_subject(claim))


def _print_grid(out: Console, grid: ApiGrid) -> None:
    table = Table(box=box.SIMPLE)
    for name in ("", *grid.columns):
        table.add_column(escape(name), justify="right" if name else "left", overflow="fold")
    for row in grid.rows:
        table.add_row(escape(row.label), *(escape(cell.text) for cell in row.cells))
    out.print(table)


def _print_claim(out: Console, claim: ApiClaim, cited: set[tuple[str, int, str]], subject: str) -> None:
    """Print a claim after its subject, with those of its citations that are not in `cited` yet."""
    out.print(f"  [bold]{escape(subject)}:[/] {escape(claim.text)}" if subject else f"  {escape(claim.text)}")
    for citation in claim.citations:
        quote = " ".join(citation.quote.split())
        place = (citation.document_title, citation.page_number, quote)
        if place not in cited:
            out.print(f"    [dim]{escape(citation.document_title)}, page {citation.page_number}: “{escape(quote)}”[/]")
        cited.add(place)


def _unsaid_subject(claim: ApiClaim) -> str:
    """Return the issuer and the period of a claim, without those that its text names."""
    text, issuer, period = claim.text.casefold(), claim.subject.issuer or "", claim.subject.period or ""
    years = _YEAR.findall(period)
    is_dated = bool(years) and all(year in text for year in years)
    return ", ".join(filter(None, ("" if issuer.casefold() in text else issuer, "" if is_dated else period)))
