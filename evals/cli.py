"""`footnote eval …`: run suites, show runs, compare them, and check changes against baselines."""

import typer

from evals.commands.gating import accept, gate
from evals.commands.importing import import_data
from evals.commands.publishing import publish
from evals.commands.running import list_suites, run_suites
from evals.commands.showing import compare, show_run

commands = typer.Typer(name="eval", help="Measure quality on your own data, offline.", no_args_is_help=True)
commands.command("list")(list_suites)
commands.command("run")(run_suites)
commands.command("show")(show_run)
commands.command("compare")(compare)
commands.command("gate")(gate)
commands.command("accept")(accept)
commands.command("import")(import_data)
commands.command("publish")(publish)
