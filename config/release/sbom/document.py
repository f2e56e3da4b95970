"""An SPDX 2.3 document of one of our programs, and of the image it is in."""

import hashlib
import re

import archive
import debian

# How SPDX says what components.sh says, seen from the component.
RELATIONS = {"shared": "DYNAMIC_LINK", "static": "STATIC_LINK", "headers": "BUILD_DEPENDENCY_OF", "authorities": "DATA_FILE_OF"}
SUPPLIER = "Organization: toolhive-operator"


def identifier(kind, name):
    """Different names give different ones, though few characters may be in them."""
    return f"SPDXRef-{kind}-" + re.sub(r"[^A-Za-z0-9.]", lambda found: f"-{ord(found[0]):x}-" if found[0] not in "/-" else "-", name)


def ours(name, version, kind, **more):
    return {"SPDXID": identifier(kind, name), "name": name, "versionInfo": version, "supplier": SUPPLIER,
            "downloadLocation": "NOASSERTION", "licenseConcluded": "Apache-2.0", "licenseDeclared": "Apache-2.0",
            "copyrightText": "NOASSERTION", **more}


def debians(component):
    _, name, version = component
    names = debian.licences(name)
    package = {"SPDXID": identifier("Debian", name), "name": name, "versionInfo": version, "supplier": "Organization: Debian",
               "downloadLocation": "NOASSERTION", "filesAnalyzed": False, "licenseConcluded": "NOASSERTION",
               "licenseDeclared": "NOASSERTION", "copyrightText": "NOASSERTION",
               "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl",
                                 "referenceLocator": debian.locator(name, version)}]}
    if names:
        package["licenseComments"] = "Debian's copyright file names: " + "; ".join(names)
    return package


def verification_code(files):
    """SPDX 2.3, section 7.9."""
    return hashlib.sha1("".join(sorted(hashlib.sha1(content).hexdigest() for _, content in files)).encode()).hexdigest()


def related(element, relation, other):
    return {"spdxElementId": element, "relationshipType": relation, "relatedSpdxElement": other}


def make(name, version, created, path, components):
    """`path` is an image's archive, or the program itself when its name does not end with .tar."""
    with open(path, "rb") as file:
        whole = file.read()
    program = ours(name, version, "Program", filesAnalyzed=False, primaryPackagePurpose="APPLICATION")
    document = {
        "spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT", "name": f"{name}-{version}",
        "documentNamespace": f"https://spdx.org/spdxdocs/{name}-{version}-{hashlib.sha256(whole).hexdigest()}",
        "creationInfo": {"created": created, "creators": [SUPPLIER]},
        "packages": [program],
        "relationships": [],
    }
    for component in dict.fromkeys(components):
        package = debians(component)
        if package not in document["packages"]:
            document["packages"].append(package)
        document["relationships"].append(
            related(package["SPDXID"], RELATIONS[component[0]], program["SPDXID"]))
    if not path.endswith(".tar"):
        program["checksums"] = archive.digests(whole)
        document["relationships"].insert(0, related("SPDXRef-DOCUMENT", "DESCRIBES", program["SPDXID"]))
        return document
    content = archive.files(path)
    image = ours(name, version, "Image", filesAnalyzed=True, primaryPackagePurpose="CONTAINER", checksums=archive.digests(whole))
    image["packageFileName"] = path.rsplit("/", 1)[-1]
    image["packageVerificationCode"] = {"packageVerificationCodeValue": verification_code(content)}
    document["packages"].insert(0, image)
    owners = debian.owners(content)
    document["files"] = []
    links = [related("SPDXRef-DOCUMENT", "DESCRIBES", image["SPDXID"]), related(image["SPDXID"], "CONTAINS", program["SPDXID"])]
    for place, data in content:
        entry = {"SPDXID": identifier("File", place.strip("/")), "fileName": "." + place, "checksums": archive.digests(data),
                 "licenseConcluded": "NOASSERTION", "copyrightText": "NOASSERTION"}
        document["files"].append(entry)
        links.append(related(image["SPDXID"], "CONTAINS", entry["SPDXID"]))
        if place in owners:
            # Without the tables of symbols that Debian's has.
            links.append(related(entry["SPDXID"], "GENERATED_FROM", identifier("Debian", owners[place])))
        elif place == f"/usr/bin/{name}":
            links.append(related(entry["SPDXID"], "GENERATED_FROM", program["SPDXID"]))
    document["relationships"] = links + document["relationships"]
    return document
