-- Where the history came from, when it was restored from a backup: one row then, and none else. A restore that is run again finds it
-- and does nothing.
CREATE TABLE mcp_registry.restored (
  single boolean PRIMARY KEY DEFAULT true CHECK (single),
  origin text    NOT NULL  -- JSON: where the backup was, its SHA-256, and what it held
);
