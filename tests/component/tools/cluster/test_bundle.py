"""Secrets are planted wherever people leave them; none of them is in the support bundle."""

import base64
import json
import os
import stat
import tarfile
from pathlib import Path
from urllib.parse import quote

import pytest

from services.kit.errors import UnavailableError
from tests.component.tools.cluster.site import NAMESPACE, put_lease, put_pod, put_workload
from tests.unit.telemetry.reports import NOON
from tools.plantctl.cluster.bundle import pack
from tools.plantctl.cluster.namespace import Namespace
from tools.simulators.kubernetes.server import ApiServer

POD = "plantmesh-erp-0"
IN_SECRET = "pl4nted-in-secret/with?odd&chars"
IN_JSON = "pl4nted-inside-json"
IN_ENV = "pl4nted-in-env"
IN_OTHER_ENV = "pl4nted-under-another-name"
IN_ARGS = "pl4nted-in-args"
IN_ANNOTATION = "pl4nted-in-annotation"
IN_URL = "pl4nted:in@url/userinfo"
IN_QUERY = "pl4nted-in-query"
IN_LOG = "pl4nted-in-log"
IN_HEADER = "cGw0bnRlZC1iZWFyZXI"
IN_EVENT = "pl4nted-in-event"
IN_CONFIG = "pl4nted-in-config"
JWT = "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJvbGdhIn0.c2lnbmF0dXJlLXBsNG50ZWQ"
PEM = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIPl4nted\n-----END PRIVATE KEY-----"
PLANTED = (
    IN_SECRET, IN_JSON, IN_ENV, IN_OTHER_ENV, IN_ARGS, IN_ANNOTATION, IN_URL, IN_QUERY, IN_LOG,
    IN_HEADER, IN_EVENT, IN_CONFIG, JWT, "MC4CAQAwBQYDK2VwBCIEIPl4nted",
    "userinfo", "pl4nted",
)  # fmt: skip


def coded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.fixture
async def planted(api: ApiServer) -> ApiServer:
    """Everywhere."""
    await api.put(
        "secrets",
        NAMESPACE,
        "plantmesh-erp",
        type="Opaque",
        data={
            "database-password": coded(IN_SECRET),
            "secrets": coded(json.dumps({"ledger": IN_JSON})),
            "database": coded("plantmesh"),
        },
        metadata={"annotations": {"last-applied": coded(IN_SECRET)}},
    )
    env = [
        {"name": "PLANTMESH_CLIENT_SECRET", "value": IN_ENV},
        {"name": "PLANTMESH_DATABASE_URL", "value": f"postgresql://erp:{IN_URL}@db:5432/erp"},
        {"name": "PLANTMESH_REDIS_URL", "value": f"rediss://db:6379/0?password={IN_QUERY}"},
        {"name": "PGPASSWORD", "value": IN_OTHER_ENV},
        {"name": "PLANTMESH_POOL_SIZE", "value": "10"},
        {"name": "PLANTMESH_AUDIT_KEY", "valueFrom": {"secretKeyRef": {"name": "e", "key": "k"}}},
    ]
    note = {
        "kubectl.kubernetes.io/last-applied-configuration": json.dumps({"x": IN_ANNOTATION}),
        "vault.example/token": IN_ANNOTATION,
        "checksum/config": "0123456789abcdef",
    }
    await put_workload(api, "erp", 1, env=env, metadata={"annotations": note})
    pod = api.get("pods", NAMESPACE, POD)
    container = pod["spec"]["containers"][0]
    container["args"] = ["--ledger-password", IN_ARGS, f"--token={IN_ARGS}"]
    await put_pod(api, "erp", POD, container)
    await api.put("pods", NAMESPACE, POD, metadata={"annotations": note})
    await api.put(
        "configmaps",
        NAMESPACE,
        "plantmesh-erp",
        metadata={"labels": {"app.kubernetes.io/part-of": "plantmesh"}},
        data={"nodes.yaml": f"user: opc\npassword: {IN_CONFIG}\n", "api-key": IN_CONFIG},
    )
    await api.put(
        "events",
        NAMESPACE,
        "erp.1",
        reason="Failed",
        message=f"cannot connect to https://erp:{IN_EVENT}@ledger/ and to {IN_SECRET}",
    )
    await put_lease(api, "lyon-collector", "lyon-collector-0", 7, NOON)
    api.logs[f"{POD}/erp"] = "\n".join(
        (
            "2026-01-01 connected as plantmesh",
            f'{{"event": "refused", "password": "{IN_LOG}", "status": 401}}',
            f'escaped {{\\"client_secret\\": \\"{IN_LOG}\\"}}',
            f"Authorization: Bearer {IN_HEADER}",
            f"token {JWT} is expired",
            f"postgresql://erp:{IN_URL}@db:5432/erp is away",
            f"FATAL: {IN_SECRET} and {quote(IN_SECRET, safe='')} and {coded(IN_SECRET)}",
            f"json says {IN_JSON}, env said {IN_ENV}, other env {IN_OTHER_ENV}",
            PEM,
            "",
        )
    )
    return api


