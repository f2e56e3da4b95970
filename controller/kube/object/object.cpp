#include "controller/kube/object/object.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <nlohmann/json.hpp>
#include <span>
#include <type_traits>

#include "controller/base/sha256.hpp"
#include "controller/kube/object/field_reader.hpp"
#include "controller/kube/object/json_document.hpp"
#include "controller/kube/object/metadata_scan.hpp"
#include "controller/kube/object/ref.hpp"

namespace toolhive::kube {

// One allocation holds everything: this head, the arrays that `meta` refers to, the document's
// bytes, and the strings that had to be unescaped.
struct Object::Rep {
  Meta meta;
  std::string_view api_version;
  std::string_view kind;
  std::string_view bytes;
  std::string_view flaw;
  // The typed view that somebody holds, or nullptr. It holds this object and clears the pointer as
  // its first step of dying, so the pointer is good for as long as `busy` is set by who reads it.
  mutable const Decoded* decoded = nullptr;
  mutable std::atomic_flag busy;
};

// Holds a Rep's `busy` while it exists: for a few instructions, and an object has few readers at
// one time.
class DecodedLock {
 public:
  explicit DecodedLock(std::atomic_flag& busy) : busy_(busy) {
    while (busy_.test_and_set(std::memory_order_acquire)) busy_.wait(true, std::memory_order_relaxed);
  }
  ~DecodedLock() {
    // Sequentially consistent: notify_one() looks for waiters, which must not happen before the
    // flag is seen clear. One that begins to wait in between would not be woken.
    busy_.clear();
    busy_.notify_one();
  }
  DecodedLock(const DecodedLock&) = delete;
  DecodedLock& operator=(const DecodedLock&) = delete;

 private:
  std::atomic_flag& busy_;
};

struct ObjectBuilder {
  using Rep = Object::Rep;
  using Unit = std::uint64_t;
  static constexpr std::string_view kApiVersion = R"("apiVersion":")";
  static constexpr std::string_view kKind = R"(","kind":")";
  static constexpr std::string_view kPartial = "PartialObjectMetadata";
  static_assert(std::is_trivially_destructible_v<Rep> && alignof(Rep) <= alignof(Unit));

  // With `type`, its apiVersion and kind go in after the opening brace, or beside a
  // PartialObjectMetadata.
  static Object build(std::string_view text, const MetadataScan& scan, const ResourceType* type,
                      std::string_view flaw) {
    return ObjectBuilder(text, scan, type, flaw).build();
  }

 private:
  ObjectBuilder(std::string_view text, const MetadataScan& scan, const ResourceType* type,
                std::string_view flaw)
      : text_(text), flaw_(flaw), scan_(scan) {
    if (type == nullptr) return;
    api_version_ = type->api_version();
    kind_ = type->kind;
    stands_in_ = scan.kind == kPartial;
    if (stands_in_) return;
    head_ = text.find('{') + 1;
    prefix_.append(kApiVersion).append(api_version_).append(kKind).append(kind_).append("\",");
  }

