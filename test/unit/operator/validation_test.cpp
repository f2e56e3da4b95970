// What is refused before anything is applied.
#include <doctest/doctest.h>

#include "controller/operator/registry/validation.hpp"
#include "test/unit/operator/make.hpp"

namespace {

using namespace toolhive;
using namespace toolhive::test;

Json claim(const std::string& size) {
  return {{"spec",
           {{"accessModes", Json::array({"ReadWriteOnce"})},
            {"storageClassName", "standard"},
            {"resources", {{"requests", {{"storage", size}}}}}}}};
}

RegistryInputs sized(const char* size) {
  return inputs({{"storage", {{"size", size}}}});
}

std::string reason(const RegistryInputs& given, const Json* existing = nullptr) {
  const auto refusal = refuse(given, existing);
  return refusal ? refusal->reason : "";
}

TEST_CASE("a spec of defaults is accepted, with and without its claim") {
  const Json existing = claim("10Gi");
  CHECK(reason(inputs()) == "");
  CHECK(reason(inputs(), &existing) == "");
}

TEST_CASE("a name that no Service or label can have is refused with the field's path") {
  for (const char* name : {"mcp.registry", "1registry", "registry-", "-registry"}) {
    CAPTURE(name);
    const auto refusal = refuse(inputs(Json::object(), name), nullptr);
    REQUIRE(refusal);
    CHECK(refusal->reason == "InvalidName");
    CHECK(refusal->message.starts_with("metadata.name: "));
  }
  CHECK(reason(inputs(Json::object(), std::string(56, 'a'))) == "");
  CHECK(reason(inputs(Json::object(), std::string(57, 'a'))) == "InvalidName");
}

TEST_CASE("an image must come from somewhere") {
  RegistryInputs given = inputs();
  given.image.clear();
  CHECK(reason(given) == "ImageMissing");
}

TEST_CASE("more than one writer is refused") {
  CHECK(reason(inputs({{"replicas", 2}})) == "InvalidSpec");
}

TEST_CASE("the operator's own labels and annotations cannot be given in the pod template") {
  const auto labels = [](const char* key) {
    return inputs({{"podTemplate", {{"metadata", {{"labels", {{key, "x"}}}}}}}});
  };
  CHECK(reason(labels("app.kubernetes.io/instance")) == "InvalidSpec");
  CHECK(reason(labels("mcpregistry.dev/x")) == "InvalidSpec");
  CHECK(reason(labels("example.com/x")) == "");
  CHECK(reason(inputs({{"podTemplate", {{"metadata", {{"annotations", {{"mcpregistry.dev/x", "y"}}}}}}}})) ==
        "InvalidSpec");
}

TEST_CASE("a request above its limit is refused") {
  const auto resources = [](const char* request, const char* limit) {
    return inputs({{"resources", {{"requests", {{"memory", request}}}, {"limits", {{"memory", limit}}}}}});
  };
  CHECK(reason(resources("1Gi", "512Mi")) == "InvalidSpec");
  CHECK(reason(resources("512Mi", "1Gi")) == "");
  CHECK(reason(resources("1024Mi", "1Gi")) == "");
}

TEST_CASE("a memory limit with which no registry starts is refused") {
  const auto limited = [](const char* limit) {
    return inputs({{"resources", {{"limits", {{"memory", limit}}}}}});
  };
  for (const char* bad : {"1Ki", "256m", "15Mi"}) {
    CAPTURE(bad);
    const auto refusal = refuse(limited(bad), nullptr);
    REQUIRE(refusal);
    CHECK(refusal->message.starts_with("spec.resources.limits[memory]: "));
  }
  for (const char* good : {"16Mi", "1Gi", "0"}) CHECK(reason(limited(good)) == "");
}

TEST_CASE("a name from before the schema had a pattern for it is refused with its path") {
  const auto message = [](const Json& spec) {
    const auto refusal = refuse(inputs(spec), nullptr);
    return refusal ? refusal->message : "";
  };
  const Json bad = "../secrets/x";
  CHECK(message({{"storage", {{"existingClaim", bad}}}}).starts_with("spec.storage.existingClaim: "));
  CHECK(message({{"storage", {{"storageClassName", bad}}}}).starts_with("spec.storage.storageClassName: "));
  CHECK(
      message({{"imagePullSecrets", Json::array({{{"name", bad}}})}}).starts_with("spec.imagePullSecrets: "));
  CHECK(message({{"podTemplate", {{"priorityClassName", bad}}}})
            .starts_with("spec.podTemplate.priorityClassName: "));
  CHECK(message({{"allowedNamespaces",
                  {{"from", "Selector"}, {"selector", {{"matchLabels", {{"bad key", "v"}}}}}}}})
            .starts_with("spec.allowedNamespaces.selector.matchLabels: "));
}

TEST_CASE("a claim that is a block device is refused, whoever it belongs to") {
  Json block = claim("10Gi");
  block["spec"]["volumeMode"] = "Block";
  CHECK(reason(inputs({{"storage", {{"existingClaim", "theirs"}}}}), &block) == "InvalidSpec");
}

TEST_CASE("an Ingress without a host is refused, for it would be for every host") {
  const auto refusal = refuse(inputs({{"exposure", {{"type", "Ingress"}}}}), nullptr);
  REQUIRE(refusal);
  CHECK(refusal->message.starts_with("spec.exposure.host: "));
  CHECK(reason(inputs({{"exposure", {{"type", "Ingress"}, {"host", "a.example.com"}}}})) == "");
}

TEST_CASE("a claim grows but does not shrink") {
  const Json existing = claim("10Gi");
  CHECK(reason(sized("5Gi"), &existing) == "StorageCannotShrink");
  CHECK(reason(sized("10Gi"), &existing) == "");
  CHECK(reason(sized("10240Mi"), &existing) == "");
  CHECK(reason(sized("20Gi"), &existing) == "");
  CHECK(reason(sized("0"), &existing) == "InvalidSpec");
  const auto refusal = refuse(sized("5Gi"), &existing);
  CHECK(refusal->message.starts_with("spec.storage.size: "));
}

TEST_CASE("a size that the claim's volume has not grown to can be taken back") {
  Json growing = claim("2000Gi");
  growing["status"]["capacity"]["storage"] = "10Gi";
  CHECK(reason(sized("20Gi"), &growing) == "");
  CHECK(reason(sized("10Gi"), &growing) == "");
  CHECK(reason(sized("5Gi"), &growing) == "StorageCannotShrink");
}

TEST_CASE("a volume that was made larger than asked for is no reason to ask for more") {
  Json rounded = claim("1Gi");
  rounded["status"]["capacity"]["storage"] = "4Gi";
  CHECK(reason(sized("1Gi"), &rounded) == "");
  CHECK(reason(sized("2Gi"), &rounded) == "");
  CHECK(reason(sized("512Mi"), &rounded) == "StorageCannotShrink");
}

TEST_CASE("a size that no volume has is refused before a claim asks for it") {
  CHECK(reason(sized("1Pi")) == "");
  CHECK(reason(sized("1025Ti")) == "InvalidSpec");
  CHECK(reason(sized("9999999Ei")) == "InvalidSpec");
}

TEST_CASE("a retained claim of another class or other modes is not taken for what the spec asks") {
  const Json existing = claim("10Gi");
  CHECK(reason(inputs({{"storage", {{"storageClassName", "fast"}}}}), &existing) == "StorageImmutable");
  CHECK(reason(inputs({{"storage", {{"storageClassName", "standard"}}}}), &existing) == "");
  CHECK(reason(inputs({{"storage", {{"accessModes", Json::array({"ReadWriteMany"})}}}}), &existing) ==
        "StorageImmutable");
}

}  // namespace
