// A Registry whose data go from files to PostgreSQL.
#include "controller/operator/registry/move.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "controller/operator/backup/decide.hpp"
#include "controller/operator/registry/decide.hpp"
#include "controller/operator/registry/report.hpp"
#include "controller/operator/registry/status.hpp"
#include "controller/operator/types.hpp"
#include "controller/runtime/write/conditions.hpp"
#include "test/unit/operator/backup.hpp"

namespace {

using namespace toolhive;
using namespace toolhive::test;
using runtime::ConditionStatus;

const Json kOnFiles = Json::object();

Json on_database(const Json& more = Json::object()) {
  Json spec = {{"storage", {{"type", "PostgreSQL"}, {"postgresql", {{"secretRef", {{"name", "db-app"}}}}}}}};
  spec.merge_patch(more);
  return spec;
}

const char* const kMovedReport = R"({"tools":3,"servers":1,"bytes":4096,"sha256":"ab12","moved":true})";

// One Registry, as it is from pass to pass: what was declared runs, what was told is its status.
struct MovedRegistry {
  Json spec = kOnFiles;
  std::int64_t generation = 1;
  Json status = Json::object();
  Json running;  // the Deployment; null: there is none
  std::vector<Json> pods;
  std::optional<RegistryInputs> accepted;
  bool hibernated = false;

  RegistryObservation observed() const {
    const kube::Object object =
        mcp_registry({{"metadata", {{"generation", generation}}}, {"spec", spec}, {"status", status}});
    RegistryObservation seen{
        .object = object, .status = std::make_shared<const Json>(status), .inputs = inputs(spec)};
    seen.inputs.hibernated = hibernated;
    seen.claim =
        *kube::Object::from({{"apiVersion", "v1"},
                             {"kind", "PersistentVolumeClaim"},
                             {"metadata", {{"name", "mcp-registry-data"}, {"uid", "uid-of-the-claim"}}},
                             {"status", {{"phase", "Bound"}}}});
    if (!running.is_null()) seen.running.push_back({deployment_type(), *kube::Object::from(running)});
    for (const Json& pod : pods) seen.pods.push_back(*kube::Object::from(pod));
    return seen;
  }
  void declare(const Json& wanted) {
    spec = wanted;
    ++generation;
  }
  // Observes, decides, carries out and tells, and gives back what was declared.
  std::optional<RegistryInputs> pass(bool tells = true) {
    const RegistryObservation seen = observed();
    const RegistryPlan plan = decide(seen, accepted);
    RegistryOutcome outcome{.refused = plan.refused, .declared = {}, .written = {}, .cluster = {}};
    outcome.declared = plan.refused ? plan.accepted : plan.wanted;
    if (!plan.refused) accepted = seen.inputs;
    if (outcome.declared) run(deployment(*outcome.declared));
    if (tells) status = registry_status(status, report_of(seen, outcome, WallTime()), WallTime());
    return outcome.declared;
  }
  void run(Json made) {
    made["apiVersion"] = "apps/v1";
    made["kind"] = "Deployment";
    made["metadata"]["uid"] = "uid-of-the-deployment";
    made["metadata"]["generation"] = 1;
    running = std::move(made);
  }
  Json condition(const char* type) const {
    for (const Json& each : status.value("conditions", Json::array()))
      if (each.at("type") == type) return each;
    return {{"reason", "absent"}, {"status", "absent"}, {"message", ""}};
  }
  std::string reason(const char* type) const { return condition(type).at("reason"); }
  bool runs_move() const { return has(running, "/spec/template/spec/initContainers/0"); }
  std::string claim() const { return claim_in_use(running); }
};

// A pod of the Deployment whose container that moves ended.
Json moving_pod(int exit_code, const std::string& message, int restarts = 0) {
  const Json container = {{"name", "move"},
                          {"restartCount", restarts},
                          {"state", {{"terminated", {{"exitCode", exit_code}, {"message", message}}}}}};
  return {{"apiVersion", "v1"},
          {"kind", "Pod"},
          {"metadata", registry_pod_metadata("a")},
          {"status", {{"phase", "Pending"}, {"initContainerStatuses", Json::array({container})}}}};
}

// One on files whose spec has a database now, and whose pod is to move.
MovedRegistry at_the_move(const Json& wanted = on_database()) {
  MovedRegistry registry;
  registry.pass();
  registry.declare(wanted);
  registry.pass();
  return registry;
}

}  // namespace

