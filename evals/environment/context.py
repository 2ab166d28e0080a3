"""What a suite is given, and what it says of what it measured with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from evals.environment.stacks import Stacks


@dataclass(frozen=True, slots=True)
class SuiteContext:
    """What a run is given: the data, where homes are kept between runs, Footnotes on them, whom to tell what is done.

    `live`: models may be called, and what they say is recorded; else only what was recorded is heard. `cassettes` is
    the folder of what was recorded.
    """

    data: Path
    data_digest: str
    homes: Path
    stacks: Stacks
    say: Callable[[str], None]
    cassettes: Path = Path("cassettes")
    live: bool = False


@dataclass(frozen=True, slots=True)
class Used:
    """What a suite measures with, for the run's record: the model, its parameters, prompts' digests by name."""

    embedding_space: str = ""
    model: str | None = None
    parameters: Mapping[str, str | int | float | None] = field(default_factory=dict)
    prompts: Mapping[str, str] = field(default_factory=dict)
