"""The modules that the fork server of `tests.workers.forking` imports before it forks.

Garbage collection is off until a forked process enables it.
"""

import gc

gc.disable()

import tests.workers.plain_process  # noqa: E402, F401  imported only to be loaded, while garbage collection is off
import workers.relay  # noqa: E402, F401  imported only to be loaded, while garbage collection is off

gc.freeze()
