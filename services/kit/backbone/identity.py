"""Which database this is: after a restore, positions start a new incarnation."""

from services.kit.backbone.link import Connection, fetch

# The control file shows the timeline only after the first checkpoint that follows a promotion;
# the name of the WAL file being written shows it at once.
FINGERPRINT = (
    "SELECT (SELECT system_identifier FROM pg_control_system())"
    " || '/' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8) || '/' || oid"
    " FROM pg_database WHERE datname = current_database()"
)


async def recognise(connection: Connection) -> bool:
    """Compare with the fingerprint kept in the database itself; whether it is another one now.

    Then every partition's incarnation is raised, n goes on from the restored head. A file-level
    copy keeps the fingerprint and needs `raise_incarnation` from the runbook.
    """
    async with connection.transaction():
        [(known,)] = await fetch(connection, "SELECT fingerprint FROM stream_identity FOR UPDATE")
        [(current,)] = await fetch(connection, FINGERPRINT)
        if known == current:
            return False
        await connection.execute("UPDATE stream_identity SET fingerprint = %s", (current,))
        if known is None:
            return False
        await connection.execute("UPDATE stream_head SET incarnation = incarnation + 1")
    return True


async def raise_incarnation(connection: Connection) -> None:
    """Say that this database is an older copy, where nothing else can tell."""
    await connection.execute("UPDATE stream_head SET incarnation = incarnation + 1")
