"""`footnote ask`: ask a question and print its verified claims with their citations."""

from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from app.client.models import ApiAnswer
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
    """Print the claims with their citations (document, page, quote), then the notices about the answer."""
    if not answer.claims:
        out.print("  [yellow]Not found in the documents that you can see.[/]")
    for claim in answer.claims:
        out.print(f"  {escape(claim.text)}")
        for citation in claim.citations:
            quote = " ".join(citation.quote.split())
            out.print(f"    [dim]{escape(citation.document_title)}, page {citation.page_number}: “{escape(quote)}”[/]")
    if answer.notice:
        out.print(f"  [dim]{escape(answer.notice)}[/]")
    if answer.degraded and answer.degraded_reason != "embeddings-unavailable":  # the notice says what is missing
        out.print("  [dim]The language model failed, so this answer quotes the documents directly.[/]")
    if answer.dropped:
        out.print(f"  [dim]Unsupported sentences left out: {answer.dropped}.[/]")
