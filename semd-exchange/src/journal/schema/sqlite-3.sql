-- The number of documents in each state, kept with every change: counting a million rows takes too long for a page that
-- is looked at all day.
CREATE TABLE state_counts (
    state     TEXT NOT NULL,
    part      INTEGER NOT NULL,
    documents INTEGER NOT NULL,
    PRIMARY KEY (state, part)
) STRICT, WITHOUT ROWID;
INSERT INTO state_counts (state, part, documents) SELECT state, 0, count(*) FROM documents GROUP BY state;
