"""What people download: the same each time, whole, and told what it is made of."""

import hashlib
import io
import json
import os
import posixpath
import re
import subprocess
import sys
import tarfile
import tempfile

from suite import check, equal, run, test

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
BUILD = os.path.join(ROOT, "config", "release", "build.sh")
KREW_BUILD = os.path.join(ROOT, "config", "krew", "build.sh")
IMAGES = ("toolhive-operator", "mcp-registry", "mcp-bridge")


class Releases:
    """Two releases of the same programs, the first of them signed."""

    def __init__(self, build, folder):
        self.bin = os.path.join(build, "bin")
        self.folder = folder
        self.key = os.path.join(folder, "key.pem")
        self.public = os.path.join(folder, "public.pem")
        command(["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", self.key])
        command(["openssl", "pkey", "-in", self.key, "-pubout", "-out", self.public])
        self.first, self.second = (os.path.join(folder, name) for name in ("first", "second"))
        self.make(self.first, RELEASE_KEY=self.key)
        self.make(self.second)

    def make(self, out, **environment):
        return command([BUILD, self.bin, out], env={**os.environ, **environment})

    def sbom(self, name):
        with open(os.path.join(self.first, "sbom", name + ".spdx.json"), encoding="utf-8") as file:
            return json.load(file)

    def image(self, name):
        """The files of the image by their paths."""
        files = {}
        with tarfile.open(os.path.join(self.first, "images", name + ".tar")) as archive:
            for layer in json.load(archive.extractfile("manifest.json"))[0]["Layers"]:
                with tarfile.open(fileobj=io.BytesIO(archive.extractfile(layer).read())) as content:
                    files.update({posixpath.normpath("/" + each.name): content.extractfile(each).read()
                                  for each in content if each.isreg()})
        return files


def command(words, **more):
    ran = subprocess.run(words, capture_output=True, text=True, check=False, **more)
    check(ran.returncode == 0, words[0], "ended with", ran.returncode, ran.stdout[-2000:], ran.stderr[-2000:])
    return ran.stdout + ran.stderr


def refused(words, **more):
    ran = subprocess.run(words, capture_output=True, text=True, check=False, **more)
    check(ran.returncode != 0, words[0], "was done")
    return ran.stdout + ran.stderr


def tree(folder):
    found = {}
    for place, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(place, name)
            with open(path, "rb") as file:
                found[os.path.relpath(path, folder)] = hashlib.sha256(file.read()).hexdigest()
    return found


@test
def same(releases):
    """The same programs give the same release, byte for byte, images included."""
    first, second = tree(releases.first), tree(releases.second)
    first.pop("SHA256SUMS.sig")
    equal(first, second)
    check(len(first) >= 12, sorted(first))


@test
def no_folder(releases):
    """No program names the folder that it was compiled in."""
    for name in (*IMAGES, "kubectl-mcp"):
        with open(os.path.join(releases.bin, name), "rb") as file:
            found = re.findall(re.escape(ROOT.encode()) + rb"[^\0]*", file.read())
        equal(found[:3], [])


@test
def whole(releases):
    """SHA256SUMS has every file, finds a changed one, and its signature is good for nothing else."""
    listed = {}
    with open(os.path.join(releases.first, "SHA256SUMS"), encoding="utf-8") as file:
        for line in file:
            digest, path = line.rstrip("\n").split("  ")
            listed[path] = digest
    equal(listed, {path: digest for path, digest in tree(releases.first).items() if not path.startswith("SHA256SUMS")})
    verify = ["openssl", "dgst", "-sha256", "-verify", releases.public, "-signature", os.path.join(releases.first, "SHA256SUMS.sig")]
    command([*verify, os.path.join(releases.first, "SHA256SUMS")])
    changed = os.path.join(releases.folder, "changed")
    with open(os.path.join(releases.first, "SHA256SUMS"), encoding="utf-8") as file, open(changed, "w", encoding="utf-8") as copy:
        copy.write(file.read().replace("install.yaml", "another.yaml"))
    refused([*verify, changed])


@test
def refusals(releases):
    """A folder with something in it, and a key that is none, are refused before anything is written."""
    check("is not empty" in refused([BUILD, releases.bin, releases.first]))
    out = os.path.join(releases.folder, "third")
    check("no private key" in refused([BUILD, releases.bin, out], env={**os.environ, "RELEASE_KEY": releases.public}))
    check(not os.path.exists(out), out, "was made")


@test
def valid(releases):
    """Each SBOM is a valid document of SPDX 2.3, by the validator of the SPDX project."""
    for name in (*IMAGES, "kubectl-mcp"):
        path = os.path.join(releases.first, "sbom", name + ".spdx.json")
        command([os.environ["SPDX"], "-m", "spdx_tools.spdx.clitools.pyspdxtools", "--infile", path, "--version", "SPDX-2.3"])
        document = releases.sbom(name)
        identifiers = [each["SPDXID"] for each in document["packages"] + document.get("files", [])]
        equal(len(identifiers), len(set(identifiers)))


