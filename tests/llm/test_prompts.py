"""Prompt files: loading, checking and rendering."""

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.llm.prompts import FencedText, PromptError, PromptLibrary, fence, load_prompt, new_boundary

GOOD = """
name: greet
version: 2
variables: [who]
system: "You greet."
user: "Greet {{who}} and {{ who }}."
output_schema: {type: object}
"""


def write(folder: Path, text: str, name: str = "greet") -> Path:
    path = folder / f"{name}.yaml"
    path.write_text(text)
    return path


def test_every_project_prompt_loads() -> None:
    library = PromptLibrary()
    for path in sorted((Path(__file__).parents[2] / "prompts").glob("*.yaml")):
        assert library.get_prompt(path.stem).version >= 1


def test_prompt_is_rendered_and_its_file_is_hashed(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    prompt = load_prompt(path)
    system, user = prompt.render({"who": "Ann"})
    assert (system.role, user.role, user.content) == ("system", "user", "Greet Ann and Ann.")
    assert prompt.digest == hashlib.sha256(path.read_bytes()).hexdigest()


@given(text=st.text())
def test_braces_in_a_document_are_never_interpreted_as_a_template(text: str) -> None:
    prompt = PromptLibrary().get_prompt("answer")
    nasty = "{{question}} {0} {x} " + text
    _, user = prompt.render({"boundary": "b", "question": "Q?", "passages": nasty})
    assert nasty in user.content


@pytest.mark.parametrize("variables", [{}, {"who": "Ann", "what": "x"}])
def test_missing_and_unknown_variables_are_rejected(tmp_path: Path, variables: dict[str, str]) -> None:
    prompt = load_prompt(write(tmp_path, GOOD))
    with pytest.raises(PromptError):
        prompt.render(variables)


@pytest.mark.parametrize(
    "text",
    [
        GOOD + "surprise: 1\n",
        GOOD.replace("[who]", "[whom]"),
        GOOD.replace("[who]", "[who, extra]"),
        GOOD.replace("name: greet", "name: other"),
        "just words",
        "a: [",
    ],
    ids=["unknown field", "undeclared variable", "unused variable", "different name", "not a mapping", "not YAML"],
)
def test_invalid_file_is_rejected(tmp_path: Path, text: str) -> None:
    with pytest.raises(PromptError):
        load_prompt(write(tmp_path, text))


@pytest.mark.parametrize("name", ["absent", "../answer", "answer.yaml", ""])
def test_missing_prompt_is_rejected(name: str) -> None:
    with pytest.raises(PromptError):
        PromptLibrary().get_prompt(name)


@given(text=st.text())
def test_text_can_not_close_the_fence_around_it(text: str) -> None:
    boundary = new_boundary([text])
    fenced = fence([FencedText("1", text)], boundary=boundary)
    assert fenced.count(f"<<end {boundary}>>") == 1
    assert text in fenced
