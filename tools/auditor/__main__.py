"""`python -m tools.auditor`: verifies every service's audit, a line each.

Exits 0 when all are whole, 1 when one is not, 2 when one could not be asked to the end: asked again
under the same name it goes on there.
"""

import asyncio
import sys
from collections.abc import Iterable

from plantmesh.ops.v1.audit_pb2_grpc import AuditServiceStub

from services.kit.errors import DomainError
from services.kit.rpc.client import Peer
from tools.auditor.settings import AuditorSettings
from tools.auditor.verdict import lines, verify

WHOLE, UNREACHABLE, FOUND = 0, 2, 1
_PIECE_SECONDS = 60.0


async def audit(settings: AuditorSettings) -> int:
    """The exit code; every service is asked, and what one found goes before who was away."""
    targets = settings.targets
    codes = await asyncio.gather(*(_one(settings, *each) for each in targets.items()))
    return FOUND if FOUND in codes else max(codes)


async def _one(settings: AuditorSettings, service: str, target: str) -> int:
    peer = Peer(target, settings.identity, seconds=_PIECE_SECONDS, tls=settings.tls)
    try:
        verdict = await verify(
            AuditServiceStub(peer.channel), run=settings.run, whole=settings.whole
        )
    except DomainError as error:
        say([f"✗ {service}: {error} ({error.code})"])
        return UNREACHABLE
    finally:
        await peer.close()
    say(lines(service, verdict))
    return FOUND if verdict.found else WHOLE


def say(told: Iterable[str]) -> None:
    """For `kubectl logs`."""
    for line in told:
        sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    """The exit code."""
    return asyncio.run(audit(AuditorSettings()))


if __name__ == "__main__":
    sys.exit(main())
