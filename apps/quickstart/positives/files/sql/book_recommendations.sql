-- "Readers who borrowed this also borrowed ..." for a public library.
--
-- Similarity of two titles is the share of readers they have in common among the
-- readers of either one. A title is suggested to a reader by the sum of its
-- similarities to the titles which that reader already borrowed. Titles with a
-- single reader are ignored because they would look perfectly similar by chance.
--
-- Dialect: SQLite.

CREATE TEMP TABLE loan (
    reader TEXT NOT NULL,
    title  TEXT NOT NULL,
    PRIMARY KEY (reader, title)
) WITHOUT ROWID;

INSERT INTO loan (reader, title) VALUES
    ('ada',   'Tides'),  ('ada',   'Glaciers'), ('ada',   'Volcanoes'),
    ('basil', 'Tides'),  ('basil', 'Glaciers'), ('basil', 'Bread Baking'),
    ('cleo',  'Glaciers'), ('cleo', 'Volcanoes'),
    ('dario', 'Bread Baking'), ('dario', 'Pickles'), ('dario', 'Tides'),
    ('edith', 'Pickles'), ('edith', 'Bread Baking'),
    ('femi',  'Knots');

CREATE TEMP VIEW popularity AS
SELECT title, count(*) AS readers
FROM loan
GROUP BY title
HAVING count(*) >= 2;

CREATE TEMP VIEW similarity AS
SELECT
    a.title AS title,
    b.title AS other,
    1.0 * count(*) / (pa.readers + pb.readers - count(*)) AS score
FROM loan AS a
JOIN loan AS b
    ON b.reader = a.reader
    AND b.title <> a.title
JOIN popularity AS pa ON pa.title = a.title
JOIN popularity AS pb ON pb.title = b.title
GROUP BY a.title, b.title, pa.readers, pb.readers;

-- The two best suggestions for each reader, with the title that counted most.
WITH candidate AS (
    SELECT l.reader, s.other AS title, s.title AS because_of, s.score
    FROM loan AS l
    JOIN similarity AS s ON s.title = l.title
    LEFT JOIN loan AS already
        ON already.reader = l.reader
        AND already.title = s.other
    WHERE already.reader IS NULL
),
scored AS (
    SELECT
        reader,
        title,
        sum(score)  AS total,
        max(score)  AS strongest,
        because_of                -- SQLite: taken from the row of the maximum
    FROM candidate
    GROUP BY reader, title
),
ranked AS (
    SELECT *, row_number() OVER (PARTITION BY reader ORDER BY total DESC, title) AS position
    FROM scored
)
SELECT reader, position, title, round(total, 3) AS score, because_of
FROM ranked
WHERE position <= 2
ORDER BY reader, position;
