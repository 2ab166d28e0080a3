"""Runs guides as tests. One bash runs the shell blocks of a page in order. Their output is compared with the page.

    ```sh            a block that is run; its exit code must be 0
    ```sh exit=1     a block that is run; its exit code must be 1
    ```sh by-hand    a block that is not run: it starts or stops the server, or needs a person's own key
    ```text          the output of the block above it

In expected output, `…` within a line stands for any text. A line with only `…` stands for any lines. The output must
contain the expected lines in this order and without other lines between them. It may contain further lines after the
last one. Several spaces count as one, because tables are as wide as the terminal.
"""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.docs.commands import serve_commands

ROOT = Path(__file__).resolve().parents[2]
_FENCE = re.compile(r"^```(\w*) ?([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_END = "=== end of block"
BY_HAND = "by-hand"
ANYTHING = "…"


@dataclass(frozen=True, slots=True)
class Block:
    """A shell block of a guide. `exit_code`: the expected exit code; None if the block is not run."""

    line: int
    commands: str
    exit_code: int | None
    output: str | None


@dataclass(frozen=True, slots=True)
class Result:
    """The result of a block. `printed`: its standard output and standard error."""

    printed: str
    exit_code: int


def read_blocks(page: str) -> list[Block]:
    """Return the shell blocks of a page, each with the output that the page shows below it."""
    blocks: list[Block] = []
    for fence in _FENCE.finditer(page):
        language, options, text = fence.groups()
        line = page.count("\n", 0, fence.start()) + 1
        if language == "sh":
            expected = None if options == BY_HAND else int(options.removeprefix("exit=") or 0)
            blocks.append(Block(line, text, expected, None))
        elif language == "text":
            last = blocks.pop()
            assert last.output is None, f"line {line}: the block above has its output already"
            blocks.append(Block(last.line, last.commands, last.exit_code, text))
    return blocks


def read_section(page: str, heading: str) -> list[Block]:
    """Return the shell blocks of one section of a page. Their line numbers count from its heading."""
    section = page.partition(f"\n{heading}\n")[2]
    return read_blocks(re.split(r"^##+ ", section, maxsplit=1, flags=re.MULTILINE)[0])


def run_blocks(blocks: Sequence[Block], *, folder: Path, environment: Mapping[str, str]) -> Iterator[Result]:
    """Run blocks in one bash, so that later blocks can use variables and functions of earlier ones.

    `environment` may have a PATH of its own, which follows the folders of `footnote` and of this Python.
    """
    end = f"code=$?; echo; echo '{_END}' $code\n"
    script = "".join(f"{{\n{block.commands}}} 2>&1 </dev/null\n{end}" for block in blocks)
    with serve_commands() as server, tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as source:
        source.write(script)
        source.seek(0)
        given = dict(environment)
        path = os.pathsep.join(
            [str(server.programs), str(Path(sys.executable).parent), given.pop("PATH", os.environ["PATH"])]
        )
        with subprocess.Popen(
            ["bash", "-o", "pipefail", "-s"],
            stdin=source,
            stdout=output,
            cwd=folder,
            env={"PATH": path, "COLUMNS": "160", "LC_ALL": "C.UTF-8", "NO_PROXY": "*", **given},
            text=True,
        ) as shell:
            server.serve(shell)
        output.seek(0)
        printed = re.split(rf"\n{_END} (\d+)\n", output.read())
    assert len(printed) == 2 * len(blocks) + 1, printed
    for text, code in zip(printed[0:-1:2], printed[1::2], strict=True):
        yield Result(text, int(code))


def find_difference(expected: str, printed: str) -> str | None:
    """Return the first expected line that is missing at its place in the output. Return None if all lines match."""
    lines = [_normalise(line) for line in printed.splitlines() if line.strip()]
    place, skipping = 0, False
    for wanted in filter(str.strip, expected.splitlines()):
        if wanted.strip() == ANYTHING:
            skipping = True
            continue
        pattern = re.compile(".*".join(re.escape(part.strip(" ")) for part in _normalise(wanted).split(ANYTHING)))
        rest = range(place, len(lines)) if skipping else range(place, min(place + 1, len(lines)))
        found = next((at for at in rest if pattern.fullmatch(lines[at])), None)
        if found is None:
            return wanted
        place, skipping = found + 1, False
    return None


def _normalise(line: str) -> str:
    return re.sub(r"[ \t]+", " ", line).strip()