TEST_SUITE_BEGIN("moving a Registry from files to PostgreSQL");

TEST_CASE("a Registry is moved by a container that ends before the service begins on the database") {
  const MovedRegistry registry = at_the_move();
  const Json& pod = at(registry.running, "/spec/template/spec");
  REQUIRE(pod.at("initContainers").size() == 1);
  const Json& container = at(pod, "/initContainers/0");
  CHECK(command_words(container.at("args")) ==
        "move --from /data/registry --config /etc/mcp-registry/config/registry.json --report "
        "/dev/termination-log");
  const auto mounts = [](const Json& of) {
    std::string names;
    for (const Json& mount : of.at("volumeMounts"))
      names += mount.at("name").get<std::string>() + (mount.value("readOnly", false) ? ":ro " : " ");
    return names;
  };
  CHECK(mounts(container) == "config:ro server:ro tmp database:ro data:ro ");
  CHECK(mounts(at(pod, "/containers/0")) == "config:ro server:ro tmp database:ro ");
  CHECK(registry.claim() == "mcp-registry-data");
  CHECK(at(registry.running, "/spec/strategy") == Json{{"type", "Recreate"}});
  CHECK(registry.reason("Moved") == "Moving");
  CHECK(registry.condition("Moved").at("status") == "Unknown");
  CHECK(at(registry.status, "/storage") == Json{{"type", "Filesystem"}, {"claim", "mcp-registry-data"}});
}

TEST_CASE("one pod alone moves, and all serve after, without what moved and without the volume") {
  const Json wanted =
      on_database({{"replicas", 3}, {"availability", {{"autoscaling", {{"maxReplicas", 5}}}}}});
  MovedRegistry registry = at_the_move(wanted);
  CHECK(at(registry.running, "/spec/replicas") == 1);
  RegistryInputs moving = inputs(wanted);
  moving.move_from = "mcp-registry-data";
  CHECK(row(pod_autoscaler_type()).presence(moving, Cluster{}) == Presence::Removed);
  CHECK(row(pvc_type()).presence(moving, Cluster{}) == Presence::Untouched);
  registry.pods = {moving_pod(0, kMovedReport)};
  registry.pass();
  CHECK(registry.running.at("spec") == deployment(inputs(wanted)).at("spec"));
  CHECK(registry.condition("Moved").at("status") == "True");
  CHECK(registry.condition("Moved").at("message").get<std::string>().find("3 tools and 1 servers") !=
        std::string::npos);
  CHECK(registry.status.at("storage") == Json{{"type", "PostgreSQL"}});
  // It stays so, whatever else is seen.
  registry.pods.clear();
  registry.pass();
  CHECK(registry.running.at("spec") == deployment(inputs(wanted)).at("spec"));
  CHECK(registry.reason("Moved") == "Moved");
}

