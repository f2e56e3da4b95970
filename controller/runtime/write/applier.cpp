#include "controller/runtime/write/applier.hpp"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "controller/base/log.hpp"
#include "controller/runtime/write/ownership.hpp"
#include "controller/runtime/write/replacement.hpp"

namespace toolhive::runtime {

using kube::Key;
using kube::Object;
using kube::ResourceType;

namespace {

// What one object looked like when this process last knew it to be as intended.
struct Applied {
  std::string uid;
  std::uint64_t intent = 0;      // fingerprint() of the intent
  std::string digest;            // declared_digest() of the object
  std::string resource_version;  // of the object that `digest` was taken from
};

// etcd's first revision, from before anything was written. Applied to an object that exists it is a
// mismatch, a Conflict; where there is none, the API server creates one and does not look at it.
// Held by a test against a real API server.
constexpr const char* kNoObjectsVersion = "1";

// More than there are passes at a time, each with an owner of its own.
constexpr std::size_t kPassesUnderWay = 256;

std::uint64_t mix(std::uint64_t hash, std::uint64_t value) {
  hash = (hash ^ value) * 0x9E3779B97F4A7C15ULL;
  hash = (hash ^ (hash >> 32)) * 0xD6E8FEB86659FD93ULL;
  return hash ^ (hash >> 32);
}

// Of what a document says, without writing it out: a pass over settled objects does little else.
std::uint64_t fingerprint(const Json& value, std::uint64_t hash = 0) {
  hash = mix(hash, static_cast<std::uint64_t>(value.type()));
  switch (value.type()) {
    case Json::value_t::object:
      for (const auto& [key, member] : value.items())
        hash = fingerprint(member, mix(hash, std::hash<std::string>{}(key)));
      return mix(hash, value.size());
    case Json::value_t::array:
      for (const Json& item : value) hash = fingerprint(item, hash);
      return mix(hash, value.size());
    case Json::value_t::string:
      return mix(hash, std::hash<std::string>{}(value.get_ref<const std::string&>()));
    case Json::value_t::boolean:
      return mix(hash, value.get<bool>() ? 1 : 0);
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned:
      return mix(hash, value.get<std::uint64_t>());
    default:
      return mix(hash, std::hash<std::string>{}(value.dump()));
  }
}

std::string describe(const ResourceType& type, const Key& key) {
  return type.to_string() + " \"" + key.to_string() + "\"";
}

Status name_taken(const ResourceType& type, const Object& object) {
  std::string whose = "nobody's";
  if (const kube::OwnerReference* controller = object.meta().controller())
    whose = "controlled by " + std::string(controller->kind) + " \"" + std::string(controller->name) + "\"";
  return {Code::NameTaken,
          describe(type, object.key()) + " exists and is " + whose + ": delete or rename one of the two"};
}

Status about_to_go(const ResourceType& type, const Object& object) {
  return Status(Code::Conflict,
                describe(type, object.key()) + " is being deleted; it is made anew once it is gone");
}

}  // namespace

struct Applier::Impl {
  Impl(kube::Client& c, const Cache& ca, std::string manager, std::string label)
      : client(c), cache(ca), field_manager(std::move(manager)), owner_label(std::move(label)) {}

  using Id = std::pair<ResourceType, Key>;
  // The same of names that live elsewhere: a pass over settled objects copies none.
  using IdView = std::pair<const ResourceType&, const Key&>;
  struct Less {
    using is_transparent = void;
    template <class A, class B>
    bool operator()(const A& a, const B& b) const {
      return std::tie(a.second, a.first) < std::tie(b.second, b.first);
    }
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view uid) const { return std::hash<std::string_view>{}(uid); }
  };
  // What an owner has is a handful, found at once among that of thousands of owners.
  using OfOwner = std::map<Id, Applied, Less>;

