"""What a check tells."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One mistake: the object ("Deployment/plantmesh-mes"), the place in it, and the way out."""

    subject: str
    path: str
    message: str
    hint: str

    def __str__(self) -> str:
        """One line for people."""
        return f"{self.subject} {self.path}: {self.message}; {self.hint}"