TEST_CASE("a move that failed leaves the registry on its files, and is not tried again by itself") {
  MovedRegistry registry = at_the_move(on_database({{"replicas", 3}}));
  registry.pods = {moving_pod(3, R"({"error":"the registry is not empty: it has 7 tools"})")};
  const auto declared = registry.pass();
  REQUIRE(declared);
  CHECK(declared->spec.storage.is_files());
  CHECK(registry.claim() == "mcp-registry-data");
  CHECK_FALSE(registry.runs_move());
  CHECK(at(registry.running, "/spec/replicas") == 1);
  // Whatever the spec says of a claim, the one that has the data is not written to.
  CHECK(row(pvc_type()).presence(*declared, Cluster{}) == Presence::Untouched);
  for (const char* type : {"Moved", "Ready", "Degraded"}) CHECK(registry.reason(type) == "MoveFailed");
  const std::string message = registry.condition("Moved").at("message");
  CHECK(message.find("it has 7 tools") != std::string::npos);
  CHECK(message.find("serves from the files of the claim mcp-registry-data as before") != std::string::npos);
  CHECK(message.find("change the spec to try again") != std::string::npos);
  CHECK(registry.status.at("storage").at("type") == "Filesystem");
  registry.pods.clear();
  for (int i = 0; i < 3; ++i) {
    registry.pass();
    CHECK_FALSE(registry.runs_move());
    for (const char* type : {"Moved", "Ready", "Degraded"}) CHECK(registry.reason(type) == "MoveFailed");
  }
  // An operator that is new does not either.
  registry.accepted.reset();
  registry.pass();
  CHECK_FALSE(registry.runs_move());
  registry.declare(on_database({{"replicas", 2}}));
  registry.pass();
  CHECK(registry.runs_move());
  CHECK(registry.reason("Moved") == "Moving");
}

TEST_CASE("files that several pods share are moved by one alone, and served by all again where that failed") {
  const Json modes = {{"storage", {{"accessModes", {"ReadWriteMany"}}}}, {"replicas", 3}};
  MovedRegistry registry;
  registry.declare(modes);
  registry.pass();
  CHECK(at(registry.running, "/spec/replicas") == 3);
  registry.declare(on_database(modes));
  registry.pass();
  CHECK(registry.runs_move());
  CHECK(at(registry.running, "/spec/replicas") == 1);
  CHECK(at(registry.running, "/spec/strategy") == Json{{"type", "Recreate"}});
  registry.pods = {moving_pod(3, R"({"error":"the registry is not empty: it has 7 tools"})")};
  registry.pass();
  CHECK_FALSE(registry.runs_move());
  CHECK(at(registry.running, "/spec/replicas") == 3);
  // The pod that was to move has no part in the files.
  CHECK(at(registry.running, "/spec/strategy") == Json{{"type", "Recreate"}});
  registry.pods.clear();
  registry.pass();
  CHECK(at(registry.running, "/spec/strategy/type") == "RollingUpdate");
}

TEST_CASE("what may come to something else is tried twice, what will not is not") {
  const auto goes_on = [](const Json& pod) {
    MovedRegistry registry = at_the_move();
    registry.pods = {pod};
    registry.pass();
    return registry.runs_move();
  };
  CHECK(goes_on(moving_pod(1, R"({"error":"the database is away"})", 0)));
  CHECK_FALSE(goes_on(moving_pod(1, R"({"error":"the database is away"})", 1)));
  CHECK_FALSE(goes_on(moving_pod(2, "", 0)));
  CHECK_FALSE(goes_on(moving_pod(3, "", 0)));
  // Killed, as for want of memory.
  CHECK_FALSE(goes_on(moving_pod(137, "", 0)));
}

