#include "controller/operator/registry/backup_place.hpp"

#include <nlohmann/json.hpp>

#include "controller/operator/registry/pod_parts.hpp"

namespace toolhive {

namespace {

constexpr const char* kVolume = "backup";
constexpr const char* kFolder = "/backup";
constexpr const char* kCredentialsFolder = "/etc/mcp-registry/backup";

std::string below(const std::string& folder, const std::string& name) {
  return folder.empty() ? name : folder + "/" + name;
}

std::string s3_url(const BackupDestination::S3& s3, const std::string& name) {
  return "s3://" + s3.bucket + "/" + below(s3.prefix, name);
}

Json s3_options(const BackupDestination::S3& s3) {
  Json options = Json::array(
      {"--s3-endpoint", s3.endpoint, "--s3-region", s3.region, "--s3-credentials", kCredentialsFolder});
  if (s3.path_style) options.push_back("--s3-path-style");
  return options;
}

Json volume_of(const BackupDestination& destination) {
  if (destination.claim)
    return {{"name", kVolume}, {"persistentVolumeClaim", {{"claimName", destination.claim->name}}}};
  return {{"name", kVolume},
          {"secret", {{"secretName", destination.s3->secret}, {"defaultMode", kSecretFileMode}}}};
}

}  // namespace

std::string location_text(const BackupPlace& place) {
  const auto& [claim, s3] = place.destination;
  return claim ? "pvc://" + claim->name + "/" + below(claim->path, place.name) : s3_url(*s3, place.name);
}

Json location_arguments(const char* option, const BackupPlace& place) {
  const auto& [claim, s3] = place.destination;
  if (claim)
    return Json::array({option, "file://" + std::string(kFolder) + "/" + below(claim->path, place.name)});
  Json arguments = Json::array({option, s3_url(*s3, place.name)});
  for (const Json& argument : s3_options(*s3)) arguments.push_back(argument);
  return arguments;
}

void mount_place(const BackupPlace& place, bool read_only, const char* containers, Json& pod) {
  const bool is_claim = place.destination.claim.has_value();
  Json mount = {{"name", kVolume}, {"mountPath", is_claim ? kFolder : kCredentialsFolder}};
  if (read_only || !is_claim) mount["readOnly"] = true;
  pod[containers].back()["volumeMounts"].push_back(std::move(mount));
  pod["volumes"].push_back(volume_of(place.destination));
}

}  // namespace toolhive
