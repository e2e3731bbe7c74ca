-- Monthly churn of a subscription product.
--
-- Each row of "subscription" is one paid period of a customer; ended_on is NULL
-- while it is running. For every month of the reporting window we want the
-- number of customers active on its first day, how many of them left before the
-- first day of the next month, and the churn rate in percent.
--
-- Dialect: SQLite. Dates are ISO text, so comparing text compares dates.

CREATE TEMP TABLE subscription (
    customer   TEXT NOT NULL,
    started_on TEXT NOT NULL,
    ended_on   TEXT,
    CHECK (ended_on IS NULL OR ended_on >= started_on)
);

INSERT INTO subscription (customer, started_on, ended_on) VALUES
    ('alder',  '2023-11-03', NULL),
    ('birch',  '2023-12-15', '2024-02-10'),
    ('cedar',  '2023-12-20', '2024-01-31'),
    ('dogwood','2024-01-09', '2024-03-02'),
    ('elm',    '2024-01-22', NULL),
    ('birch',  '2024-03-05', NULL);          -- came back after a break

WITH RECURSIVE
month (first_day) AS (
    SELECT '2024-01-01'
    UNION ALL
    SELECT date(first_day, '+1 month')
    FROM month
    WHERE first_day < '2024-04-01'
),
-- One row per customer and month in which the month began with an active plan.
opening AS (
    SELECT
        m.first_day,
        s.customer,
        s.ended_on IS NOT NULL
            AND s.ended_on < date(m.first_day, '+1 month') AS has_left
    FROM month AS m
    JOIN subscription AS s
        ON s.started_on < m.first_day
        AND (s.ended_on IS NULL OR s.ended_on >= m.first_day)
)
SELECT
    substr(m.first_day, 1, 7)                                       AS month,
    count(o.customer)                                               AS active_at_start,
    coalesce(sum(o.has_left), 0)                                    AS lost,
    round(100.0 * sum(o.has_left) / nullif(count(o.customer), 0), 1) AS churn_percent
FROM month AS m
LEFT JOIN opening AS o USING (first_day)
GROUP BY m.first_day
ORDER BY m.first_day;
