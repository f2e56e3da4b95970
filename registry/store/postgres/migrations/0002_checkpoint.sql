-- A checkpoint is a copy of the whole state at one place of the history, kept in a cache beside the database, so that a start reads
-- little from here. Only one that this row vouches for is believed.
CREATE TABLE mcp_registry.checkpoint (
  single     boolean PRIMARY KEY DEFAULT true CHECK (single),
  database   text    NOT NULL,  -- names this database in the keys of the cache
  generation bigint  NOT NULL DEFAULT 0,  -- of the history; 0 while there is no checkpoint
  sequence   bigint  NOT NULL DEFAULT 0,  -- of its last record that the checkpoint has
  manifest   bytea   NOT NULL DEFAULT '', -- SHA-256 of the checkpoint's list of chunks, which has theirs
  kept_at    timestamptz NOT NULL DEFAULT now()
);

INSERT INTO mcp_registry.checkpoint (database) VALUES (md5(random()::text || clock_timestamp()::text || pg_backend_pid()::text));
