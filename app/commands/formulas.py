"""`footnote formula`: a measure or an expression over an issuer's facts, with the facts that it stands on."""

from decimal import Decimal
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Column, Table

from app.client.api import ApiClient
from app.commands.calling import calls_api
from app.commands.options import JsonOption, console, print_json

_AMOUNTS = ("money", "shares")

PeriodOption = Annotated[
    list[str] | None,
    typer.Option("--period", help="A fiscal period, such as FY2023 or Q2 2023.", show_default="the newest fiscal year"),
]
DefinitionOption = Annotated[
    list[str] | None, typer.Option("--define", help="A definition that wins over the registry: NAME=EXPRESSION.")
]
PlacesOption = Annotated[int | None, typer.Option("--places", help="Decimal places.", min=-12, max=12)]
ScaleOption = Annotated[int | None, typer.Option("--scale", help="A power of ten: 6 for millions.", min=0, max=12)]
PercentOption = Annotated[bool | None, typer.Option("--percent/--ratio", help="Print percentages or ratios.")]


@calls_api
def formula(
    client: ApiClient,
    issuer: Annotated[str, typer.Argument(help="The issuer's name, in any spelling.")],
    expression: Annotated[str, typer.Argument(help="A measure, such as 'net leverage', or an expression.")],
    *,
    period: PeriodOption = None,
    define: DefinitionOption = None,
    places: PlacesOption = None,
    scale: ScaleOption = None,
    percent: PercentOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compute a measure or an expression from an issuer's facts."""
    body: dict[str, object] = {
        "issuer": issuer,
        "expression": expression,
        "periods": period or [],
        "definitions": list(map(_parse_definition, define or [])),
        "places": places,
        "scale": scale,
        "percent": percent,
    }
    evaluated = client.evaluate_formula(body)
    if as_json:
        print_json(evaluated)
        return
    console().print(escape(f"{evaluated['issuer']}: {evaluated['formula']}"))
    for result in evaluated["results"]:
        _print_result(result)


def _parse_definition(text: str) -> dict[str, str]:
    name, sign, expression = text.partition("=")
    if not sign:
        raise typer.BadParameter(f"write NAME=EXPRESSION instead of {text}")
    return {"name": name.strip(), "expression": expression.strip()}


def _print_result(result: dict[str, Any]) -> None:
    problem = result["problem"]
    if problem is not None:
        console().print(escape(f"{result['period']}: no value. {problem['detail']}"))
        _print_notes(result)
        return
    exact = "" if result["unit"] not in _AMOUNTS else f"exactly {_exact(result['value'])}, "
    console().print(escape(f"{result['period']}: {result['text']} ({exact}confidence {result['confidence']:.2f})"))
    shown = Table("Item", "Period", Column("Value", justify="right"), "Document", "Page", box=None)
    for used in result["inputs"]:
        fact = used["fact"]
        value = f"{fact['currency'] or ''} {_exact(fact['value'])}".strip()
        cells = (used["name"], used["period"], value, fact["document_title"], str(fact["place"]["page"]))
        shown.add_row(*map(escape, cells))
    console().print(shown)
    for missing in result["assumed"]:
        console().print(escape(f"{missing['name']} ({missing['period']}) is not reported and taken as zero."))
    _print_notes(result)


def _print_notes(result: dict[str, Any]) -> None:
    for note in result["notes"]:
        console().print(escape(note))


def _exact(value: str) -> str:
    return f"{Decimal(value):,f}"
