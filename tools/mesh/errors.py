"""What the mesh says when a process on this machine does not do as it should."""


class MeshError(RuntimeError):
    """A process did not start, answer or stop. `hint` is the way out, where there is one."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(f"{message} ({hint})" if hint else message)
        self.hint = hint
