"""What runs inside the emulator's own process: resource types and properties that it lacks.

Nothing here imports the rest of TwinStack: the emulator's environment holds only the emulator and its
dependencies. `launch` is the entry; it checks `contract` first, then installs every type of `types`.
"""
