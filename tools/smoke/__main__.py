"""`python -m tools.smoke`: asks until all is well, a line each; exits 1 when patience is over."""

import asyncio
import sys
import time
from collections.abc import Mapping

from services.kit.errors import DomainError
from tools.smoke import questions
from tools.smoke.questions import Question
from tools.smoke.settings import SmokeSettings

_PAUSE = 0.5


def asked(settings: SmokeSettings) -> dict[str, Question]:
    """Every question by what it is about."""
    identity = settings.identity
    return {
        "issuer": questions.token(identity),
        **{
            name: questions.service(at, identity, settings.tls)
            for name, at in settings.targets.items()
        },
        "graph": questions.graph(str(settings.gateway_url), identity),
    }


async def insist(name: str, question: Question, deadline: float) -> bool:
    """Ask until the answer is good; False when it never was before `deadline` (monotonic)."""
    while True:
        try:
            await question()
        except DomainError as error:
            if time.monotonic() >= deadline:
                say(f"✗ {name}: {error} ({error.code})" + (error.hint and f"; {error.hint}"))
                return False
            await asyncio.sleep(_PAUSE)
        else:
            say(f"✓ {name}")
            return True


async def smoke(all_of_them: Mapping[str, Question], seconds: float) -> bool:
    """Whether all answers were good within `seconds`; each question is asked at least once."""
    deadline = time.monotonic() + seconds
    asking = (insist(name, question, deadline) for name, question in all_of_them.items())
    return all(await asyncio.gather(*asking))


def say(line: str) -> None:
    """For `kubectl logs`."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    """The exit code."""
    settings = SmokeSettings()
    return 0 if asyncio.run(smoke(asked(settings), settings.patience_seconds)) else 1


if __name__ == "__main__":
    sys.exit(main())
