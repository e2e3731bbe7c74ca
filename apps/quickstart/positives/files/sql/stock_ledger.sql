-- Inventory ledger with a running stock and a first-in-first-out valuation.
--
-- Goods are received at varying unit costs and issued in order of arrival. The
-- first query lists every movement with the stock after it. The second works out
-- which receipts are still (partly) on the shelf and what they are worth.
--
-- Dialect: SQLite 3.28 or later (window functions).

CREATE TEMP TABLE movement (
    id        INTEGER PRIMARY KEY,
    moved_on  TEXT    NOT NULL,
    item      TEXT    NOT NULL,
    quantity  INTEGER NOT NULL CHECK (quantity <> 0),  -- negative when issued
    unit_cost NUMERIC                                  -- only known for receipts
);

INSERT INTO movement (moved_on, item, quantity, unit_cost) VALUES
    ('2024-04-01', 'bearing', 100, 1.20),
    ('2024-04-03', 'bearing', -40, NULL),
    ('2024-04-05', 'gasket',   60, 0.35),
    ('2024-04-08', 'bearing',  50, 1.45),
    ('2024-04-09', 'bearing', -75, NULL),
    ('2024-04-11', 'gasket',  -10, NULL);

-- 1. The ledger with the stock after each movement.
SELECT
    moved_on,
    item,
    quantity,
    sum(quantity) OVER (PARTITION BY item ORDER BY moved_on, id) AS stock
FROM movement
ORDER BY item, moved_on, id;

-- 2. Units that remain of each receipt, and their value.
WITH issued AS (
    SELECT item, -sum(min(quantity, 0)) AS total_out
    FROM movement
    GROUP BY item
),
receipt AS (
    SELECT
        id, moved_on, item, quantity, unit_cost,
        sum(quantity) OVER (PARTITION BY item ORDER BY moved_on, id) AS received_so_far
    FROM movement
    WHERE quantity > 0
),
remaining AS (
    -- Everything issued is taken from the oldest receipts, so a receipt keeps
    -- whatever of its range (received_so_far - quantity, received_so_far] lies
    -- beyond the total that went out.
    SELECT
        r.item,
        r.moved_on,
        r.unit_cost,
        max(0, min(r.quantity, r.received_so_far - i.total_out)) AS units
    FROM receipt AS r
    JOIN issued AS i USING (item)
)
SELECT item, moved_on AS received_on, units, round(units * unit_cost, 2) AS value
FROM remaining
WHERE units > 0
ORDER BY item, received_on;