TEST_CASE("a pod that is going, or of something else, says nothing of a move") {
  Json going = moving_pod(3, "");
  going["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z";
  Json other = moving_pod(0, kMovedReport);
  other["metadata"]["ownerReferences"][0]["name"] = "another-5d8f";
  MovedRegistry registry = at_the_move();
  registry.pods = {going, other};
  registry.pass();
  CHECK(registry.runs_move());
  CHECK(registry.reason("Moved") == "Moving");
}

TEST_CASE("a pod that never comes to move ends the attempt, and words of before the attempt do not") {
  const Json late = {
      {"observedGeneration", 1},
      {"conditions",
       Json::array(
           {{{"type", "Progressing"}, {"status", "False"}, {"reason", "ProgressDeadlineExceeded"}}})}};
  MovedRegistry registry = at_the_move();
  CHECK(at(registry.running, "/spec/progressDeadlineSeconds") < 300);
  registry.running["status"] = late;
  registry.running["status"]["observedGeneration"] = 0;
  registry.pass();
  CHECK(registry.runs_move());
  registry.running["status"] = late;
  registry.pass();
  CHECK_FALSE(registry.runs_move());
  CHECK(registry.condition("Moved").at("message").get<std::string>().find("Secrets") != std::string::npos);
  // Of the Deployment on files, which waits for something else.
  MovedRegistry stuck;
  stuck.pass();
  stuck.running["status"] = late;
  stuck.declare(on_database());
  stuck.pass();
  CHECK(stuck.runs_move());
}

TEST_CASE("set back before the data are moved, a Registry is on its files again as if nothing had been") {
  for (const bool failed : {false, true}) {
    MovedRegistry registry = at_the_move();
    const Json before = deployment(inputs(kOnFiles));
    if (failed) {
      registry.pods = {moving_pod(3, "")};
      registry.pass();
      registry.pods.clear();
    }
    registry.declare(kOnFiles);
    registry.pass();
    CHECK(registry.running.at("spec") == before.at("spec"));
    CHECK(registry.reason("Moved") == "absent");
    CHECK(registry.reason("Accepted") == "Accepted");
    CHECK(registry.reason("Degraded") == "AsExpected");
  }
}

TEST_CASE("set back when the data are moved, a Registry stays on the database and says so") {
  for (const bool told : {false, true}) {
    MovedRegistry registry = at_the_move();
    registry.pods = {moving_pod(0, kMovedReport)};
    if (told) registry.pass();
    registry.declare(kOnFiles);
    const Json before = registry.running;
    for (int i = 0; i < 2; ++i) {
      const auto declared = registry.pass();
      REQUIRE(declared);
      CHECK_FALSE(declared->spec.storage.is_files());
      CHECK(registry.reason("Accepted") == "StorageImmutable");
      // Nothing is made Recreate that is declared to roll, which would be put back with the next
      // pass.
      CHECK_FALSE(decide(registry.observed(), registry.accepted).repair);
      CHECK_FALSE(decide(registry.observed(), {}).repair);
    }
  }
}

TEST_CASE("a Registry that began on a database cannot have files either, with or without its Deployment") {
  MovedRegistry registry;
  registry.spec = on_database();
  registry.pass();
  CHECK(registry.reason("Moved") == "absent");
  CHECK(registry.status.at("storage") == Json{{"type", "PostgreSQL"}});
  CHECK_FALSE(registry.runs_move());
  registry.declare(kOnFiles);
  registry.accepted.reset();
  CHECK_FALSE(registry.pass());
  CHECK(registry.reason("Accepted") == "StorageImmutable");
  registry.running = Json();
  CHECK_FALSE(registry.pass());
  CHECK(registry.reason("Accepted") == "StorageImmutable");
}

TEST_CASE("an operator that begins anew at any step goes on where the other was") {
  // Each step with what its end was told of lost as well.
  for (const bool tells : {true, false}) {
    CAPTURE(tells);
    MovedRegistry registry;
    registry.pass();
    registry.declare(on_database());
    registry.accepted.reset();
    registry.pass(tells);
    CHECK(registry.runs_move());
    registry.accepted.reset();
    registry.pass();
    CHECK(registry.runs_move());
    registry.pods = {moving_pod(0, kMovedReport)};
    registry.accepted.reset();
    registry.pass(tells);
    CHECK_FALSE(registry.runs_move());
    CHECK(registry.claim().empty());
    registry.pods.clear();
    registry.accepted.reset();
    registry.pass();
    CHECK(registry.reason("Moved") == "Moved");
    CHECK(registry.claim().empty());
    CHECK(registry.status.at("storage") == Json{{"type", "PostgreSQL"}});
  }
}

TEST_CASE("a Deployment that is gone does not make a Registry forget that its data are in files") {
  MovedRegistry registry;
  registry.pass();
  registry.declare(on_database());
  registry.running = Json();
  registry.pass();
  CHECK(registry.runs_move());
  CHECK(registry.claim() == "mcp-registry-data");
}

TEST_CASE("a Registry without pods is moved once there are to be some") {
  MovedRegistry registry;
  registry.pass();
  registry.hibernated = true;
  registry.declare(on_database());
  registry.pass();
  CHECK_FALSE(registry.runs_move());
  CHECK(registry.reason("Moved") == "MovePending");
  CHECK(registry.claim() == "mcp-registry-data");
  CHECK(at(registry.running, "/spec/replicas") == 0);
  registry.hibernated = false;
  registry.pass();
  CHECK(registry.runs_move());
}

TEST_CASE("the files are moved from the claim that the registry has, whatever the spec says of one") {
  MovedRegistry registry;
  registry.spec = {{"storage", {{"existingClaim", "theirs"}}}};
  registry.pass();
  registry.declare(on_database());
  registry.pass();
  CHECK(registry.claim() == "theirs");
  registry.pods = {moving_pod(3, "")};
  registry.pass();
  CHECK(registry.claim() == "theirs");
  CHECK(registry.status.at("storage") == Json{{"type", "Filesystem"}, {"claim", "theirs"}});
}

TEST_CASE("while a later spec is refused, a move that was begun comes to its end") {
  for (const int exit_code : {0, 3}) {
    MovedRegistry registry = at_the_move();
    registry.declare(on_database({{"resources", {{"limits", {{"memory", "1Mi"}}}}}}));
    registry.pass();
    CHECK(registry.reason("Accepted") == "InvalidSpec");
    CHECK(registry.runs_move());
    registry.pods = {moving_pod(exit_code, kMovedReport)};
    registry.pass();
    CHECK_FALSE(registry.runs_move());
    CHECK(registry.claim() == (exit_code == 0 ? "" : "mcp-registry-data"));
    registry.pods.clear();
    registry.pass();
    CHECK_FALSE(registry.runs_move());
    CHECK(registry.reason("Moved") == (exit_code == 0 ? "Moved" : "MoveFailed"));
  }
}

TEST_CASE("a spec that is refused before a move began begins none") {
  MovedRegistry registry;
  registry.pass();
  registry.declare(on_database({{"resources", {{"limits", {{"memory", "1Mi"}}}}}}));
  registry.pass();
  CHECK(registry.claim() == "mcp-registry-data");
  CHECK_FALSE(registry.runs_move());
  CHECK(registry.reason("Moved") == "absent");
}

TEST_CASE("a Registry is backed up from where its data are, and not while they are on their way") {
  BackupObservation observed = backup_observation();
  observed.registry_moves = true;
  const BackupPlan plan = decide(observed, WallTime());
  CHECK(plan.action == BackupPlan::Action::Tell);
  CHECK(plan.report.complete.reason == "RegistryMoving");
  CHECK(plan.look_again);

  using Step = StorageMove::Step;
  const auto place = [](const MovedRegistry& registry) {
    return told_place(inputs(registry.spec).spec, registry.observed().object.json());
  };
  MovedRegistry registry;
  registry.pass();
  CHECK(place(registry).step == Step::None);
  registry.declare(on_database());
  CHECK(place(registry).step == Step::Run);  // Which the operator has not seen yet.
  registry.pass();
  CHECK(place(registry).step == Step::Run);
  MovedRegistry failed = registry;
  failed.pods = {moving_pod(3, "")};
  failed.pass();
  CHECK(place(failed).step == Step::Stay);
  const RegistryInputs files = placed(inputs(failed.spec), place(failed));
  CHECK(files.spec.storage.is_files());
  CHECK(pvc_name(files) == "mcp-registry-data");
  failed.declare(on_database({{"replicas", 2}}));
  CHECK(place(failed).step == Step::Run);
  registry.pods = {moving_pod(0, kMovedReport)};
  registry.pass();
  CHECK(place(registry).step == Step::None);
}

TEST_SUITE_END();
