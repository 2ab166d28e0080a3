"""`footnote eval publish`: publishes runs to a running Footnote, so that its pages show them."""

from typing import Annotated

import typer
from rich.console import Console

from app.commands.options import HomeOption, KeyOption, UrlOption, open_client
from evals.commands.options import RunsOption, errors_as_messages, open_runs


def publish(
    names: Annotated[
        list[str], typer.Argument(metavar="RUN…", help="Ids, folders, `latest`, SUITE, or SUITE~1 (the one before).")
    ],
    url: UrlOption = None,
    key: KeyOption = None,
    home: HomeOption = None,
    runs: RunsOption = None,
) -> None:
    """Publish runs to a running Footnote, as an engineer or administrator. Publishing a run again changes nothing."""
    folder = open_runs(runs)
    with errors_as_messages():
        records = [folder.get(name) for name in names]
        with open_client(home=home, url=url, key=key) as client:
            for record in records:
                run_id = record.manifest.id
                created = client.publish_run(run_id, record.model_dump(mode="json"))
                outcome = "Published" if created else "Already published"
                Console(highlight=False, soft_wrap=True).print(
                    f"{outcome}: {client.url.rstrip('/')}/evaluations/{run_id}"
                )
