"""The environment that a suite receives, and its record of the models and parameters that it used."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from evals.environment.stacks import Stacks


@dataclass(frozen=True, slots=True)
class SuiteContext:
    """The inputs of a suite.

    `homes` is the folder of homes, which are kept between runs. `stacks` runs Footnote on them. `notify` receives
    progress messages. `cassettes` is the folder of recorded responses. If `live`, models are called and their responses
    are recorded; otherwise, recorded responses are replayed.
    """

    data: Path
    data_digest: str
    homes: Path
    stacks: Stacks
    notify: Callable[[str], None]
    cassettes: Path = Path("cassettes")
    live: bool = False


@dataclass(frozen=True, slots=True)
class Used:
    """The models that a suite used, for the run's manifest: model, parameters, and prompt digests by name."""

    embedding_space: str = ""
    model: str | None = None
    parameters: Mapping[str, str | int | float | None] = field(default_factory=dict)
    prompts: Mapping[str, str] = field(default_factory=dict)