  kube::Client& client;
  const Cache& cache;
  const std::string field_manager;
  const std::string owner_label;
  std::mutex mutex;
  std::unordered_map<std::string, OfOwner, Hash, std::equal_to<>>
      memo;  // by the owner's uid; guarded by mutex
  // Of late, for passes that began before; guarded by mutex.
  std::deque<std::string> forgotten;

  // nullptr when nothing is noted. Under the mutex.
  Applied* find(const Object& owner, const IdView& id) {
    const auto of_owner = memo.find(owner.meta().uid);
    if (of_owner == memo.end()) return nullptr;
    const auto found = of_owner->second.find(id);
    return found == of_owner->second.end() ? nullptr : &found->second;
  }

  Ownership ownership(const Object& object, const Object& owner, const Options& options) const {
    return options.owned ? ownership_by_reference(object, owner)
                         : ownership_by_label(object, owner, owner_label.c_str());
  }

  StatusOr<Object> write(const Context& ctx, const ResourceType& type, const Json& intent,
                         bool dry_run = false) {
    kube::WriteOptions as;
    as.field_manager = field_manager;
    as.dry_run = dry_run;
    return client.apply(ctx, type, intent, as);
  }

  // As write(), of an object that must not exist.
  StatusOr<Object> make(const Context& ctx, const ResourceType& type, Json intent) {
    intent["metadata"]["resourceVersion"] = kNoObjectsVersion;
    return write(ctx, type, intent);
  }

  // Deletes an own object that refused `intent` with `refusal`, and makes it anew as soon as it is
  // gone. The refusal stands when the API server does not take the intent by itself either.
  StatusOr<Object> replace(const Context& ctx, const ResourceType& type, const Object& existing, Json intent,
                           const std::string& propagation, const Status& refusal) {
    const Status alone = accepts_alone(ctx, client, type, intent, field_manager);
    if (alone.code() == Code::Invalid) return refusal;
    if (!alone.ok()) return alone.with_context("trying to make it anew, as it cannot be changed");
    log(LogLevel::Warn, "an object that others changed does not take what is declared, and is made anew",
        {{"object", describe(type, existing.key())}, {"refusal", refusal.message()}});
    kube::DeleteOptions options;
    options.uid = existing.meta().uid;
    options.propagation = propagation;
    const Status removed = client.remove(ctx, type, existing.key(), options);
    if (!removed.ok() && removed.code() != Code::NotFound) return removed;
    const auto left = client.get(ctx, type, existing.key());
    if (left.ok()) return about_to_go(type, *left);
    if (left.status().code() != Code::NotFound) return left.status();
    intent["metadata"].erase("uid");
    return make(ctx, type, std::move(intent));
  }

  // Whether `object` is as it was when `intent` was last applied to it.
  bool settled(const Object& owner, const IdView& id, const Object& object, std::uint64_t intent) {
    std::string digest;
    {
      std::lock_guard lock(mutex);
      const Applied* const known = find(owner, id);
      if (!known || known->uid != object.meta().uid || known->intent != intent) return false;
      if (known->resource_version == object.meta().resource_version) return true;
      digest = known->digest;
    }
    if (object.declared_digest() != digest) return false;
    std::lock_guard lock(mutex);
    if (Applied* const known = find(owner, id)) known->resource_version = object.meta().resource_version;
    return true;
  }

  // Whether this process wrote to `object` for its owner before.
  bool known(const Object& owner, const IdView& id, const Object& object) {
    std::lock_guard lock(mutex);
    const Applied* const found = find(owner, id);
    return found && found->uid == object.meta().uid;
  }