  Object build() {
    measure();
    const std::size_t units = (end_ + sizeof(Unit) - 1) / sizeof(Unit);
    const std::shared_ptr<Unit[]> block = std::make_shared_for_overwrite<Unit[]>(units);
    base_ = reinterpret_cast<char*>(block.get());
    copy_bytes();
    Rep* rep = new (base_) Rep;
    rep->bytes = {base_ + bytes_at_, bytes_size_};
    rep->flaw = place_plain(flaw_);
    if (stands_in_) {
      rep->api_version = place_plain(api_version_);
      rep->kind = place_plain(kind_);
    } else if (prefix_.empty()) {
      rep->api_version = place(scan_.api_version);
      rep->kind = place(scan_.kind);
    } else {
      rep->api_version = rep->bytes.substr(head_ + kApiVersion.size(), api_version_.size());
      rep->kind = rep->bytes.substr(head_ + prefix_.size() - 2 - kind_.size(), kind_.size());
    }
    Meta& meta = rep->meta;
    meta.ns = place(scan_.ns);
    meta.name = place(scan_.name);
    meta.uid = place(scan_.uid);
    meta.resource_version = place(scan_.resource_version);
    meta.creation_timestamp = place(scan_.creation_timestamp);
    meta.deletion_timestamp = place(scan_.deletion_timestamp);
    meta.generation = scan_.generation;
    if (!scan_.annotations.empty()) meta.annotations = Annotations(moved(scan_.annotations));
    meta.labels = Labels(fill<Labels::value_type>(labels_at_, scan_.labels, [this](const auto& label) {
      return Labels::value_type(place(label.first), place(label.second));
    }));
    meta.finalizers = fill<std::string_view>(
        finalizers_at_, scan_.finalizers, [this](const JsonString& finalizer) { return place(finalizer); });
    meta.owners = fill<OwnerReference>(owners_at_, scan_.owners, [this](const MetadataScan::Owner& owner) {
      return OwnerReference{place(owner.api_version), place(owner.kind), place(owner.name), place(owner.uid),
                            owner.controller};
    });
    return Object(std::shared_ptr<const Rep>(block, rep));
  }

  void measure() {
    cut_ = scan_.managed_fields_end - scan_.managed_fields_begin;
    labels_at_ = sizeof(Rep);
    finalizers_at_ = labels_at_ + scan_.labels.size() * sizeof(Labels::value_type);
    owners_at_ = finalizers_at_ + scan_.finalizers.size() * sizeof(std::string_view);
    bytes_at_ = owners_at_ + scan_.owners.size() * sizeof(OwnerReference);
    bytes_size_ = text_.size() - cut_ + prefix_.size();
    strings_at_ = bytes_at_ + bytes_size_;
    // An unescaped string is never longer than its escaped form.
    end_ = strings_at_ + flaw_.size() + (stands_in_ ? api_version_.size() + kind_.size() : 0);
    const auto reserve = [this](const JsonString& s) { end_ += s.escaped ? s.raw.size() : 0; };
    for (const JsonString* s :
         {&scan_.api_version, &scan_.kind, &scan_.ns, &scan_.name, &scan_.uid, &scan_.resource_version,
          &scan_.creation_timestamp, &scan_.deletion_timestamp})
      reserve(*s);
    for (const auto& [key, value] : scan_.labels) reserve(key), reserve(value);
    for (const JsonString& finalizer : scan_.finalizers) reserve(finalizer);
    for (const MetadataScan::Owner& owner : scan_.owners)
      reserve(owner.api_version), reserve(owner.kind), reserve(owner.name), reserve(owner.uid);
  }

  void copy_bytes() {
    char* to = base_ + bytes_at_;
    const auto append = [&to](std::string_view piece) {
      if (!piece.empty()) std::memcpy(to, piece.data(), piece.size());
      to += piece.size();
    };
    append(text_.substr(0, head_));
    append(prefix_);
    append(text_.substr(head_, cut_ == 0 ? std::string_view::npos : scan_.managed_fields_begin - head_));
    if (cut_ != 0) append(text_.substr(scan_.managed_fields_end));
  }

  // Where a piece of the text is in the copy.
  std::string_view moved(std::string_view piece) const {
    std::size_t at = static_cast<std::size_t>(piece.data() - text_.data());
    if (cut_ != 0 && at >= scan_.managed_fields_end) at -= cut_;
    if (at >= head_) at += prefix_.size();
    return {base_ + bytes_at_ + at, piece.size()};
  }

  std::string_view place(const JsonString& s) {
    if (s.raw.empty()) return {};
    if (!s.escaped) return moved(s.raw);
    return place_plain(s.str());
  }

  std::string_view place_plain(std::string_view plain) {
    if (plain.empty()) return {};
    char* const to = base_ + strings_at_;
    std::memcpy(to, plain.data(), plain.size());
    strings_at_ += plain.size();
    return {to, plain.size()};
  }

