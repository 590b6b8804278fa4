"""Bringing every service's database to the newest schema before the services start."""

import asyncio
from collections.abc import Mapping

import psycopg
from alembic.util import CommandError
from sqlalchemy.exc import SQLAlchemyError

from services.kit.migrate import migrate as upgrade
from tools.mesh.errors import MeshError


async def migrate(databases: Mapping[str, str]) -> None:
    """Run `services.kit.migrate` for each service and its URL; raises MeshError with its words.

    Here and in turn: a process for each would import for a second what runs for a tenth of one.
    """
    for service, url in databases.items():
        try:
            await asyncio.to_thread(upgrade, service, url)
        except (psycopg.Error, SQLAlchemyError, CommandError) as error:
            words = f"the database of {service} could not be migrated:\n{error}"
            raise MeshError(words) from error
