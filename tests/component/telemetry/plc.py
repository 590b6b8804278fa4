"""A press whose controller serves OPC UA in a process that can be killed: signed and encrypted to
whom it trusts, to its users alone if it has any; or `open` to all.

It is told what to show over its standard input, a JSON object of node and value a line, and says
"ok" when that is written.
"""

import asyncio
import json
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any

from asyncua import Server, ua
from asyncua.crypto import cert_gen
from asyncua.crypto.permission_rules import User, UserRole
from asyncua.crypto.truststore import TrustStore
from asyncua.crypto.validator import CertificateValidator, CertificateValidatorOptions
from asyncua.server.user_managers import UserManager
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from tools.mesh.ports import LOOPBACK

URI = "urn:plantmesh:tests:press"
UNITS = "http://www.opcfoundation.org/UA/units/un/cefact"
START: dict[str, Any] = {
    "State": 4,
    "Mode": 1,
    "Order": "",
    "Lot": "",
    "Material": "",
    "Reason": "",
    "Good": 0,
    "Scrap": 0,
    "Used": 0.0,
}
"""What its nodes show at first."""
CODES = {"Good": "H87", "Scrap": "H87", "Used": "KGM"}


def node(name: str) -> str:
    """A node id as the sources file spells it."""
    return f"nsu={URI};s=Press.{name}"


class Press:
    """The process; it starts when `start` is called, on the same port each time."""

    def __init__(
        self,
        folder: Path,
        *,
        history: bool = False,
        units: dict[str, str] = CODES,
        users: dict[str, str] | None = None,
        open: bool = False,
    ) -> None:
        self.folder = folder
        self.shown = dict(START)
        self._options = {"history": history, "units": units, "users": users, "open": open}
        with socket.socket() as free:
            free.bind((LOOPBACK, 0))
            self.port = int(free.getsockname()[1])
        self._process: Popen[str] | None = None

    @property
    def endpoint(self) -> str:
        """Where clients find it."""
        return f"opc.tcp://{LOOPBACK}:{self.port}/press"

    def trust(self, certificate: Path) -> None:
        """Let the owner of a certificate in; before `start`."""
        trusted = self.folder / "trusted"
        trusted.mkdir(parents=True, exist_ok=True)
        (trusted / f"{certificate.parent.name}.der").write_bytes(certificate.read_bytes())

    def start(self) -> None:
        """Serve what was shown last."""
        begin = {"port": self.port, "shown": self.shown, **self._options}
        self._process = Popen(
            [sys.executable, "-m", __name__, str(self.folder), json.dumps(begin)],
            stdin=PIPE, stdout=PIPE, text=True,
        )  # fmt: skip
        self._expect_ok()

    def show(self, **values: Any) -> None:
        """All at one time of its clock."""
        self.shown.update(values)
        assert self._process
        assert self._process.stdin
        self._process.stdin.write(json.dumps(values) + "\n")
        self._process.stdin.flush()
        self._expect_ok()

    def kill(self) -> None:
        """As a power cut does."""
        if self._process:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _expect_ok(self) -> None:
        assert self._process
        assert self._process.stdout
        assert self._process.stdout.readline() == "ok\n"


@contextmanager
def press(folder: Path, **options: Any) -> Iterator[Press]:
    """One that is gone at the end."""
    folder.mkdir(parents=True, exist_ok=True)
    made = Press(folder, **options)
    try:
        yield made
    finally:
        made.kill()


async def serve(folder: Path, begin: dict[str, Any]) -> None:
    """The body of the process."""
    server = Server(user_manager=Users(begin["users"]) if begin["users"] else None)
    await server.init()
    server.set_endpoint(f"opc.tcp://{LOOPBACK}:{begin['port']}/press")
    await server.set_application_uri(URI)
    if begin["open"]:
        server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
    else:
        await _secure(server, folder)
    if begin["users"]:
        server.set_identity_tokens([ua.UserNameIdentityToken])
    index = await server.register_namespace(URI)
    nodes = {}
    for name, value in begin["shown"].items():
        made = await server.nodes.objects.add_variable(
            ua.NodeId.from_string(f"ns={index};s=Press.{name}"), f"{index}:{name}", value
        )
        if code := begin["units"].get(name):
            number = int.from_bytes(code.encode(), "big")
            unit = ua.EUInformation(UNITS, number, ua.LocalizedText(code))
            await made.add_property(0, "EngineeringUnits", unit)
        nodes[name] = made
    async with server:
        if begin["history"]:
            await server.historize_node_data_change(list(nodes.values()))
        await _write(nodes, begin["shown"])
        print("ok", flush=True)  # noqa: T201 - the protocol
        while line := await asyncio.to_thread(sys.stdin.readline):
            await _write(nodes, json.loads(line))
            print("ok", flush=True)  # noqa: T201 - the protocol


async def _write(nodes: dict[str, Any], values: dict[str, Any]) -> None:
    now = ua.DateTime.now(UTC)
    for name, value in values.items():
        kind = await nodes[name].read_data_type_as_variant_type()
        status = ua.StatusCodes.BadSensorFailure if value is None else ua.StatusCodes.Good
        await nodes[name].write_value(
            ua.DataValue(ua.Variant(value, kind) if value is not None else ua.Variant(),
                         ua.StatusCode(ua.UInt32(status)), now, now)
        )  # fmt: skip


class Users(UserManager):
    """Lets in those who know their password."""

    def __init__(self, passwords: dict[str, str]) -> None:
        self._passwords = passwords

    def get_user(
        self,
        iserver: Any,
        username: str | None = None,
        password: str | None = None,
        certificate: bytes | None = None,
    ) -> User | None:
        """None for anybody else."""
        known = self._passwords.get(username or "")
        return User(role=UserRole.User) if known and known == password else None


async def _secure(server: Server, folder: Path) -> None:
    certificate, key = folder / "own.der", folder / "own.pem"
    if not certificate.exists():
        private = cert_gen.generate_private_key()
        names = [x509.UniformResourceIdentifier(URI), x509.DNSName(socket.gethostname())]
        made = cert_gen.generate_self_signed_app_certificate(
            private, "A press", {}, names, [ExtendedKeyUsageOID.SERVER_AUTH]
        )
        key.write_bytes(cert_gen.dump_private_key_as_pem(private))
        certificate.write_bytes(made.public_bytes(Encoding.DER))
    server.set_security_policy([ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt])
    await server.load_certificate(certificate)
    await server.load_private_key(key)
    (folder / "trusted").mkdir(exist_ok=True)
    # Nothing reads an empty store.
    (folder / "trusted" / "own.der").write_bytes(certificate.read_bytes())
    trusted = TrustStore([folder / "trusted"], [])
    await trusted.load()
    options = CertificateValidatorOptions.TRUSTED_VALIDATION
    options |= CertificateValidatorOptions.PEER_CLIENT
    server.set_certificate_validator(CertificateValidator(options, trusted))


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), json.loads(sys.argv[2])))
