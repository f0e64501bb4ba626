-- Every filter of the list has an index in the order of arrival. Refusals carry what they are filtered and counted by;
-- names of files stand in a narrow table of their own, which a search for a part of a name reads.
CREATE INDEX documents_by_kind ON documents (kind, id);
CREATE INDEX documents_by_owner ON documents (owner, id) WHERE owner IS NOT NULL;
CREATE INDEX documents_by_resend ON documents (retryable, id) WHERE retryable IS NOT NULL;
DROP INDEX documents_by_file;
-- The order of bytes lets an index find what begins with a text.
ALTER TABLE documents ALTER COLUMN uid_key TYPE TEXT COLLATE "C", ALTER COLUMN emdr_id TYPE TEXT COLLATE "C";

CREATE TABLE file_names (
    document_id BIGINT PRIMARY KEY REFERENCES documents (id),
    name        TEXT COLLATE "C" NOT NULL
);
INSERT INTO file_names SELECT id, lower(regexp_replace(file, '^.*[/\\]', '')) FROM documents;
CREATE INDEX file_names_by_name ON file_names (name, document_id);

ALTER TABLE refusal_codes
    ADD COLUMN kind TEXT NOT NULL DEFAULT '',
    ADD COLUMN organization TEXT NOT NULL DEFAULT '',
    ADD COLUMN owner TEXT,
    ADD COLUMN retryable BIGINT;
UPDATE refusal_codes SET kind = documents.kind, organization = documents.organization, owner = documents.owner,
    retryable = documents.retryable FROM documents WHERE documents.id = document_id;
ALTER TABLE refusal_codes ALTER COLUMN kind DROP DEFAULT, ALTER COLUMN organization DROP DEFAULT;
