"""Modules that `tests.workers.forking`'s server imports before forking. Garbage collection is off during imports."""

import gc

gc.disable()

import tests.workers.plain_process  # noqa: E402, F401  imported only to be loaded, while garbage collection is off
import workers.relay  # noqa: E402, F401  imported only to be loaded, while garbage collection is off

gc.freeze()
