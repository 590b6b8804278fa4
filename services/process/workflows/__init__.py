"""The sagas: one a module, its steps beside it. Each re-reads what is open, acts on it and ends."""

from collections.abc import Mapping

from services.process.domain.facts import Saga
from services.process.workflows.apply_hold import apply_hold
from services.process.workflows.desk import Act
from services.process.workflows.order_to_production import order_to_production
from services.process.workflows.production_confirmation import production_confirmation
from services.process.workflows.release_hold import release_hold

SAGAS: Mapping[Saga, Act] = {
    Saga.ORDER_TO_PRODUCTION: order_to_production,
    Saga.PRODUCTION_CONFIRMATION: production_confirmation,
    Saga.APPLY_HOLD: apply_hold,
    Saga.RELEASE_HOLD: release_hold,
}
"""Which of them acts on what."""
