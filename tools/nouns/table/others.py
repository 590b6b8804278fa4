"""What machines, processes and auditors tell, and what the gateway knows itself."""

from tools.nouns.noun import Noun, Without

OTHERS = (
    Noun(
        "machine as it is now",
        "telemetry",
        ("EquipmentService.BatchGetEquipment",),
        ("EquipmentService.ListEquipment",),
        ("CountersRead", "EquipmentStateChanged"),
        ("Equipment.condition", "Order.equipment", "Query.machines"),
    ),
    Noun(
        "what an order waits for",
        "process",
        ("ProcessService.BatchGetOrderFlows",),
        Without("an order has one"),
        ("ProductionPosted",),
        ("Order.flow",),
    ),
    Noun(
        "order or hold that is stuck",
        "process",
        Without("woken by name; what it waits for is read with its order"),
        ("StuckService.ListStuckFlows",),
        Without("a refusal is nobody else's business until a person ends it"),
        Without("for operators, by plantctl; Order.flow says why an order is blocked"),
    ),
    Noun(
        "drift from what the ERP says",
        "process",
        ("DriftService.BatchGetDrifts",),
        ("DriftService.ListDrifts",),
        ("BalanceDriftFound", "BalanceDriftResolved"),
        ("Query.balanceDrifts",),
    ),
    Noun(
        "audit row",
        "ops",
        Without("read from a place in the chain on, in pages, and verified as a whole"),
        ("AuditService.ListAuditRows",),
        Without("sealed and anchored outside the database"),
        Without("for auditors, by plantctl; every service serves its own"),
    ),
    Noun(
        "anything by its id",
        "ids",
        Without("decoded in the gateway, nothing is looked up"),
        Without("an id names one thing"),
        Without("an id never changes"),
        ("Query.node", "Query.shipment"),
    ),
)
