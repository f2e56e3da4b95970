"""The operator at work on the node of KUBECONFIG."""

import json
import os
import tempfile

import olm
import project
import yaml

LEVEL = {"pod-security.kubernetes.io/enforce": "restricted"}
IMAGE = "registry.example.com/weather:1.0.0"  # In the samples; it is one of the tests' own that runs.


def apply(objects, *arguments):
    with tempfile.NamedTemporaryFile("w", suffix=".yaml", encoding="utf-8") as file:
        yaml.safe_dump_all(objects, file)
        file.flush()
        project.kubectl(*arguments, "apply", "--server-side", "-f", file.name)


def delete(objects):
    with tempfile.NamedTemporaryFile("w", suffix=".yaml", encoding="utf-8") as file:
        yaml.safe_dump_all(objects, file)
        file.flush()
        project.kubectl("delete", "--ignore-not-found", "-f", file.name)


def make_namespace(name, labels=None):
    apply([{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": {**LEVEL, **(labels or {})}}}])


def sample(name):
    """The objects of a sample, with a server that is there."""
    text = project.read("config", "samples", name + ".yaml").replace(IMAGE, f"localhost/weather:{project.version()}")
    return project.load_all(text)


def install_as_olm_does(bundle, home, watched=()):
    """The objects that were applied."""
    make_namespace(home)
    objects = olm.render(bundle, home, watched)
    # The objects of a kind that is not known yet would be refused.
    crds = [each for each in objects if each["kind"] == "CustomResourceDefinition"]
    apply(crds)
    project.kubectl("wait", "--for=condition=Established", "--timeout=60s",
                    *(f"crd/{each['metadata']['name']}" for each in crds))
    apply([each for each in objects if each not in crds])
    project.kubectl("-n", home, "rollout", "status", "deployment/toolhive-operator", "--timeout=300s")
    return [each for each in objects if each not in crds]


def wait_ready(namespace, *names):
    project.kubectl("-n", namespace, "wait", "--for=condition=Ready", "--timeout=300s", *names)


def requests(home):
    """What the operator asked of the API server, from its audit log: (group, resource, verb, answer)."""
    account = f"system:serviceaccount:{home}:toolhive-operator"
    folder = os.path.dirname(os.environ["KUBECONFIG"])
    with open(os.path.join(folder, "audit.log"), encoding="utf-8") as file:
        for line in file:
            event = json.loads(line)
            target = event.get("objectRef")
            if event["user"]["username"] != account or not target:
                continue
            resource = target["resource"] + ("/" + target["subresource"] if "subresource" in target else "")
            yield target.get("apiGroup", ""), resource, event["verb"], event["responseStatus"]["code"]