  template <class T, class From, class Convert>
  std::span<const T> fill(std::size_t at, const std::vector<From>& from, Convert convert) {
    static_assert(std::is_trivially_destructible_v<T> && alignof(T) <= alignof(Unit));
    if (from.empty()) return {};
    T* const first = reinterpret_cast<T*>(base_ + at);
    T* next = first;
    for (const From& item : from) new (next++) T(convert(item));
    return {first, from.size()};
  }

  std::string_view text_;
  std::string_view flaw_;
  const MetadataScan& scan_;
  std::string prefix_, api_version_, kind_;
  bool stands_in_ = false;  // a PartialObjectMetadata of api_version_ and kind_
  char* base_ = nullptr;
  std::size_t cut_ = 0, head_ = 0, bytes_size_ = 0, end_ = 0;
  std::size_t labels_at_ = 0, finalizers_at_ = 0, owners_at_ = 0, bytes_at_ = 0, strings_at_ = 0;
};

Object::Object(std::shared_ptr<const Rep> rep) : rep_(std::move(rep)) {}

StatusOr<Object> Object::parse(std::string_view bytes, const ResourceType* type) {
  return parse_flawed(bytes, {}, type);
}

StatusOr<Object> Object::parse_flawed(std::string_view bytes, std::string_view flaw,
                                      const ResourceType* type) {
  thread_local MetadataScan scan;
  if (std::string wrong = scan_metadata(bytes, scan); !wrong.empty())
    return Status(Code::Decode, "not a Kubernetes object: " + wrong);
  const bool complete =
      (!scan.api_version.raw.empty() || !scan.kind.raw.empty()) && !(scan.kind == ObjectBuilder::kPartial);
  return ObjectBuilder::build(bytes, scan, complete ? nullptr : type, flaw);
}

StatusOr<Object> Object::from(const Json& document) {
  try {
    return parse(document.dump());
  } catch (const Json::exception&) {
    return Status(Code::Decode, "not a Kubernetes object: a string in it is not UTF-8");
  }
}

const Meta& Object::meta() const& {
  return rep_->meta;
}
std::string_view Object::api_version() const {
  return rep_->api_version;
}
std::string_view Object::flaw() const {
  return rep_->flaw;
}
std::string_view Object::kind() const {
  return rep_->kind;
}
std::string_view Object::bytes() const {
  return rep_->bytes;
}
Json Object::json() const {
  return json_document(rep_->bytes);
}

JsonPtr Object::status() const {
  static const JsonPtr kNone = std::make_shared<const Json>(Json::object());
  Status unfit;  // only an object that has no members, which parse() refuses
  JsonPtr status;
  FieldReader::root(rep_->bytes, unfit).read("status", status);
  return status ? status : kNone;
}

void Object::decode(Json& document) const {
  document = json();
}

std::shared_ptr<const Decoded> Object::held(const void* type) const {
  const DecodedLock lock(rep_->busy);
  if (!rep_->decoded || rep_->decoded->type != type) return nullptr;
  // Nullptr when it is dying, and waits for this lock. Of a pointer to const, so that no conversion
  // holds it for a moment: if everybody else let go meanwhile, it would die in here.
  return rep_->decoded->weak_from_this().lock();
}

void Object::hold(const Decoded& view) const {
  const DecodedLock lock(rep_->busy);
  if (!rep_->decoded) rep_->decoded = &view;
}

void Object::drop(const Decoded& view) const {
  const DecodedLock lock(rep_->busy);
  if (rep_->decoded == &view) rep_->decoded = nullptr;
}

std::string Object::declared_digest() const {
  Json document = json();
  document.erase("status");
  Json& metadata = document["metadata"];
  metadata.erase("resourceVersion");
  metadata.erase("generation");
  return sha256_hex(document.dump());
}

std::weak_ordering compare_resource_versions(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return a.size() <=> b.size();
  return a.compare(b) <=> 0;
}

}  // namespace toolhive::kube
