"""Puts a service together from kit's parts, observed, in the order in which they must live.

    async def compose(service: Service, settings: MesSettings) -> None:
        mes = Assembly("mes", service, settings, TOPIC, subscribers=("process", "wms"))
        mes.consume(subscriptions(service.store), [ERP_TOPIC])
        mes.carry(adapters, announce, MessageJson(Posting))  # only where there are lanes
        mes.serve([(add_LotServiceServicer_to_server, lots)], SCHEMA, books=books)

    if __name__ == "__main__":
        run("mes", MesSettings(), compose)

It binds the outbox (the actor is the principal's), runs relay and trimmer, prunes the command
store, seals the audit, and every service serves the operators' desk and its audit beside its own
calls. A part of a service's
own (an elector, a poller) goes to `service.add` between these, `serve` comes last.
"""

from collections.abc import Sequence
from dataclasses import replace

from plantmesh.ops.v1.audit_pb2_grpc import add_AuditServiceServicer_to_server
from plantmesh.ops.v1.desk_pb2_grpc import add_DeskServiceServicer_to_server
from redis.asyncio import Redis

from services.kit import commands
from services.kit.access.identity import ServiceIdentity
from services.kit.access.principal import find_principal
from services.kit.audit.office import Office
from services.kit.backbone.broker import client_of, plain
from services.kit.backbone.consumer import Consumer, ConsumerOptions
from services.kit.backbone.outbox import Outbox
from services.kit.backbone.relay import Relay, RelayOptions
from services.kit.backbone.signal import count_signal
from services.kit.backbone.subscriptions import Subscriptions
from services.kit.backbone.topic import Topic
from services.kit.clock import SystemClock
from services.kit.copies import Copies
from services.kit.desk.payload import Payloads
from services.kit.desk.servicer import DeskServicer, Owner
from services.kit.desk.standing import Standing
from services.kit.graph import GraphApp, GraphServer
from services.kit.graph.schema import Subgraph
from services.kit.lanes.lanes import Adapters, Lanes
from services.kit.lanes.worker import Announce
from services.kit.rounds import Rounds
from services.kit.rpc.client import Peer
from services.kit.rpc.server import Registration, RpcServer
from services.kit.service import Service
from services.kit.settings import ServiceSettings

_PRUNE_SECONDS = 3600.0
_LOOK_SECONDS = 10.0
_CALLS_SHARE = 0.4
"""Of the time to drain; a part gets half of it, and wants to be done before that is over."""


class Assembly:
    """One service called `name`, owner of `topic`; `subscribers` are waited for before trimming."""

    def __init__(
        self,
        name: str,
        service: Service,
        settings: ServiceSettings,
        topic: Topic,
        *,
        subscribers: Sequence[str] = (),
    ) -> None:
        self.name = name
        self.store = service.store
        apart = settings.redis_password
        self.redis: Redis = client_of(
            settings.redis_url.get_secret_value(), apart.get_secret_value() if apart else None
        )
        self._service = service
        self._settings = settings
        service.closing(self.redis.aclose)
        self._subscriptions: dict[str, Subscriptions] = {}
        self._lanes: tuple[Payloads, Announce] | None = None
        self.store.bind(Outbox(topic, actor=_actor))
        options = RelayOptions(subscribers=tuple(subscribers), observer=count_signal)
        service.add("relay", Relay(self.store, self.redis, topic, options))
        prune = Rounds(lambda: commands.prune(self.store), seconds=_PRUNE_SECONDS)
        service.add("pruning", prune, reports=True)
        anchors = plain(self.redis)
        service.closing(anchors.aclose)
        self._audit = Office(name, self.store, settings, anchors)
        service.add("audit", self._audit.part(), reports=True)
        self._standing = Standing(
            self.store, self.redis, topic.name, service.components, SystemClock()
        )
        service.closing(self._standing.close)
        service.add("gauges", Rounds(self._standing.look, seconds=_LOOK_SECONDS), reports=True)

    def consume(
        self, subscriptions: Subscriptions, topics: Sequence[Topic], *, name: str = ""
    ) -> None:
        """Follow `topics` as the subscriber `name` (the service's own, if it has but one)."""
        consumer = name or self.name
        self._subscriptions[consumer] = subscriptions
        options = ConsumerOptions(instance=self._settings.instance, observer=count_signal)
        part = Consumer(self.store, self.redis, subscriptions, consumer, topics, options)
        self._service.add(f"consumer {consumer}", part)

    def copy(self, copies: Copies, owner: Topic) -> None:
        """Keep copies of what the owner of that topic knows: filled once, then fresh by event."""
        subscriptions = Subscriptions()
        copies.follow(subscriptions)
        self._service.add("copies", copies.part())
        self.consume(subscriptions, [owner])

    def carry(self, adapters: Adapters, announce: Announce, payloads: Payloads) -> None:
        """Run the lanes to the outside systems; `payloads` shows their postings to people."""
        self._lanes = payloads, announce
        self._service.add("lanes", Lanes(self.store, adapters, announce), reports=True)

    def withhold(self, kind: str, scope: str) -> None:
        """Show in the audit what changed of this kind only to who has `scope`."""
        self._audit.withheld[kind] = scope

    def peer(self, address: str, *, seconds: float = 5.0) -> Peer:
        """Another service, called with the caller's token or our own; closed with the process."""
        peer = Peer(address, self.identity(), seconds=seconds, tls=self._settings.tls)
        self._service.closing(peer.close)
        return peer

    def identity(self) -> ServiceIdentity:
        """Where our own token comes from; raises ValueError without a client secret."""
        secret = self._settings.client_secret
        if secret is None:
            raise ValueError("PLANTMESH_CLIENT_SECRET is not set; this service calls others")
        url = str(self._settings.token_url or f"{self._settings.issuer}/token")
        return ServiceIdentity(url, self.name, secret.get_secret_value(), SystemClock())

    def serve(
        self,
        registrations: Sequence[Registration],
        graph: Subgraph | None = None,
        **ports: object,
    ) -> None:
        """Open the ports, last: gRPC with the desk beside `registrations`, and the subgraph.

        Its resolvers find the store, and `ports` by name.
        """
        bind = str(self._settings.bind)
        grace = _CALLS_SHARE * self._settings.drain_seconds
        desk: Registration = add_DeskServiceServicer_to_server, DeskServicer(self._owner())
        audit: Registration = add_AuditServiceServicer_to_server, self._audit.servicer()
        rpc = RpcServer(
            self._service.verifier,
            [*registrations, desk, audit],
            bind=bind,
            port=self._settings.grpc_port,
            grace=grace,
            tls=self._settings.tls,
        )
        self._service.add("grpc", rpc, serving=True)
        if graph is not None:
            resolve_with = {"store": self.store, **ports}
            components = self._service.components
            app = GraphApp(
                graph, self._service.verifier, resolve_with, leaving=lambda: components.draining
            )
            server = GraphServer(
                app,
                bind=bind,
                port=self._settings.graph_port,
                grace=grace,
                tls=self._settings.tls,
            )
            self._service.add("graph", server, serving=True)

    def _owner(self) -> Owner:
        owner = Owner(
            self.name,
            self._settings.instance,
            self.store,
            self._subscriptions,
            self._standing.read,
        )
        if self._lanes is None:
            return owner
        payloads, announce = self._lanes
        return replace(owner, payloads=payloads, announce=announce)


def _actor() -> str:
    principal = find_principal()
    return principal.actor if principal else ""
