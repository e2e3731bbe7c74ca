-- Bill of materials: how many raw parts does an order need, and what do they cost?
--
-- An assembly consists of components, which may be assemblies themselves. The
-- recursive query multiplies the quantities along every path down to the parts
-- that are bought, then compares the demand with the stock on hand.
--
-- Dialect: SQLite; apart from the TEMP tables also valid for PostgreSQL.

CREATE TEMP TABLE part (
    code  TEXT PRIMARY KEY,
    label TEXT NOT NULL,
    price NUMERIC,                       -- NULL for parts which we assemble
    stock INTEGER NOT NULL DEFAULT 0
);

CREATE TEMP TABLE component (
    assembly TEXT NOT NULL REFERENCES part (code),
    part     TEXT NOT NULL REFERENCES part (code),
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (assembly, part),
    CHECK (assembly <> part)
);

INSERT INTO part (code, label, price, stock) VALUES
    ('BIKE', 'City bicycle',  NULL, 0),
    ('WHL',  'Wheel',         NULL, 0),
    ('FRM',  'Frame',         89.00, 4),
    ('RIM',  'Rim',           14.50, 9),
    ('SPK',  'Spoke',          0.15, 500),
    ('BOLT', 'Bolt M6',        0.08, 20);

INSERT INTO component (assembly, part, quantity) VALUES
    ('BIKE', 'FRM', 1), ('BIKE', 'WHL', 2), ('BIKE', 'BOLT', 12),
    ('WHL',  'RIM', 1), ('WHL',  'SPK', 36), ('WHL', 'BOLT', 2);

WITH RECURSIVE
ordered (code, quantity) AS (
    VALUES ('BIKE', 5), ('WHL', 3)       -- five bicycles and three spare wheels
),
needed (code, quantity) AS (
    SELECT code, quantity
    FROM ordered
    UNION ALL
    SELECT c.part, n.quantity * c.quantity
    FROM needed AS n
    JOIN component AS c ON c.assembly = n.code
),
demand AS (
    SELECT code, sum(quantity) AS quantity, count(*) AS used_in_places
    FROM needed
    GROUP BY code
)
SELECT
    p.label,
    d.quantity                                          AS required,
    d.used_in_places,
    p.stock,
    CASE WHEN d.quantity > p.stock
         THEN d.quantity - p.stock ELSE 0 END           AS to_buy,
    CASE WHEN d.quantity > p.stock
         THEN round((d.quantity - p.stock) * p.price, 2)
         ELSE 0 END                                     AS cost
FROM demand AS d
JOIN part AS p USING (code)
WHERE p.price IS NOT NULL
ORDER BY cost DESC, p.label;
