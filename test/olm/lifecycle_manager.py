"""The Operator Lifecycle Manager at work in the cluster, with an image registry and a catalogue that it reads."""

import contextlib
import json
import os
import shutil
import subprocess

import node
import project
from offer import Offer

NAMESPACE = "olm"
SOURCE = "ours"
FIRST_PORT = 50051
NODE = "10.240.0.1"
IMAGES = """\
version: 0.1
storage: {{filesystem: {{rootdirectory: {folder}}}}}
http: {{addr: "localhost:5000"}}
"""


class LifecycleManager:
    """Its programs are processes in the cluster's network with the rights of the administrator, which its own role comes to."""

    def __init__(self):
        self._running = {}
        self._port = FIRST_PORT
        self.this = self.next = self.offered = None

    def inside(self, *command):
        """What a command in the cluster's network says."""
        return project.output(os.environ["CLUSTER"], "exec", "--name", os.environ["TOOLHIVE_CLUSTER"], "--", *command)

    def _start(self, name, *arguments):
        with open(os.path.join(os.environ["OUT"], "log", f"{name}.log"), "a", encoding="utf-8") as log:
            self._running[name] = subprocess.Popen(
                [os.environ["CLUSTER"], "exec", "--name", os.environ["TOOLHIVE_CLUSTER"], "--",
                 os.path.join(os.environ["PROGRAMS"], name), *arguments], stdout=log, stderr=subprocess.STDOUT)

    def _stop(self, name):
        process = self._running.pop(name)
        process.kill()
        process.wait()

    def stop(self):
        for name in list(self._running):
            self._stop(name)

    def check_alive(self):
        for name, process in self._running.items():
            if process.poll() is not None:
                raise AssertionError(f"{name} has ended with {process.returncode}; see its log")

    def push(self, *what):
        """Images into the registry: {name: image by digest}."""
        lines = self.inside(project.path("test", "olm", "images.sh"), *what).splitlines()
        return dict(line.split() for line in lines)

    def start_images(self):
        folder = os.path.join(os.environ["OUT"], "images")
        os.makedirs(folder)
        settings = os.path.join(os.environ["OUT"], "images.yaml")
        with open(settings, "w", encoding="utf-8") as file:
            file.write(IMAGES.format(folder=folder))
        self._start("image-registry", "serve", settings)
        self.inside("curl", "--silent", "--fail", "--retry", "60", "--retry-delay", "1", "--retry-all-errors",
                    "--output", "/dev/null", "http://localhost:5000/v2/")

    def start(self, images):
        crds = project.output(os.path.join(os.environ["PROGRAMS"], "olm-crds"))
        node.apply([json.loads(line) for line in crds.splitlines()])
        project.kubectl("wait", "--for=condition=Established", "--timeout=60s", "crd", "--all")
        node.apply([{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE, "labels": {
            "pod-security.kubernetes.io/enforce": "baseline"}}}])
        self._start("catalog", "--namespace", NAMESPACE, "--opmImage", images["opm"], "--util-image", images["olm-util"],
                    "--set-workload-user-id=true")
        self._start("olm", "--namespace", NAMESPACE)

    def serve(self, *offers):
        """Has the catalogue offer these versions and no others: the package and its channel are as the last of them says."""
        self.offered = offers[-1]
        folder = os.path.join(os.environ["OUT"], "catalog")
        shutil.rmtree(folder, ignore_errors=True)
        for each in offers:
            shutil.copytree(each.catalog, folder, dirs_exist_ok=True)
        self.opm("validate", folder)
        if "opm" in self._running:
            self._stop("opm")
            self._port += 1
        self._start("opm", "serve", folder, "--port", str(self._port), "--pprof-addr", "", "--termination-log", "",
                    "--cache-dir", f"{folder}-cache-{self._port}", "--cache-enforce-integrity=false")
        node.apply([{"apiVersion": "operators.coreos.com/v1alpha1", "kind": "CatalogSource", "metadata": {"name": SOURCE, "namespace": NAMESPACE},
                     "spec": {"sourceType": "grpc", "address": f"{NODE}:{self._port}", "displayName": "Ours", "publisher": "Ours"}}])

    def opm(self, *arguments):
        return self.inside(os.path.join(os.environ["PROGRAMS"], "opm"), *arguments)


@contextlib.contextmanager
def started():
    """With this version on offer, and the next one ready for it."""
    manager = LifecycleManager()
    try:
        manager.start_images()
        images = manager.push("programs", project.path("build", "images"))
        manager.start(manager.push("olm", *(os.path.realpath(os.path.join(os.environ["PROGRAMS"], name)) for name in ("opm", "cpb"))))
        manager.this = Offer(manager, project.ROOT, images, "")
        manager.next = Offer(manager, os.path.join(os.environ["OUT"], "next"), images, "-next")
        manager.serve(manager.this)
        yield manager
    finally:
        manager.stop()
