"""The local AWS: an emulator that `--local` starts on 127.0.0.1, in an environment of its own.

Three parts: `environment` makes the environment, `process` starts and stops the emulator, `plugin` runs inside it
and adds what our templates use and it lacks.
"""
