"""`footnote ask`: ask a question and print its verified claims with their citations."""

import re
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from app.client.models import ApiAnswer, ApiClaim
from app.commands.options import (
    HomeOption,
    JsonOption,
    KeyOption,
    UrlOption,
    console,
    open_client,
    print_json,
    report_errors,
)

_YEAR = re.compile(r"\d{4}")


def ask(
    *,
    question: Annotated[str, typer.Argument(help="The question, in quotes.")],
    home: HomeOption = None,
    url: UrlOption = None,
    key: KeyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask a question about the documents that you can see."""
    with report_errors(as_json=as_json), open_client(home=home, url=url, key=key) as client:
        answer = client.ask(question)
    if as_json:
        print_json(answer.model_dump(mode="json"))
    else:
        print_answer(console(), answer)


def print_answer(out: Console, answer: ApiAnswer) -> None:
    """Print the claims, each with its subject and its citations (document, page, quote), then the notices about the
    answer, and at last the related passages.
    """
    if not answer.claims:
        out.print("  [yellow]Not found in the documents that you can see.[/]")
    cited: set[tuple[str, int, str]] = set()
    for at, claim in enumerate(answer.claims):
        # What supports an answer has its issuer: it is named again only if it is another one.
        is_named = at > 0 and claim.subject.issuer == answer.claims[0].subject.issuer
        _print_claim(out, claim, cited, "" if is_named else _unsaid_subject(claim))
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
