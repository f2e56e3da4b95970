"""The files of an image, of an archive such as `docker save` writes."""

import hashlib
import io
import json
import posixpath
import tarfile


def files(path):
    """The regular files as (absolute path, bytes), in the order of their paths; those that a later layer replaces are left out."""
    found = {}
    with tarfile.open(path) as archive:
        manifest = json.load(archive.extractfile("manifest.json"))
        for layer in manifest[0]["Layers"]:
            # Podman's archives name layers by links.
            with tarfile.open(fileobj=io.BytesIO(archive.extractfile(layer).read())) as content:
                for member in content:
                    if member.isreg():
                        found[posixpath.normpath("/" + member.name)] = content.extractfile(member).read()
    return sorted(found.items())


def digests(content):
    return [{"algorithm": name, "checksumValue": hashlib.new(name.lower(), content).hexdigest()} for name in ("SHA1", "SHA256")]
