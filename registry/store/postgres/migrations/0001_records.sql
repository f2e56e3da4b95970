-- The history of a registry: what a file store has as the lines of its log. It is also what replicas follow.
CREATE TABLE mcp_registry.records (
  sequence  bigint  NOT NULL,            -- grows with every record, by one
  part      integer NOT NULL DEFAULT 0,  -- numbers the records that a compaction left of one
  operation text    NOT NULL,            -- register, withdraw, ...
  checksum  bytea   NOT NULL CHECK (octet_length(checksum) = 32),  -- SHA-256 of sequence, operation and payload
  payload   text    NOT NULL,            -- a JSON document, byte for byte as it is served; jsonb would rewrite it
  PRIMARY KEY (sequence, part)
);

-- One row. Whoever writes holds its lock from before the decision to the commit.
CREATE TABLE mcp_registry.head (
  single     boolean PRIMARY KEY DEFAULT true CHECK (single),
  sequence   bigint  NOT NULL,  -- of the last record
  checksum   bytea   NOT NULL,  -- of the last record
  generation bigint  NOT NULL   -- grows when the history is written anew; replicas then read all of it
) WITH (fillfactor = 10);       -- updated with every write: leaves room for that in its page

INSERT INTO mcp_registry.head (sequence, checksum, generation) VALUES (0, '', 1);
