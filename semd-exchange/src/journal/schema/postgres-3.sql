-- The number of documents in each state, kept with every change. Each connection adds to a part of its own, so that
-- workers do not wait for each other's commits; the sum of the parts is the number.
CREATE TABLE state_counts (
    state     TEXT NOT NULL,
    part      BIGINT NOT NULL,
    documents BIGINT NOT NULL,
    PRIMARY KEY (state, part)
);
INSERT INTO state_counts (state, part, documents) SELECT state, 0, count(*) FROM documents GROUP BY state;