  // What was made for an owner before and is gone may have gone with it, of which the cache has not
  // heard: made anew, it would be taken by the garbage collector again, as often as that happens, or
  // stay where it is to outlive its owner. That alone is made for one of whose deletion the pass knows.
  Status owner_stays(const Context& ctx, const Object& owner, const IdView& id, const Options& options) {
    const auto type = cache.type_of(owner);
    if (!type) return {};
    {
      std::lock_guard lock(mutex);
      // The pass may have begun before the cache heard, and what was noted is forgotten then.
      if (!find(owner, id) && !is_forgotten(owner)) return {};
    }
    const auto live = client.get(ctx, *type, owner.key());
    if (!live.ok() && live.status().code() != Code::NotFound) return live.status();
    const bool is_news = live.ok() && live->meta().deleting() && (options.owned || !owner.meta().deleting());
    if (live.ok() && live->meta().uid == owner.meta().uid && !is_news) return {};
    return Status(Code::Conflict, "its owner " + describe(*type, owner.key()) + " is being deleted, or gone");
  }

  // Under the mutex.
  bool is_forgotten(const Object& owner) const {
    return std::find(forgotten.begin(), forgotten.end(), owner.meta().uid) != forgotten.end();
  }

  // Ours: the object to apply to. Nothing: the name is free, as far as the cache knows. Answers
  // from a live read whenever the cache alone would lead to an adoption or to blaming somebody.
  StatusOr<std::optional<Object>> target(const Context& ctx, const ResourceType& type, const Key& key,
                                         const Object& owner, const Json& intent, const Options& options) {
    auto cached = cache.get(ctx, type, key);
    // A label, other than a reference with a uid, may be that of an earlier owner, and anybody can
    // change it.
    if (cached.ok() && !cached->meta().deleting() && ownership(*cached, owner, options) == Ownership::Ours &&
        (options.owned || known(owner, {type, key}, *cached)))
      return std::optional<Object>(*cached);
    if (cached.status().code() == Code::NotFound) return std::optional<Object>();
    if (!cached.ok()) return cached.status();
    return live_target(ctx, type, key, owner, intent, options);
  }

  // The same as the API server sees it.
  StatusOr<std::optional<Object>> live_target(const Context& ctx, const ResourceType& type, const Key& key,
                                              const Object& owner, const Json& intent,
                                              const Options& options) {
    auto live = client.get(ctx, type, key);
    if (live.status().code() == Code::NotFound) return std::optional<Object>();
    if (!live.ok()) return live.status();
    switch (ownership(*live, owner, options)) {
      case Ownership::Ours:
        if (live->meta().deleting()) return about_to_go(type, *live);
        return std::optional<Object>(*live);
      case Ownership::Former:
        return about_to_go(type, *live);
      case Ownership::Foreign:
        break;
    }
    if (options.owned && is_orphan_of(*live, intent)) {
      if (live->meta().deleting()) return about_to_go(type, *live);
      return std::optional<Object>(*live);
    }
    return name_taken(type, *live);
  }
};

Applier::Applier(kube::Client& client, const Cache& cache, std::string field_manager, std::string owner_label)
    : impl_(std::make_unique<Impl>(client, cache, std::move(field_manager), std::move(owner_label))) {}

Applier::~Applier() = default;

StatusOr<Object> Applier::apply(const Context& ctx, const ResourceType& type, const Object& owner,
                                Json intent) {
  return apply(ctx, type, owner, std::move(intent), Options());
}

