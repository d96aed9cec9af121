#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints what a build is made of, as an SPDX 2.3 document: tcm itself, the libraries that were compiled in, and the
Debian packages whose libraries it loads.

sbom.py BUILD_DIR
"""

import json
import os
import re
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path

BUILD = Path(sys.argv[1]).resolve()
TCM = BUILD / "bin/tcm"
PLUGINS = sorted(BUILD.glob("lib*/**/tcm/plugins/*.so"))


def run(*words):
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False).stdout


def spdx_id(name):
    return "SPDXRef-" + re.sub(r"[^A-Za-z0-9.-]", "-", name)


def package(name, version, **more):
    return {
        "SPDXID": spdx_id(name), "name": name, "versionInfo": version, "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False, "licenseConcluded": "NOASSERTION", "licenseDeclared": "NOASSERTION",
        "copyrightText": "NOASSERTION", **more,
    }


def loaded_packages():
    """The Debian packages of the libraries that the program and its backends load."""
    names = set()
    for binary in [TCM, *PLUGINS]:
        for path in re.findall(r"=> (/\S+)", run("ldd", binary)):
            for spelled in {path, os.path.realpath(path), re.sub("^/lib", "/usr/lib", path), path.removeprefix("/usr")}:
                names |= {line.split(":")[0] for line in run("dpkg-query", "--search", spelled).splitlines()}
    for name in sorted(names):
        version, architecture = run("dpkg-query", "-W", "-f", "${Version} ${Architecture}\n", name).split()[:2]
        purl = f"pkg:deb/debian/{name}@{version}?arch={architecture}"
        yield package(name, version, externalRefs=[
            {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": purl}])


def main():
    about = json.loads(subprocess.run([TCM, "version", "--json"], capture_output=True, text=True, check=True).stdout)
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    made = datetime.fromtimestamp(int(epoch), timezone.utc) if epoch else datetime.now(timezone.utc)
    tcm = package("tcm", about["version"], licenseConcluded="Apache-2.0", licenseDeclared="Apache-2.0",
                  copyrightText="The tcm developers", comment=f"commit {about['commit']}")
    parts = [package(name, version) for name, version in about["libraries"].items()] + list(loaded_packages())
    relations = [("SPDXRef-DOCUMENT", "DESCRIBES", tcm["SPDXID"])]
    relations += [(tcm["SPDXID"], "DEPENDS_ON", part["SPDXID"]) for part in parts]
    document = {
        "spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT",
        "name": f"tcm-{about['version']}",
        "documentNamespace": f"https://spdx.org/spdxdocs/tcm-{about['version']}-{about['commit']}",
        "creationInfo": {"created": made.strftime("%Y-%m-%dT%H:%M:%SZ"), "creators": ["Tool: tcm-scripts-sbom"]},
        "packages": [tcm, *parts],
        "relationships": [
            {"spdxElementId": a, "relationshipType": kind, "relatedSpdxElement": b} for a, kind, b in relations
        ],
    }
    json.dump(document, sys.stdout, indent=1)
    print()


main()
