"""Questions that tell whether a process is ready. Each answers at once or within a second."""

import socket
import urllib.error
import urllib.request

import grpc
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse
from grpc_health.v1.health_pb2_grpc import HealthStub

from tools.mesh.ports import LOOPBACK

_PATIENCE = 1.0


def tcp_open(port: int) -> bool:
    """Whether something accepts connections on a loopback port."""
    with socket.socket() as probe:
        probe.settimeout(_PATIENCE)
        return probe.connect_ex((LOOPBACK, port)) == 0


def http_ok(url: str) -> bool:
    """Whether a GET of `url` is answered with 200."""
    try:
        with urllib.request.urlopen(url, timeout=_PATIENCE) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def grpc_serving(port: int, service: str = "") -> bool:
    """Whether the gRPC health service on a loopback port says SERVING for `service`."""
    with grpc.insecure_channel(f"{LOOPBACK}:{port}") as channel:
        try:
            answer = HealthStub(channel).Check(
                HealthCheckRequest(service=service), timeout=_PATIENCE
            )
        except grpc.RpcError:
            return False
    return bool(answer.status == HealthCheckResponse.SERVING)
