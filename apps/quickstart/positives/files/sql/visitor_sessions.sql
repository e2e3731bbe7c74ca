-- Group raw page views into visits.
--
-- Two views of one visitor belong to the same visit unless more than 30 minutes
-- passed between them. For every visit we report its length, the first and last
-- page, and the number of pages; a second query shows how often a visit leads
-- from one page directly to another.
--
-- Dialect: SQLite. Times are seconds since an arbitrary origin.

CREATE TEMP TABLE page_view (
    visitor INTEGER NOT NULL,
    at_second INTEGER NOT NULL,
    page TEXT NOT NULL
);

INSERT INTO page_view (visitor, at_second, page) VALUES
    (1,    0, 'home'), (1,   40, 'prices'), (1,   95, 'signup'),
    (1, 4000, 'home'), (1, 4100, 'help'),
    (2,  300, 'help'), (2, 1900, 'home'),   (2, 1960, 'prices'),
    (3,  500, 'prices');

CREATE TEMP VIEW numbered_view AS
WITH gap AS (
    SELECT
        visitor,
        at_second,
        page,
        at_second - lag(at_second) OVER by_time > 30 * 60 AS after_break
    FROM page_view
    WINDOW by_time AS (PARTITION BY visitor ORDER BY at_second)
)
SELECT
    visitor,
    at_second,
    page,
    -- The first view has no predecessor, so its flag is NULL and counts as zero.
    1 + coalesce(
        sum(after_break) OVER (PARTITION BY visitor ORDER BY at_second), 0
    ) AS visit
FROM gap;

-- One row per visit.
SELECT DISTINCT
    visitor,
    visit,
    count(*) OVER whole                                AS pages,
    max(at_second) OVER whole - min(at_second) OVER whole AS seconds,
    first_value(page) OVER in_order                    AS entry_page,
    last_value(page) OVER in_order                     AS exit_page
FROM numbered_view
WINDOW
    whole AS (PARTITION BY visitor, visit),
    in_order AS (
        PARTITION BY visitor, visit
        ORDER BY at_second
        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
    )
ORDER BY visitor, visit;

-- How often one page follows another within a visit.
WITH step AS (
    SELECT
        page AS from_page,
        lead(page) OVER (PARTITION BY visitor, visit ORDER BY at_second) AS to_page
    FROM numbered_view
)
SELECT from_page, to_page, count(*) AS times
FROM step
WHERE to_page IS NOT NULL
GROUP BY from_page, to_page
ORDER BY times DESC, from_page, to_page;
