"""Prompt files: YAML with a name, a version, the templates of two messages, and the JSON Schema of the output.

A template refers to its variables as `{{name}}`. Values are substituted once and never interpreted as templates, so
braces in documents have no effect. Document text is put between markers that contain a random word (`fence`). The text
does not contain that word, so it cannot end the fence and pass for an instruction.
"""

import hashlib
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

import app
from app.core.errors import FootnoteError
from app.llm.port import ChatMessage

_VARIABLE = re.compile(r"\{\{\s*([a-z_]+)\s*\}\}")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")


class PromptError(FootnoteError):
    """A prompt file or variable is missing or invalid: a defect of the installation, not of the user's input."""

    code = "prompt-broken"
    title = "A prompt file is missing or invalid: see the service log."


class _PromptFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    version: int = Field(ge=1)
    description: str = ""
    variables: tuple[str, ...]
    system: str
    user: str
    output_schema: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Prompt:
    """A loaded prompt. `digest` is the file's SHA-256 (hex), recorded with each answer."""

    name: str
    version: int
    digest: str
    variables: frozenset[str]
    system: str
    user: str
    output_schema: Mapping[str, Any]

    def render(self, variables: Mapping[str, str]) -> tuple[ChatMessage, ChatMessage]:
        """Return the system and the user message. Raises PromptError for missing or undeclared variables."""
        if variables.keys() != self.variables:
            wrong = ", ".join(sorted(variables.keys() ^ self.variables))
            raise PromptError(f"Prompt {self.name}: missing or unknown variables: {wrong}.")

        def filled(template: str) -> str:
            return _VARIABLE.sub(lambda match: variables[match.group(1)], template)

        return (
            ChatMessage(role="system", content=filled(self.system)),
            ChatMessage(role="user", content=filled(self.user)),
        )


class PromptLibrary:
    """The prompts of one folder, by default the project's own. A prompt is loaded at its first use and cached."""

    def __init__(self, *, folder: Path | None = None) -> None:
        self._folder = folder or Path(app.__file__).parents[1] / "prompts"
        self._loaded: dict[str, Prompt] = {}

    def get_prompt(self, name: str) -> Prompt:
        """Return the prompt in `<name>.yaml`. Raises PromptError."""
        if not _NAME.fullmatch(name):
            raise PromptError(f"There is no prompt {name!r}.")
        if name not in self._loaded:
            self._loaded[name] = load_prompt(self._folder / f"{name}.yaml")
        return self._loaded[name]


def load_prompt(path: Path) -> Prompt:
    """Read and check one prompt file. Raises PromptError."""
    try:
        data = path.read_bytes()
        file = _PromptFile.model_validate(yaml.safe_load(data))
    except OSError as error:
        raise PromptError(f"The prompt file {path.name} cannot be read.") from error
    except (yaml.YAMLError, ValidationError) as error:
        raise PromptError(f"The prompt file {path.name} is invalid: {error}") from error
    declared = frozenset(file.variables)
    used = frozenset(_VARIABLE.findall(file.system) + _VARIABLE.findall(file.user))
    if file.name != path.stem or declared != used:
        raise PromptError(f"The prompt file {path.name} declares a wrong name or wrong variables.")
    return Prompt(
        name=file.name,
        version=file.version,
        digest=hashlib.sha256(data).hexdigest(),
        variables=declared,
        system=file.system,
        user=file.user,
        output_schema=file.output_schema,
    )


@dataclass(frozen=True, slots=True)
class FencedText:
    """One piece of untrusted text, and its `label`, an id or number that Footnote assigns."""

    label: str
    text: str


def new_boundary(texts: Iterable[str]) -> str:
    """Return a random word that none of `texts` contains."""
    everything = "\n".join(texts)
    while (boundary := secrets.token_hex(6)) in everything:
        continue
    return boundary


def fence(pieces: Iterable[FencedText], *, boundary: str) -> str:
    """Return the pieces, each between `<<data BOUNDARY label>>` and `<<end BOUNDARY>>`."""
    return "\n\n".join(f"<<data {boundary} {piece.label}>>\n{piece.text}\n<<end {boundary}>>" for piece in pieces)