StatusOr<Object> Applier::apply(const Context& ctx, const ResourceType& type, const Object& owner,
                                Json intent, const Options& options) {
  Json& metadata = intent["metadata"];
  const Key key{metadata.value("namespace", ""), metadata.value("name", "")};
  if (key.name.empty())
    return Status(Code::Internal, "an intent for " + type.to_string() + " has no metadata.name");
  if (!options.owned && impl_->owner_label.empty())
    return Status(Code::Internal,
                  describe(type, key) + " is to outlive its owner, and the Applier was given no owner label");

  auto target = impl_->target(ctx, type, key, owner, intent, options);
  if (!target.ok()) return target.status().with_context("applying " + describe(type, key));
  const Impl::IdView id{type, key};
  // Of what the caller gave, from which the reference to the owner follows.
  const std::uint64_t hash = fingerprint(intent, (options.owned ? 1 : 0) + (options.blocks_owner ? 2 : 0));
  if (*target && impl_->settled(owner, id, **target, hash)) return **target;
  if (options.owned) {
    metadata["ownerReferences"] = Json::array({owner_reference(owner, options.blocks_owner)});
  } else {
    metadata["labels"][impl_->owner_label] = owner_label_value(owner);
  }
  std::optional<StatusOr<Object>> written;
  if (!*target) {
    const Status stays = impl_->owner_stays(ctx, owner, id, options);
    if (!stays.ok()) return stays.with_context("making " + describe(type, key) + " anew");
    written = impl_->make(ctx, type, intent);
    if (written->status().code() == Code::Conflict) {
      // Somebody, perhaps this process before a restart or a lost answer, was there before the
      // cache knew.
      written.reset();
      target = impl_->live_target(ctx, type, key, owner, intent, options);
      if (!target.ok()) return target.status().with_context("applying " + describe(type, key));
    }
  }
  if (!written) {
    // With the uid of what was judged to be ours, the server refuses to write to anything else.
    if (*target) metadata["uid"] = (*target)->meta().uid;
    written = impl_->write(ctx, type, intent);
    if (*target && !options.replace.empty() && written->status().code() == Code::Invalid)
      written = impl_->replace(ctx, type, **target, intent, options.replace, written->status());
  }
  if (!written->ok()) return written->status().with_context("applying " + describe(type, key));
  const Object& now = **written;
  Applied applied{std::string(now.meta().uid), hash, now.declared_digest(),
                  std::string(now.meta().resource_version)};
  const std::lock_guard lock(impl_->mutex);
  // forget() may have been called meanwhile, and is not called again.
  if (!impl_->is_forgotten(owner))
    impl_->memo[std::string(owner.meta().uid)].insert_or_assign(Impl::Id(id), std::move(applied));
  return now;
}

Status Applier::dry_run(const Context& ctx, const ResourceType& type, const Object& existing, Json intent) {
  intent["metadata"]["uid"] = existing.meta().uid;
  const Status tried = impl_->write(ctx, type, intent, true).status();
  if (tried.code() != Code::Invalid) return tried;
  const Status alone = accepts_alone(ctx, impl_->client, type, std::move(intent), impl_->field_manager);
  return alone.code() == Code::Invalid ? tried : alone;
}

Status Applier::remove(const Context& ctx, const ResourceType& type, const Object& owner, const Key& key) {
  auto cached = impl_->cache.get(ctx, type, key);
  if (cached.status().code() == Code::NotFound) return {};
  if (!cached.ok()) return cached.status().with_context("removing " + describe(type, key));
  if (ownership_by_reference(*cached, owner) != Ownership::Ours &&
      (impl_->owner_label.empty() ||
       ownership_by_label(*cached, owner, impl_->owner_label.c_str()) != Ownership::Ours))
    return {};
  if (cached->meta().deleting()) return {};
  {
    std::lock_guard lock(impl_->mutex);
    if (const auto of_owner = impl_->memo.find(owner.meta().uid); of_owner != impl_->memo.end())
      of_owner->second.erase(Impl::Id{type, key});
  }
  const Status removed = impl_->client.remove(
      ctx, type, key,
      {.uid = std::string(cached->meta().uid), .resource_version = {}, .propagation = "Background"});
  // Conflict: another object has taken the name since.
  if (removed.code() == Code::NotFound || removed.code() == Code::Conflict) return {};
  return removed.ok() ? removed : removed.with_context("removing " + describe(type, key));
}

void Applier::forget(const std::string& owner_uid) {
  std::lock_guard lock(impl_->mutex);
  impl_->memo.erase(owner_uid);
  impl_->forgotten.push_back(owner_uid);
  if (impl_->forgotten.size() > kPassesUnderWay) impl_->forgotten.pop_front();
}

}  // namespace toolhive::runtime
