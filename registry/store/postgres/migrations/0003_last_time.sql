-- The latest time in any record, also in one that a compaction left out: what is written later gets a later one, whatever the
-- clocks of replicas say. Text, in RFC 3339 with microseconds, as the records have it; empty as long as an earlier program writes.
ALTER TABLE mcp_registry.head ADD COLUMN last_time text NOT NULL DEFAULT '';
