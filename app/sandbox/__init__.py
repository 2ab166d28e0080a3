"""Runs untrusted work in a child process with limits, so that no file can crash the calling process.

An example of such work is parsing a file with a C library. Call it like this:

    Sandbox(preload=["workers.parsing.reader"], limits=Limits(…)).run("package.module:function", payload)
"""

from app.sandbox.protocol import INPUT_FILE, Limits
from app.sandbox.sandbox import Sandbox

__all__ = ["INPUT_FILE", "Limits", "Sandbox"]
