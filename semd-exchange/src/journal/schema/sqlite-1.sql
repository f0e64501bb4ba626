CREATE TABLE documents (
    local_uid       TEXT PRIMARY KEY COLLATE NOCASE,
    kind            TEXT NOT NULL,
    organization    TEXT NOT NULL,
    file            TEXT NOT NULL,
    sha256          TEXT NOT NULL,
    state           TEXT NOT NULL,
    attempts        INTEGER NOT NULL DEFAULT 0,
    emdr_id         TEXT,
    registry_item   TEXT,
    errors          TEXT NOT NULL DEFAULT '[]',
    owner           TEXT,
    retryable       INTEGER,
    request         TEXT NOT NULL,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    accepted_at     INTEGER,
    next_attempt_at INTEGER
) STRICT;
CREATE INDEX documents_by_state ON documents (state, next_attempt_at);
CREATE INDEX documents_by_emdr_id ON documents (emdr_id) WHERE emdr_id IS NOT NULL;

CREATE TABLE document_bytes (
    local_uid TEXT PRIMARY KEY COLLATE NOCASE REFERENCES documents (local_uid),
    bytes     BLOB NOT NULL
) STRICT;

CREATE TABLE attempts (
    message_id TEXT PRIMARY KEY,
    local_uid  TEXT NOT NULL COLLATE NOCASE REFERENCES documents (local_uid),
    number     INTEGER NOT NULL,
    begun_at   INTEGER NOT NULL,
    UNIQUE (local_uid, number)
) STRICT;

CREATE TABLE messages (
    id         INTEGER PRIMARY KEY,
    local_uid  TEXT COLLATE NOCASE REFERENCES documents (local_uid),
    direction  TEXT NOT NULL CHECK (direction IN ('in', 'out')),
    action     TEXT NOT NULL,
    message_id TEXT,
    relates_to TEXT,
    raw        BLOB,
    at         INTEGER NOT NULL
) STRICT;
CREATE INDEX messages_by_document ON messages (local_uid);

CREATE TABLE orphans (
    id         INTEGER PRIMARY KEY,
    action     TEXT NOT NULL,
    message_id TEXT,
    relates_to TEXT,
    raw        BLOB,
    at         INTEGER NOT NULL
) STRICT;
