"""`footnote demo`: show Footnote in a minute, on documents of a fictional issuer.

One analyst asks five questions. A second analyst, who has no access to the deal room, repeats the last question and
gets no answer.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from app.client.api import ApiClient
from app.client.errors import ApiProblemError
from app.client.ingestion import NoProgress, find_files, ingest_files
from app.client.models import ApiAnswer, ApiCollection
from app.commands.asking import print_answer
from app.commands.ingest import ProgressBars
from app.commands.options import HomeOption, JsonOption, console, error_console, print_json, report_errors
from app.core.principal import Role
from app.stack.errors import ServerStartError
from app.stack.founding import open_tenant_admin
from app.stack.home import Home
from app.stack.supervisor import ROOT, Stack

PUBLIC, DEAL = "Public filings", "Deal room"
OPEN_QUESTIONS = (
    "What were Tarnwick's net sales in 2025?",
    "What were capital expenditures in 2025?",
    "What net leverage ratio does the credit agreement permit?",
    "At what price may the notes be redeemed?",
)
DEAL_QUESTION = "What is the cross-default threshold of the notes?"


@dataclass(frozen=True, slots=True)
class Analyst:
    """A user of the demo, with their API key."""

    id: str
    name: str
    key: str


@dataclass(frozen=True, slots=True)
class People:
    admin: Analyst
    full: Analyst
    outside: Analyst


def demo(
    *,
    docs: Annotated[list[Path] | None, typer.Option("--docs", help="Also ingest your own files or folders.")] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Start Footnote, ingest sample documents, ask questions as two analysts, and stop."""
    with report_errors(as_json=as_json):
        shown = run_demo(home=home, docs=docs or [], out=console(), progress=error_console(), quiet=as_json)
    if as_json:
        print_json(shown)


def run_demo(
    *, home: Path | None, docs: Sequence[Path], out: Console, progress: Console, quiet: bool = False
) -> dict[str, object]:
    """Run the demo and return its results. Print text to `out` and progress bars to `progress`.

    Without `home`, all data are in a temporary folder, which is deleted afterwards. Everything that the demo started
    is stopped at its end. Raises ServerStartError and the errors of `app.client`.
    """
    started = time.monotonic()
    terminal = Console(quiet=True) if quiet else out
    with (
        _home(home) as place,
        Stack(home=place, port=0, report=lambda text: terminal.print(f"[dim]{text} …[/]")) as stack,
    ):
        people = _create_people(stack)
        terminal.print(f"[bold]Footnote is running[/] after {time.monotonic() - started:.1f} s.")
        shown = _show(stack, people, docs, terminal, None if quiet else progress)
        terminal.print(f"\nThe demo served its page at {stack.url}/ and its API reference at {stack.url}/docs.")
        terminal.print("To use Footnote yourself, run [bold]footnote up[/].")
    seconds = round(time.monotonic() - started, 1)
    terminal.print(f"Everything has stopped. The demo took {seconds} s.")
    return {**shown, "seconds": seconds}


@contextmanager
def _home(path: Path | None) -> Iterator[Home]:
    if path is not None:
        yield Home.at(path)
        return
    folder = Path(tempfile.mkdtemp(prefix="footnote-demo-"))
    try:
        yield Home.at(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _create_people(stack: Stack) -> People:
    """Create a tenant for this run, with an administrator and two analysts."""
    admin, database = open_tenant_admin(stack.database_url("owner"))
    try:
        tenant_id = admin.create_tenant(slug=f"demo-{time.time_ns():x}", name="Demo")

        def add(name: str, role: Role) -> Analyst:
            email = f"{name.split(maxsplit=1)[0].lower()}@demo.example"
            user_id, key = admin.create_user(tenant_id, email=email, name=name, roles=[role])
            return Analyst(str(user_id), name, key)

        return People(
            admin=add("Ada (administrator)", Role.ADMIN),
            full=add("Mira (analyst, both collections)", Role.ANALYST),
            outside=add("Jon (analyst, public filings only)", Role.ANALYST),
        )
    finally:
        database.close()


def _show(
    stack: Stack, people: People, docs: Sequence[Path], terminal: Console, progress: Console | None
) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder, ApiClient(url=stack.url, key=people.admin.key) as admin:
        annual, offering = make_samples(Path(folder))
        public, deal = admin.create_collection(PUBLIC), admin.create_collection(DEAL)
        admin.grant(collection_id=public.id, user_id=people.full.id)
        admin.grant(collection_id=deal.id, user_id=people.full.id)
        admin.grant(collection_id=public.id, user_id=people.outside.id)
        with ProgressBars(progress) if progress else nullcontext(NoProgress()) as watcher:
            outcomes = [
                *ingest_files(admin, [annual], collection=public.id, watcher=watcher),
                *ingest_files(admin, [offering], collection=deal.id, watcher=watcher),
                *ingest_files(admin, find_files(docs), collection=public.id, watcher=watcher),
            ]
    failed = {str(outcome.path): outcome.detail for outcome in outcomes if outcome.failed}
    terminal.print(f"{len(outcomes) - len(failed)} documents are ready, {len(failed)} failed.")
    with ApiClient(url=stack.url, key=people.full.key) as client:
        terminal.print(f"\n[bold]{people.full.name} asks[/]")
        answers = [_ask(client, question, terminal) for question in OPEN_QUESTIONS]
        answers.append(_ask(client, DEAL_QUESTION, terminal, collection=deal))
    with ApiClient(url=stack.url, key=people.outside.key) as client:
        terminal.print(f"\n[bold]{people.outside.name} asks the last question again[/]")
        refused = _ask(client, DEAL_QUESTION, terminal, collection=deal)
        status = _open_document(client, outcomes[1].document_id or "", terminal)
    return {
        "documents": len(outcomes),
        "failed": failed,
        "answers": [answer.model_dump(mode="json") for answer in answers],
        "refused": refused.model_dump(mode="json"),
        "refused_document_status": status,
    }


def _ask(client: ApiClient, question: str, terminal: Console, *, collection: ApiCollection | None = None) -> ApiAnswer:
    where = f" [dim](in {collection.name})[/]" if collection else ""
    terminal.print(f"\n[bold cyan]{escape(question)}[/]{where}")
    answer = client.ask(question, filters={"collection_ids": [collection.id]} if collection else None)
    print_answer(terminal, answer)
    return answer


def _open_document(client: ApiClient, document_id: str, terminal: Console) -> int:
    """Request the document by its ID. Return the HTTP status of the response."""
    try:
        client.get_document(document_id)
    except ApiProblemError as error:
        terminal.print(f"  Opening the offering memorandum by its ID: {error.problem_status}, “{escape(error.detail)}”")
        return error.problem_status
    return 200


def make_samples(folder: Path) -> list[Path]:
    """Write the sample documents in a separate process, because `app` must not import `evals`."""
    made = subprocess.run(  # noqa: S603  our own interpreter and module
        [sys.executable, "-m", "evals.datasets.samples", str(folder)],
        capture_output=True,
        check=False,
        text=True,
        cwd=ROOT,
    )
    if made.returncode != 0:
        raise ServerStartError(f"The sample documents could not be written: {made.stderr.strip()}")
    return [Path(line) for line in made.stdout.splitlines()]
