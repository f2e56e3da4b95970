#include "registry/store/postgres/checkpoint.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "registry/model/json.hpp"
#include "registry/store/loading.hpp"

namespace toolhive::registry::postgres {
namespace {

// The records of this many numbers of the history share a chunk, so that a change concerns few
// chunks.
constexpr std::uint64_t kChunkRecords = 512;
// A chunk that has this many bytes is followed by another of the same part.
constexpr std::size_t kChunkBytes = 4 << 20;
// The version of all this; another one has other keys.
constexpr char kPrefix[] = "mcp-registry:1:";

std::string chunk_key(const std::string& database, const std::string& sha256) {
  return kPrefix + database + ":chunk:" + sha256;
}

std::string manifest_key(const std::string& database, std::uint64_t generation, const Sha256& manifest) {
  return kPrefix + database + ":" + std::to_string(generation) + ":" + to_hex(manifest);
}

Error damaged(const std::string& what) {
  return {Code::Corrupt, what + " is not what was written"};
}

// Sends chunks and notes them.
class ChunkWriter {
 public:
  ChunkWriter(redis::Connection& redis, const CheckpointOptions& options, std::atomic<std::uint64_t>& bytes)
      : redis_(redis), options_(options), ttl_(std::to_string(options.ttl.count())), bytes_(bytes) {}

  Result<void> write(const std::string& chunk) {
    if (options_.stopped()) return Error{Code::Unavailable, "stopped"};
    const auto sha = to_hex(sha256(chunk));
    chunks.push_back({{"sha256", sha}, {"bytes", chunk.size()}});
    return keep(chunk_key(options_.database, sha), chunk);
  }

  Result<void> keep(const std::string& key, const std::string& value) {
    if (!options_.whole) {
      auto there = redis_.call({"PEXPIRE", key, ttl_});
      if (!there) return there.take_error();
      if (there->number == 1) return {};
    }
    bytes_ += value.size();
    auto done = redis_.call({"SET", key, value, "PX", ttl_});
    return done ? Result<void>() : done.take_error();
  }

  Json chunks = Json::array();

 private:
  redis::Connection& redis_;
  const CheckpointOptions& options_;
  const std::string ttl_;
  std::atomic<std::uint64_t>& bytes_;
};

// Asks for chunks ahead of their use, so that one is on its way while another is read.
class ChunkReader {
 public:
  ChunkReader(redis::Connection& redis, const std::string& database, const Json& chunks,
              std::atomic<std::uint64_t>& bytes)
      : redis_(redis), database_(database), chunks_(chunks), bytes_(bytes) {}

  bool at_end() const { return next_ == chunks_.size(); }

  Result<std::string> read() {
    for (; asked_ < std::min(next_ + kAhead, chunks_.size()); ++asked_) {
      if (auto sent = redis_.send({"GET", chunk_key(database_, sha256_of(asked_))}); !sent)
        return sent.take_error();
    }
    auto reply = redis_.receive();
    if (!reply) return reply.take_error();
    if (reply->kind != redis::Reply::Kind::Text) return Error{Code::NotFound, "a chunk is not there"};
    bytes_ += reply->text.size();
    if (to_hex(sha256(reply->text)) != sha256_of(next_)) return damaged("a chunk");
    ++next_;
    return std::move(reply->text);
  }

 private:
  static constexpr std::size_t kAhead = 2;
  const std::string& sha256_of(std::size_t chunk) const {
    return chunks_[chunk]["sha256"].get_ref<const std::string&>();
  }

