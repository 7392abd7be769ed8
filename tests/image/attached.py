#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""attached.py FOLDER TAG: hangs things on the image TAG of an OCI layout, and prints a line "NAME DIGEST" for each:
a bundle-like referrer, a referrer of that, an SBOM, and sha256-HEX.sig, .att with a layer for each further word
"sig=TEXT" or "att=TEXT".  Nothing in them is signed: those who move them do not look."""
import hashlib
import json
import os
import sys

folder, tag, *words = sys.argv[1:]
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
REF = "org.opencontainers.image.ref.name"
EMPTY = {"mediaType": "application/vnd.oci.empty.v1+json", "digest": "sha256:" + hashlib.sha256(b"{}").hexdigest(), "size": 2}


def blob(data):
    digest = hashlib.sha256(data).hexdigest()
    with open(os.path.join(folder, "blobs/sha256", digest), "wb") as out:
        out.write(data)
    return {"digest": "sha256:" + digest, "size": len(data)}


def manifest(**members):
    data = json.dumps({"schemaVersion": 2, "mediaType": MANIFEST, **members}, separators=(",", ":")).encode()
    return {"mediaType": MANIFEST, **blob(data)}


def referrer(name, subject, kind, text, **more):
    layer = {"mediaType": kind, **blob(text.encode())}
    made = manifest(artifactType=kind, config=EMPTY, layers=[layer],
                    subject={key: subject[key] for key in ("mediaType", "digest", "size")}, **more)
    index["manifests"].append({**made, "artifactType": kind})
    print(name, made["digest"])
    return made


def layers(suffix, kind, texts, annotation):
    if not texts:
        return
    made = manifest(config={"mediaType": "application/vnd.oci.image.config.v1+json", **blob(b"{\"of\":\"%s\"}" % suffix.encode())},
                    layers=[{"mediaType": kind, **blob(text.encode()), "annotations": {annotation: text}} for text in texts])
    name = image["digest"].replace(":", "-") + "." + suffix
    index["manifests"] = [one for one in index["manifests"] if one.get("annotations", {}).get(REF) != name]
    index["manifests"].append({**made, "annotations": {REF: name}})
    print(suffix, made["digest"])


path = os.path.join(folder, "index.json")
index = json.load(open(path))
image = next(one for one in index["manifests"] if one.get("annotations", {}).get(REF) == tag)
blob(b"{}")
if "referrers" in words:
    sbom = referrer("sbom", image, "application/spdx+json", '{"spdxVersion":"SPDX-2.3"}')
    referrer("signed-sbom", sbom, "application/vnd.cncf.notary.signature", "a signature of the SBOM")
    referrer("note", image, "text/x-note", "a note \x1b[31m", annotations={"note": "\x1b[31m"})
layers("sig", "application/vnd.dev.cosign.simplesigning.v1+json", [w[4:] for w in words if w.startswith("sig=")],
       "dev.cosignproject.cosign/signature")
layers("att", "application/vnd.dsse.envelope.v1+json", [w[4:] for w in words if w.startswith("att=")], "predicateType")
json.dump(index, open(path, "w"))
