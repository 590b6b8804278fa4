"""Alembic's entry: runs the revisions of kit and of one service in one transaction each."""

from alembic import context
from sqlalchemy import create_engine, pool
from sqlalchemy.engine import make_url


def run() -> None:
    """Apply to the database named by the configuration (`python -m services.kit.migrate`)."""
    url = make_url(context.config.attributes["url"]).set(drivername="postgresql+psycopg")
    engine = create_engine(url, poolclass=pool.NullPool)
    with engine.connect() as connection:
        context.configure(connection=connection, transaction_per_migration=True)
        with context.begin_transaction():
            context.run_migrations()


run()