  redis::Connection& redis_;
  const std::string& database_;
  const Json& chunks_;
  std::atomic<std::uint64_t>& bytes_;
  std::size_t next_ = 0, asked_ = 0;
};

Result<void> apply_lines(IndexBuilder& builder, std::string_view lines) {
  while (!lines.empty()) {
    const auto end = lines.find('\n');
    if (end == lines.npos) return damaged("a chunk");
    auto record = decode_record(lines.substr(0, end));
    if (!record) return record.take_error();
    if (auto applied = apply(builder, *record); !applied) return applied.take_error();
    lines.remove_prefix(end + 1);
  }
  return {};
}

}  // namespace

Result<CheckpointRow> read_checkpoint_row(Connection& connection) {
  CheckpointRow checkpoint;
  auto done = connection.run(
      "SELECT database, generation, sequence, encode(manifest, 'hex'), "
      "greatest(0, 1000 * extract(epoch FROM now() - kept_at))::bigint FROM mcp_registry.checkpoint",
      [&](const Row& row) {
        checkpoint.database = row.text(0);
        checkpoint.generation = row.number(1);
        checkpoint.sequence = row.number(2);
        if (!from_hex(row.text(3), checkpoint.manifest)) checkpoint.generation = 0;
        checkpoint.age = std::chrono::milliseconds(row.number(4));
      });
  if (!done) return done.take_error();
  if (checkpoint.database.empty())
    return Error{Code::Unavailable, "the database's table mcp_registry.checkpoint has lost its row"};
  return checkpoint;
}

Result<bool> record_checkpoint(Connection& connection, const Head& head, const Sha256& manifest) {
  bool recorded = false;
  auto done = connection.query(
      "UPDATE mcp_registry.checkpoint SET generation = $1::bigint, sequence = $2::bigint, "
      "manifest = decode($3, 'hex'), kept_at = now() "
      "WHERE EXISTS (SELECT 1 FROM mcp_registry.head AS h WHERE h.generation = $1::bigint AND "
      "((h.sequence = $2::bigint AND h.checksum = decode($4, 'hex')) OR (h.sequence > $2::bigint AND EXISTS "
      "(SELECT 1 FROM mcp_registry.records AS r WHERE r.sequence = $2::bigint AND r.checksum = decode($4, "
      "'hex'))))) "
      "RETURNING 1",
      {std::to_string(head.generation), std::to_string(head.sequence), to_hex(manifest),
       to_hex(head.checksum)},
      [&](const Row&) { recorded = true; });
  if (!done) return done.take_error();
  return recorded;
}

Result<Sha256> write_checkpoint(redis::Connection& redis, const CheckpointOptions& options,
                                const Follower& follower, std::atomic<std::uint64_t>& bytes) {
  ChunkWriter writer(redis, options, bytes);
  std::string lines;
  std::uint64_t part = 0;
  Result<void> done;
  visit_compacted(follower.index, [&](const Record& record) {
    if (!lines.empty() && (record.sequence / kChunkRecords != part || lines.size() >= kChunkBytes)) {
      done = writer.write(lines);
      lines.clear();
    }
    part = record.sequence / kChunkRecords;
    append_line(lines, record);
    return done.ok();
  });
  if (done && !lines.empty()) done = writer.write(lines);
  if (!done) return done.take_error();
  const auto manifest =
      Json{{"database", options.database},       {"generation", follower.head.generation},
           {"sequence", follower.head.sequence}, {"checksum", to_hex(follower.head.checksum)},
           {"records", follower.records},        {"chunks", std::move(writer.chunks)}}
          .dump();
  const auto digest = sha256(manifest);
  if (done = writer.keep(manifest_key(options.database, follower.head.generation, digest), manifest); !done)
    return done.take_error();
  return digest;
}

Result<Follower> read_checkpoint(redis::Connection& redis, const CheckpointRow& checkpoint,
                                 std::atomic<std::uint64_t>& bytes) {
  auto reply =
      redis.call({"GET", manifest_key(checkpoint.database, checkpoint.generation, checkpoint.manifest)});
  if (!reply) return reply.take_error();
  if (reply->kind != redis::Reply::Kind::Text) return Error{Code::NotFound, "the manifest is not there"};
  bytes += reply->text.size();
  if (sha256(reply->text) != checkpoint.manifest) return damaged("the manifest");
  // From here on it is what one of the replicas wrote.
  auto parsed = parse_stored_json(reply->text);
  if (!parsed) return parsed.take_error();
  const Json& manifest = *parsed;
  Follower follower;
  follower.head.generation = manifest["generation"];
  follower.head.sequence = manifest["sequence"];
  if (!from_hex(manifest["checksum"].get_ref<const std::string&>(), follower.head.checksum) ||
      follower.head.generation != checkpoint.generation || follower.head.sequence != checkpoint.sequence)
    return damaged("the manifest");
  IndexBuilder builder{Index()};
  ChunkReader reader(redis, checkpoint.database, manifest["chunks"], bytes);
  while (!reader.at_end()) {
    auto lines = reader.read();
    if (!lines) return lines.take_error();
    if (auto done = apply_lines(builder, *lines); !done) return done.take_error();
  }
  builder.advance(follower.head.sequence, follower.head.checksum);
  follower.index = builder.take();
  follower.records = manifest["records"];
  return follower;
}

}  // namespace toolhive::registry::postgres
