"""The fold of movements and promises into balances, as SQL over the lots given."""

from typing import Final, LiteralString

# Both sides of every movement of these lots, and what is promised of them.
RECOUNT: Final[LiteralString] = """
    WITH given AS (
        SELECT * FROM unnest(%s::text[], %s::text[], %s::text[]) AS k(plant, item_no, lot_no)),
    leg AS (
        SELECT plant, item_no, lot_no, location, status, owner, hu, unit, change
        FROM movement JOIN given USING (plant, item_no, lot_no)
        UNION ALL
        SELECT plant, item_no, lot_no, there_location, there_status, there_owner, there_hu, unit,
            -change
        FROM movement JOIN given USING (plant, item_no, lot_no)
        WHERE there_status IS NOT NULL AND there_plant IS NULL
        UNION ALL
        SELECT there_plant, there_item_no, there_lot_no, there_location, there_status, there_owner,
            there_hu, m.unit, -m.change
        FROM movement m JOIN given g ON (m.there_plant, m.there_item_no, m.there_lot_no)
            = (g.plant, g.item_no, g.lot_no)),
    moved AS (
        SELECT plant, item_no, lot_no, location, status, owner, hu, unit, sum(change) AS quantity
        FROM leg GROUP BY plant, item_no, lot_no, location, status, owner, hu, unit),
    promised AS (
        SELECT plant, item_no, lot_no, location, status, owner, hu, sum(open) AS reserved
        FROM reservation_part JOIN given USING (plant, item_no, lot_no) WHERE open > 0
        GROUP BY plant, item_no, lot_no, location, status, owner, hu),
    fold AS (
        SELECT plant, item_no, lot_no, location, status, owner, hu, quantity, unit,
            coalesce(reserved, 0) AS reserved
        FROM moved LEFT JOIN promised USING (plant, item_no, lot_no, location, status, owner, hu)),
    kept AS (SELECT b.* FROM balance b JOIN given USING (plant, item_no, lot_no))
    SELECT plant, item_no, lot_no, location, status, owner, hu,
        k.quantity, k.unit, k.reserved, f.quantity, f.unit, f.reserved
    FROM kept k FULL JOIN fold f USING (plant, item_no, lot_no, location, status, owner, hu)
    WHERE (k.quantity, k.unit, k.reserved) IS DISTINCT FROM (f.quantity, f.unit, f.reserved)
    ORDER BY plant, item_no, lot_no, location, status, owner, hu
"""

FORGET: Final[LiteralString] = """
    DELETE FROM balance b
    USING unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
        %s::text[]) AS k(plant, item_no, lot_no, location, status, owner, hu)
    WHERE (b.plant, b.item_no, b.lot_no, b.location, b.status, b.owner, b.hu)
        = (k.plant, k.item_no, k.lot_no, k.location, k.status, k.owner, k.hu)
"""

WRITE: Final[LiteralString] = """
    INSERT INTO balance AS b (plant, item_no, lot_no, location, status, owner, hu, quantity, unit,
        reserved, as_of)
    SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
        %s::text[], %s::numeric[], %s::text[], %s::numeric[], %s::timestamptz[])
    ON CONFLICT (plant, item_no, lot_no, location, status, owner, hu) DO UPDATE
    SET quantity = excluded.quantity, unit = excluded.unit, reserved = excluded.reserved,
        as_of = greatest(b.as_of, excluded.as_of)
"""
