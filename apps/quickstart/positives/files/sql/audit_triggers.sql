-- Price list with a complete history.
--
-- The shop must be able to answer "what did this article cost on that day?" even
-- though the application simply updates the current price. Triggers therefore
-- keep a history of validity periods, and the last query answers the question.
--
-- Dialect: SQLite. The current day is read from a one-row table, which makes the
-- worked example below reproducible.

CREATE TEMP TABLE clock (today TEXT NOT NULL);
INSERT INTO clock VALUES ('2024-01-01');

CREATE TEMP TABLE article (
    sku   TEXT PRIMARY KEY,
    cents INTEGER NOT NULL CHECK (cents >= 0)
);

CREATE TEMP TABLE price_period (
    sku        TEXT NOT NULL,
    cents      INTEGER NOT NULL,
    valid_from TEXT NOT NULL,
    valid_to   TEXT NOT NULL DEFAULT '9999-12-31',  -- exclusive
    PRIMARY KEY (sku, valid_from)
);

CREATE TEMP TRIGGER article_added AFTER INSERT ON article
BEGIN
    INSERT INTO price_period (sku, cents, valid_from)
    SELECT new.sku, new.cents, today FROM clock;
END;

CREATE TEMP TRIGGER article_repriced AFTER UPDATE OF cents ON article
WHEN new.cents <> old.cents
BEGIN
    -- A second change on the same day replaces the first one.
    DELETE FROM price_period
    WHERE sku = new.sku AND valid_from = (SELECT today FROM clock);

    UPDATE price_period
    SET valid_to = (SELECT today FROM clock)
    WHERE sku = new.sku
      AND (valid_to = '9999-12-31' OR valid_to > (SELECT today FROM clock));

    INSERT INTO price_period (sku, cents, valid_from)
    SELECT new.sku, new.cents, today FROM clock;
END;

CREATE TEMP TRIGGER article_removed AFTER DELETE ON article
BEGIN
    UPDATE price_period
    SET valid_to = (SELECT today FROM clock)
    WHERE sku = old.sku AND valid_to = '9999-12-31';
END;

-- Worked example: a new article, two changes in one day, and its removal.
INSERT INTO article VALUES ('mug', 900), ('plate', 1250);
UPDATE clock SET today = '2024-02-10';
UPDATE article SET cents = 950 WHERE sku = 'mug';
UPDATE article SET cents = 990 WHERE sku = 'mug';
UPDATE clock SET today = '2024-03-01';
DELETE FROM article WHERE sku = 'plate';

SELECT sku, cents, valid_from, valid_to
FROM price_period
ORDER BY sku, valid_from;

-- The price list as of 15 January and as of 15 March.
WITH asked (day) AS (VALUES ('2024-01-15'), ('2024-03-15'))
SELECT a.day, p.sku, p.cents
FROM asked AS a
JOIN price_period AS p ON p.valid_from <= a.day AND a.day < p.valid_to
ORDER BY a.day, p.sku;
