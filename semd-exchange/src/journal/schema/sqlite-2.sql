-- Documents get a number, claims and a due time; contents leave the row that changes with every step; messages become
-- a history that also knows the events.
DROP INDEX documents_by_state;
DROP INDEX documents_by_emdr_id;
DROP INDEX messages_by_document;
ALTER TABLE documents RENAME TO documents_1;
ALTER TABLE document_bytes RENAME TO document_bytes_1;
ALTER TABLE attempts RENAME TO attempts_1;
ALTER TABLE messages RENAME TO messages_1;
ALTER TABLE orphans RENAME TO orphans_1;

CREATE TABLE documents (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    uid_key       TEXT NOT NULL UNIQUE,
    local_uid     TEXT NOT NULL,
    kind          TEXT NOT NULL,
    organization  TEXT NOT NULL,
    file          TEXT NOT NULL,
    sha256        TEXT NOT NULL,
    state         TEXT NOT NULL,
    attempts      INTEGER NOT NULL DEFAULT 0,
    message_ids   TEXT NOT NULL DEFAULT '',
    emdr_id       TEXT,
    registry_item TEXT,
    errors        TEXT NOT NULL DEFAULT '[]',
    owner         TEXT,
    retryable     INTEGER,
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL,
    accepted_at   INTEGER,
    registered_at INTEGER,
    due_at        INTEGER,
    claimed_by    INTEGER
) STRICT;
INSERT INTO documents (uid_key, local_uid, kind, organization, file, sha256, state, attempts, message_ids, emdr_id,
        registry_item, errors, owner, retryable, created_at, updated_at, accepted_at, registered_at, due_at)
    SELECT lower(local_uid), local_uid, kind, organization, file, sha256, state, attempts,
        coalesce((SELECT group_concat(message_id, ' ') FROM
            (SELECT message_id FROM attempts_1 WHERE attempts_1.local_uid = old.local_uid ORDER BY number)), ''),
        emdr_id, registry_item, errors, owner, retryable, created_at, updated_at, accepted_at,
        CASE WHEN state = 'registered' THEN updated_at END,
        -- A process that died while sending left `submitting`; nobody else can find out whether the request arrived.
        CASE WHEN state IN ('queued', 'submitting', 'unknown', 'accepted', 'file_requested', 'file_sent')
            THEN coalesce(next_attempt_at, created_at) END
    FROM documents_1 AS old ORDER BY created_at, rowid;
UPDATE documents SET state = 'unknown' WHERE state = 'submitting';
CREATE INDEX documents_by_state ON documents (state, id);
CREATE INDEX documents_due ON documents (state, due_at, id) WHERE claimed_by IS NULL AND due_at IS NOT NULL;
CREATE INDEX documents_claimed ON documents (claimed_by) WHERE claimed_by IS NOT NULL;
CREATE INDEX documents_by_emdr_id ON documents (emdr_id) WHERE emdr_id IS NOT NULL;
CREATE INDEX documents_by_file ON documents (file);
CREATE INDEX documents_by_organization ON documents (organization, id);
CREATE INDEX documents_by_registration ON documents (registered_at) WHERE registered_at IS NOT NULL;

CREATE TABLE contents (
    document_id      INTEGER PRIMARY KEY REFERENCES documents (id),
    bytes            BLOB NOT NULL,
    bytes_encoding   INTEGER NOT NULL,
    request          BLOB NOT NULL,
    request_encoding INTEGER NOT NULL
) STRICT;
INSERT INTO contents
    SELECT id, bytes, 0, CAST(request AS BLOB), 0 FROM documents
        JOIN documents_1 ON lower(documents_1.local_uid) = uid_key
        JOIN document_bytes_1 ON lower(document_bytes_1.local_uid) = uid_key;

CREATE TABLE attempts (
    message_id  TEXT PRIMARY KEY,
    document_id INTEGER NOT NULL REFERENCES documents (id),
    number      INTEGER NOT NULL,
    begun_at    INTEGER NOT NULL
) STRICT;
INSERT INTO attempts
    SELECT message_id, id, number, begun_at FROM attempts_1 JOIN documents ON uid_key = lower(attempts_1.local_uid);

CREATE TABLE refusal_codes (
    document_id INTEGER NOT NULL REFERENCES documents (id),
    code        TEXT NOT NULL,
    PRIMARY KEY (document_id, code)
) STRICT, WITHOUT ROWID;
CREATE INDEX refusal_codes_by_code ON refusal_codes (code, document_id);
INSERT OR IGNORE INTO refusal_codes
    SELECT documents.id, json_extract(value, '$.code') FROM documents, json_each(errors);

CREATE TABLE history (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    document_id INTEGER REFERENCES documents (id),
    at          INTEGER NOT NULL,
    event       TEXT,
    state       TEXT,
    direction   TEXT CHECK (direction IN ('in', 'out')),
    action      TEXT,
    message_id  TEXT,
    relates_to  TEXT,
    raw         BLOB,
    encoding    INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO history (document_id, at, direction, action, message_id, relates_to, raw)
    SELECT documents.id, at, direction, action, message_id, relates_to, raw
        FROM messages_1 LEFT JOIN documents ON uid_key = lower(messages_1.local_uid) ORDER BY messages_1.id;
CREATE INDEX history_by_document ON history (document_id, id);

CREATE TABLE orphans (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    at         INTEGER NOT NULL,
    action     TEXT NOT NULL,
    message_id TEXT,
    relates_to TEXT,
    raw        BLOB,
    encoding   INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO orphans (at, action, message_id, relates_to, raw)
    SELECT at, action, message_id, relates_to, raw FROM orphans_1 ORDER BY id;

CREATE TABLE workers (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    name       TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE TABLE stops (
    organization TEXT PRIMARY KEY,
    code         TEXT NOT NULL,
    since        INTEGER NOT NULL
) STRICT;

CREATE TABLE rates (
    client        TEXT PRIMARY KEY,
    rate          INTEGER NOT NULL,
    tokens        INTEGER NOT NULL,
    filled_at     INTEGER NOT NULL,
    paused_until  INTEGER NOT NULL
) STRICT;

DROP TABLE attempts_1;
DROP TABLE document_bytes_1;
DROP TABLE messages_1;
DROP TABLE orphans_1;
DROP TABLE documents_1;
