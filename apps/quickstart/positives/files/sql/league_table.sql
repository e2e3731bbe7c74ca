-- League table of an amateur football division.
--
-- From the list of played matches compute points (3 for a win, 1 for a draw),
-- goal difference and rank; equal teams share a rank. A form column shows the
-- results of the last three matches, the oldest first.
--
-- Dialect: PostgreSQL (string_agg with ORDER BY, FILTER, FETCH FIRST).

CREATE TEMPORARY TABLE match (
    played_on  date    NOT NULL,
    home       text    NOT NULL,
    away       text    NOT NULL,
    home_goals integer NOT NULL CHECK (home_goals >= 0),
    away_goals integer NOT NULL CHECK (away_goals >= 0),
    PRIMARY KEY (played_on, home),
    CHECK (home <> away)
);

INSERT INTO match (played_on, home, away, home_goals, away_goals) VALUES
    ('2024-09-01', 'Harbour', 'Mill',    2, 1),
    ('2024-09-01', 'Castle',  'Station', 0, 0),
    ('2024-09-08', 'Mill',    'Castle',  3, 1),
    ('2024-09-08', 'Station', 'Harbour', 1, 1),
    ('2024-09-15', 'Harbour', 'Castle',  4, 0),
    ('2024-09-15', 'Mill',    'Station', 2, 2);

WITH result AS (
    -- Every match seen from both sides.
    SELECT played_on, home AS team, home_goals AS scored, away_goals AS conceded FROM match
    UNION ALL
    SELECT played_on, away, away_goals, home_goals FROM match
),
outcome AS (
    SELECT
        played_on,
        team,
        scored,
        conceded,
        CASE sign(scored - conceded) WHEN 1 THEN 'W' WHEN 0 THEN 'D' ELSE 'L' END AS letter,
        row_number() OVER (PARTITION BY team ORDER BY played_on DESC) AS matches_ago
    FROM result
),
standing AS (
    SELECT
        team,
        count(*)                                                    AS played,
        count(*) FILTER (WHERE letter = 'W')                        AS won,
        count(*) FILTER (WHERE letter = 'D')                        AS drawn,
        count(*) FILTER (WHERE letter = 'L')                        AS lost,
        sum(scored)                                                 AS goals,
        sum(scored) - sum(conceded)                                 AS difference,
        string_agg(letter, '' ORDER BY played_on)
            FILTER (WHERE matches_ago <= 3)                         AS form
    FROM outcome
    GROUP BY team
)
SELECT
    rank() OVER (ORDER BY 3 * won + drawn DESC, difference DESC, goals DESC) AS place,
    team,
    played,
    won,
    drawn,
    lost,
    difference,
    3 * won + drawn AS points,
    form
FROM standing
ORDER BY place, team
FETCH FIRST 10 ROWS ONLY;
