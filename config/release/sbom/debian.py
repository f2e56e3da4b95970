"""What Debian says of its packages."""

import functools
import re
import subprocess
import urllib.parse

STATUS = "/var/lib/dpkg/status.d/"


def owners(image):
    """Which package each file of an image belongs to, as the image itself has it."""
    by_path = {}
    for path, content in image:
        if path.startswith(STATUS) and path.endswith(".md5sums"):
            for line in content.decode().splitlines():
                by_path["/" + line.split("  ", 1)[1]] = path[len(STATUS):-len(".md5sums")]
    return by_path


def licences(package):
    """The short names in the package's copyright file, when that is one that programs can read (DEP 5); otherwise none."""
    with open(f"/usr/share/doc/{package}/copyright", encoding="utf-8", errors="replace") as file:
        text = file.read()
    if not text.lstrip().startswith("Format:"):
        return []
    names = set()
    for line in re.findall(r"(?m)^License:[ \t]*(\S.*)$", text):
        names.update(re.split(r",?\s+(?:and|or|and/or)\s+|,\s*", line.strip()))
    return sorted(names)


@functools.cache
def architecture():
    return subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True, check=True).stdout.strip()


def locator(package, version):
    """The package's purl, by which scanners look it up."""
    return f"pkg:deb/debian/{urllib.parse.quote(package)}@{urllib.parse.quote(version)}?arch={architecture()}&distro=debian-12"
