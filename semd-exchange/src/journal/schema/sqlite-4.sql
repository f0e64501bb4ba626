-- Every filter of the list has an index in the order of arrival. Refusals carry what they are filtered and counted by;
-- names of files stand in a narrow table of their own, which a search for a part of a name reads.
CREATE INDEX documents_by_kind ON documents (kind, id);
CREATE INDEX documents_by_owner ON documents (owner, id) WHERE owner IS NOT NULL;
CREATE INDEX documents_by_resend ON documents (retryable, id) WHERE retryable IS NOT NULL;
DROP INDEX documents_by_file;

CREATE TABLE file_names (
    document_id INTEGER PRIMARY KEY REFERENCES documents (id),
    name        TEXT NOT NULL
) STRICT;
INSERT INTO file_names SELECT id, file_name_key(file) FROM documents ORDER BY id;
CREATE INDEX file_names_by_name ON file_names (name, document_id);

DROP INDEX refusal_codes_by_code;
ALTER TABLE refusal_codes RENAME TO refusal_codes_3;
CREATE TABLE refusal_codes (
    code         TEXT NOT NULL,
    document_id  INTEGER NOT NULL REFERENCES documents (id),
    kind         TEXT NOT NULL,
    organization TEXT NOT NULL,
    owner        TEXT,
    retryable    INTEGER,
    PRIMARY KEY (code, document_id)
) STRICT, WITHOUT ROWID;
INSERT INTO refusal_codes SELECT code, document_id, kind, organization, owner, retryable
    FROM refusal_codes_3 JOIN documents ON id = document_id ORDER BY code, document_id;
CREATE INDEX refusal_codes_by_document ON refusal_codes (document_id);
DROP TABLE refusal_codes_3;
