"""What the values of the chart do."""

import os
import tempfile

import project
import ways
from suite import check, equal, test

DEPLOYMENT = ("Deployment", project.NAMESPACE, "toolhive-operator")


def pod(*arguments):
    return ways.chart(*arguments)[DEPLOYMENT]["spec"]["template"]["spec"]


def refusal(*arguments):
    """What Helm says against the values."""
    done = project.run(os.environ["HELM"], "template", project.path("manifests", "chart"), *arguments)
    check(done.returncode != 0, f"{arguments} are taken")
    return done.stderr


@test
def lint(_):
    """helm lint has nothing to say against the chart."""
    said = project.helm("lint", "--strict", project.path("manifests", "chart"))
    check("1 chart(s) linted, 0 chart(s) failed" in said, said)


@test
def scheduling(_):
    """Values for the pod reach the pod."""
    made = pod("--set-json", 'tolerations=[{"key":"infra","operator":"Exists"}]', "--set-json", 'nodeSelector={"a":"b"}',
               "--set-json", 'imagePullSecrets=[{"name":"pull"}]', "--set", "priorityClassName=system-cluster-critical",
               "--set-json", 'affinity={"podAntiAffinity":{}}')
    equal({key: made[key] for key in ("tolerations", "nodeSelector", "imagePullSecrets", "priorityClassName", "affinity")},
          {"tolerations": [{"key": "infra", "operator": "Exists"}], "nodeSelector": {"a": "b"},
           "imagePullSecrets": [{"name": "pull"}], "priorityClassName": "system-cluster-critical",
           "affinity": {"podAntiAffinity": {}}})


@test
def operator(_):
    """Values for the operator reach its arguments and its environment."""
    made = pod("--set-json", 'extraArgs=["--log-level=debug"]', "--set-json", 'watchNamespaces=["a","b"]',
               "--set", "images.registry.tag=9.9.9")["containers"][0]
    check(made["args"][-1] == "--log-level=debug", made["args"])
    environment = {each["name"]: each.get("value") for each in made["env"]}
    equal((environment["WATCH_NAMESPACE"], environment["RELATED_IMAGE_REGISTRY"]), ("a,b", "localhost/mcp-registry:9.9.9"))


@test
def unknown_values(_):
    """A value that does not exist or has the wrong form is refused, and named."""
    for argument, word in (("replica=3", "replica"), ("replicas=many", "replicas"),
                           ("images.operator.digest=abc", "digest"), ("watchNamespaces[0]=Not_A_Name", "watchNamespaces")):
        said = refusal("--set", argument)
        check(word in said and "schema" in said, said)


@test
def every_value_has_a_schema(_):
    """Every value of values.yaml is in its schema, and the other way round."""
    values = project.load_all(project.read("manifests", "chart", "values.yaml"))[0]
    schema = project.load_all(project.read("manifests", "chart", "values.schema.json"))[0]
    equal(set(values), set(schema["properties"]) - {"global"})


@test
def package(_):
    """The chart can be packaged, and the package gives what the folder gives."""
    with tempfile.TemporaryDirectory() as work:
        project.helm("package", project.path("manifests", "chart"), "--destination", work)
        archive = os.path.join(work, f"toolhive-operator-{project.version()}.tgz")
        ways.require_same(ways.chart(of=archive), ways.chart())