@test
def files(releases):
    """An SBOM has every file of its image with its digest, and says of each library and program where it is from."""
    for name in IMAGES:
        document, image = releases.sbom(name), releases.image(name)
        listed = {each["fileName"][1:]: next(one["checksumValue"] for one in each["checksums"] if one["algorithm"] == "SHA256")
                  for each in document["files"]}
        equal(listed, {path: hashlib.sha256(content).hexdigest() for path, content in image.items()})
        known = {link["spdxElementId"] for link in document["relationships"] if link["relationshipType"] == "GENERATED_FROM"}
        unknown = [each["fileName"] for each in document["files"]
                   if image[each["fileName"][1:]].startswith(b"\x7fELF") and each["SPDXID"] not in known]
        equal(unknown, [])


@test
def components(releases):
    """What was linked or compiled in is named with its version, whether it is a file of the image or not."""
    def linked(name, relation):
        document = releases.sbom(name)
        names = {each["SPDXID"]: each["name"] for each in document["packages"]}
        return {names[link["spdxElementId"]] for link in document["relationships"] if link["relationshipType"] == relation}

    bridge, registry = linked("mcp-bridge", "BUILD_DEPENDENCY_OF"), linked("mcp-registry", "DYNAMIC_LINK")
    check({"nlohmann-json3-dev", "libboost1.74-dev"} <= bridge, bridge)
    check("libc6-dev" in linked("mcp-bridge", "STATIC_LINK"), "the static C library")
    equal(linked("mcp-bridge", "DYNAMIC_LINK"), set())
    check({"libcpprest2.10", "libssl3", "libpq5", "libc6"} <= registry, registry)
    for package in releases.sbom("mcp-registry")["packages"]:
        if package["SPDXID"].startswith("SPDXRef-Debian-"):
            version = command(["dpkg-query", "--show", "--showformat", "${Version}", package["name"]])
            equal(package["versionInfo"], version)


@test
def licences(releases):
    """An image has the licence of everything in it, what was compiled in included, and scanners find its packages."""
    for name in IMAGES:
        image = releases.image(name)
        packages = [each["name"] for each in releases.sbom(name)["packages"] if each["SPDXID"].startswith("SPDXRef-Debian-")]
        missing = [each for each in (name, *packages)
                   if f"/usr/share/doc/{each}/copyright" not in image and f"/usr/share/doc/{each}/copyright.gz" not in image]
        equal(missing, [])
        check(len(packages) >= 6, packages)
    check(b"\nVersion: " in releases.image("mcp-registry")["/var/lib/dpkg/status.d/libssl3"], "the status of libssl3")


@test
def installable(releases):
    """The chart of a release is one that helm takes, and names the images of the release."""
    charts = [name for name in os.listdir(releases.first) if re.fullmatch(r"toolhive-operator-[0-9.]+\.tgz", name)]
    equal(len(charts), 1)
    rendered = command([os.environ["HELM"], "template", "operator", "--kube-version", "1.25.0", os.path.join(releases.first, charts[0])])
    version = command([os.path.join(ROOT, "config", "version.sh")]).strip()
    check(f"localhost/toolhive-operator:{version}" in rendered, "the operator's image")


class Krew:
    """What krew installs from, and a krew that has nothing installed."""

    def __init__(self, releases, name):
        folder = os.path.join(releases.folder, name)
        command([KREW_BUILD, os.path.join(releases.bin, "kubectl-mcp"), folder])
        self.manifest = os.path.join(folder, "mcp.yaml")
        self.archive = next(os.path.join(folder, each) for each in os.listdir(folder) if each.endswith(".tar.gz"))
        self.environment = {**os.environ, "KREW_ROOT": os.path.join(folder, "krew")}
        self.install = [os.environ["KREW"], "install", "--manifest", self.manifest, "--archive", self.archive]


@test
def krew(releases):
    """krew's own validator takes the plugin's manifest, and krew installs a plugin from it that runs."""
    made = Krew(releases, "plugin")
    command([os.environ["VALIDATE_KREW_MANIFEST"], "-skip-install", "-manifest", made.manifest])
    command(made.install, env=made.environment)
    plugin = os.path.join(made.environment["KREW_ROOT"], "bin", "kubectl-mcp")
    version = command([os.path.join(ROOT, "config", "version.sh")]).strip()
    check(version in command([plugin, "version", "--client"]), "the version")


@test
def krew_digest(releases):
    """krew refuses an archive that is another than the manifest's."""
    made = Krew(releases, "another-plugin")
    with open(made.archive, "ab") as file:
        file.write(b"more")
    check("checksum does not match" in refused(made.install, env=made.environment))


with tempfile.TemporaryDirectory(prefix="release-test.") as place:
    code = run("release", sys.argv[2], Releases(sys.argv[1], place), lambda _: None)
sys.exit(code)