def read(path: Path) -> dict[str, str]:
    """Its files by their path below the first folder."""
    with tarfile.open(path) as archive:
        found = {}
        for entry in archive.getmembers():
            file = archive.extractfile(entry)
            assert file
            found[entry.name.partition("/")[2]] = file.read().decode()
        return found


async def test_none_of_what_was_planted_is_in_it(
    planted: ApiServer, namespace: Namespace, tmp_path: Path
) -> None:
    path = await pack(namespace, tmp_path / "bundle.tar.gz")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    files = read(path)
    for name, text in files.items():
        for secret in PLANTED:
            for form in (secret, quote(secret, safe=""), coded(secret).rstrip("=")):
                assert form not in text, f"{form} in {name}"
    assert "were read to cross them out" in files["README.txt"]


async def test_what_support_needs_is_in_it(
    planted: ApiServer, namespace: Namespace, tmp_path: Path
) -> None:
    files = read(await pack(namespace, tmp_path / "bundle.tar.gz"))
    [deployment] = json.loads(files["objects/deployments.json"])
    assert deployment["metadata"]["annotations"]["checksum/config"] == "0123456789abcdef"
    container = deployment["spec"]["template"]["spec"]["containers"][0]
    told = {each["name"]: each.get("value") for each in container["env"]}
    assert told["PLANTMESH_POOL_SIZE"] == "10"
    assert told["PLANTMESH_DATABASE_URL"] == "postgresql://[redacted]@db:5432/erp"
    assert container["env"][-1]["valueFrom"]["secretKeyRef"] == {"name": "e", "key": "k"}
    assert json.loads(files["secrets.json"]) == ["plantmesh-erp"]
    [lease] = json.loads(files["objects/leases.json"])
    assert lease["spec"]["leaseTransitions"] == 7
    log = files[f"logs/{POD}/erp.log"].splitlines()
    assert log[0] == "2026-01-01 connected as plantmesh"
    assert '"status": 401' in log[1]
    assert json.loads(files["status.json"])["workloads"][0]["name"] == "plantmesh-erp"
    assert json.loads(files["troubles.json"]) == {}


async def test_a_long_log_ends_before_the_line_that_was_cut(
    planted: ApiServer, namespace: Namespace, tmp_path: Path
) -> None:
    line = f"{'y' * 999}\n"
    # The limit falls into the middle of a value, of which no more than the half is there.
    planted.logs[f"{POD}/erp"] = line * 999 + "z" * 992 + IN_SECRET + "\n"
    files = read(await pack(namespace, tmp_path / "bundle.tar.gz"))
    assert files[f"logs/{POD}/erp.log"] == line * 999


async def test_without_the_right_to_read_secrets_forms_are_all_there_is_and_it_says_so(
    planted: ApiServer, namespace: Namespace, tmp_path: Path
) -> None:
    planted.forbidden |= {"secrets", "leases"}
    files = read(await pack(namespace, tmp_path / "bundle.tar.gz"))
    assert "cleaned by form alone" in files["README.txt"]
    troubles = json.loads(files["troubles.json"])
    assert {"secrets", "leases", "status"} <= set(troubles)
    log = files[f"logs/{POD}/erp.log"]
    for secret in (IN_LOG, IN_HEADER, JWT, IN_ENV, IN_OTHER_ENV, "userinfo", "Pl4nted"):
        assert secret not in log


async def test_where_nothing_can_be_read_there_is_no_bundle(
    api: ApiServer, namespace: Namespace, tmp_path: Path
) -> None:
    await api.kill()
    path = tmp_path / "bundle.tar.gz"
    with pytest.raises(UnavailableError, match="does not answer"):
        await pack(namespace, path)
    assert "bundle.tar.gz" not in os.listdir(tmp_path)
