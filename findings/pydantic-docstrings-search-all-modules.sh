#!/usr/bin/env bash
# Pydantic with use_attribute_docstrings searches all loaded modules for each frame of the stack that has no module.
# The guess was that a model made by create_model has no source, so that looking for its docstrings costs nothing.
#
# Hurts: a large program (seen on Python 3.11) starts slowly where imports run below frames without a module, as below
# an import hook or a test runner that rewrites its files: each model then costs a hundred times as much.
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install pydantic==2.14.3
observe <<'PY'
import sys
import time
import types

from observation import compare, show_versions
from pydantic import BaseModel, ConfigDict, create_model

show_versions("pydantic")
for number in range(2000):  # a program of some size
    module = types.ModuleType(f"many{number}")
    module.__file__ = f"/nowhere/many{number}.py"
    sys.modules[module.__name__] = module


class Documented(BaseModel):
    model_config = ConfigDict(use_attribute_docstrings=True)


def seconds(base):
    begin = time.process_time()
    for number in range(20):
        create_model(f"Made{number}", __base__=base, amount=(int, 1))
    return time.process_time() - begin


def below(frames, call, *values):
    """Call from below this many frames whose file is no module."""
    return call(*values) if frames == 0 else eval("below(frames - 1, call, *values)")


below(30, seconds, BaseModel)
plain, documented = (below(30, seconds, base) for base in (BaseModel, Documented))
shallow = below(0, seconds, Documented)
print(f"30 such frames: {documented * 50:.2f} ms a model, without docstrings {plain * 50:.2f}; no frame: {shallow * 50:.2f}")
compare(
    expected="about as fast as without docstrings, at any depth of the stack",
    seen={"over 10 times as slow": documented > 10 * plain, "over 5 times below 30 frames": documented > 5 * shallow},
    recorded={"over 10 times as slow": True, "over 5 times below 30 frames": True},
)
PY
