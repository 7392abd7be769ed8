# SPDX-License-Identifier: Apache-2.0
# A release with a bit of everything, for tests of what is shown of it; sourced behind tap.sh and chain.sh.
#
#	release_make [HOSTILE]    owner.pem, alice.pem, bob.pem, carol.pem, security.pem with .pub; root.layout;
#	                          links/ (links, an SBOM, a scan, VEX, a test result, a provenance, an exception)
#	release_verify OPTION...  verifies it
#
# HOSTILE is text that is put wherever a document has room for text of one's own.

release_statement() { # FILE SIGNER TYPE PREDICATE-FILE [ATTESTOR STEP]
	python3 - "$3" "$4" "${5-}" "${6-}" >statement.tmp <<-'END' || return
		import base64, json, sys
		kind, predicate, attestor, step = sys.argv[1:]
		subject = {"name": "app.tar", "digest": {"sha256": "%064d" % 5}}
		if attestor:
		    subject["annotations"] = {"intoto": {"attestor": {"name": attestor, "version": "1.2", "sha256": "ab" * 32},
		        "outcome": "ok", "step": step, "started": "2026-06-01T09:58:00Z", "finished": "2026-06-01T10:00:00Z"}}
		statement = {"_type": "https://in-toto.io/Statement/v1", "subject": [subject], "predicateType": kind,
		    "predicate": json.load(open(predicate))}
		payload = base64.b64encode(json.dumps(statement).encode()).decode()
		print(json.dumps({"payloadType": "application/vnd.in-toto+json", "payload": payload, "signatures": []}))
	END
	intoto sign -q --unchecked -f statement.tmp -k "$2.pem" -o "$1"
}

release_documents() { # HOSTILE
	python3 - "$1" <<-'END'
		import json, sys
		text = sys.argv[1]
		def save(name, value): json.dump(value, open(name, "w"))
		parts = [("zlib", "1.2.13", "Zlib"), ("openssl", "3.0.15", "Apache-2.0"), ("curl", "7.88.1", "curl"),
		    ("jansson", "2.14", "MIT"), ("libarchive", "3.6.2", "BSD-2-Clause"), ("sqlite", "3.40.1", "blessing"),
		    ("readline", "8.2", "GPL-3.0-or-later"), ("nolicense", "0.1", None)]
		components = []
		for name, version, license in parts:
		    one = {"type": "library", "bom-ref": name, "name": name, "version": version,
		        "purl": "pkg:deb/debian/%s@%s" % (name, version), "supplier": {"name": "Debian"}}
		    if license: one["licenses"] = [{"license": {"id": license}}]
		    components.append(one)
		if text: components.append({"type": "library", "bom-ref": "h", "name": text, "version": text,
		    "licenses": [{"license": {"name": text}}]})
		save("sbom.json", {"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
		    "metadata": {"timestamp": "2026-06-01T09:59:00Z", "tools": [{"name": "syft", "version": "1.4"}],
		        "component": {"type": "application", "bom-ref": "app", "name": text or "app", "version": "1.4.0"}},
		    "components": components})
		results = [("CVE-2023-45853", "zlib", "1.2.13", "9.8"), ("CVE-2024-2398", "curl", "7.88.1", "7.5"),
		    ("CVE-2024-9143", "openssl", "3.0.15", "4.3"), ("CVE-2023-0000", "sqlite", "3.40.1", "low")]
		result = [{"id": i, "severity": [{"method": "nvd", "score": s}],
		    "annotations": [{"package": "pkg:deb/debian/%s@%s" % (p, v)}]} for i, p, v, s in results]
		if text: result.append({"id": text, "severity": [{"method": text, "score": text}]})
		save("vulns.json", {"scanner": {"uri": "https://github.com/anchore/grype", "version": "0.80.0",
		    "db": {"uri": "https://grype.anchore.io/databases", "version": "5", "lastUpdate": "2026-06-01T02:00:00Z"}, "result": result},
		    "metadata": {"scanStartedOn": "2026-06-01T09:58:30Z", "scanFinishedOn": "2026-06-01T09:59:30Z"}})
		save("vex.json", {"@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://example.org/vex/1", "author": text or "Example security team",
		    "timestamp": "2026-06-01T09:00:00Z", "version": 1, "statements": [
		    {"vulnerability": {"name": "CVE-2023-45853"}, "products": [{"@id": "pkg:deb/debian/zlib@1.2.13"}],
		        "status": "not_affected", "justification": "vulnerable_code_not_present", "impact_statement": text or "minizip is not built"}]})
		save("tests.json", {"result": "PASSED", "configuration": [{"name": "tests.xml", "digest": {"sha256": "%064d" % 9}}],
		    "passedTests": ["unit/%d" % i for i in range(40)] + ([text] if text else []), "warnedTests": [], "failedTests": []})
		save("provenance.json", {"buildDefinition": {"buildType": "https://example.org/build/v1", "externalParameters": {"ref": text or "refs/tags/v1.4.0"},
		    "internalParameters": {}, "resolvedDependencies": [{"uri": "git+https://example.org/app", "digest": {"sha256": "%064d" % 1}}]},
		    "runDetails": {"builder": {"id": "https://ci.example.org/builder"}, "metadata": {"invocationId": "https://ci.example.org/run/17",
		        "startedOn": "2026-06-01T09:50:00Z", "finishedOn": "2026-06-01T09:57:00Z"}}})
	END
}

release_layout() { # HOSTILE
	layout_keys=$(python3 -c 'import json,sys; print(json.dumps(dict(zip(sys.argv[1::2], map(json.loads, sys.argv[2::2])))))' \
		"${id[alice]}" "${object[alice]}" "${id[bob]}" "${object[bob]}" "${id[carol]}" "${object[carol]}" "${id[security]}" "${object[security]}")
	python3 - "$1" "$layout_keys" "${id[alice]}" "${id[bob]}" "${id[carol]}" "${id[security]}" >layout.tmp <<-'END' || return
		import json, sys
		text, keys, alice, bob, carol, security = sys.argv[1:]
		def step(name, who, threshold, materials, products, gates=()):
		    one = {"_type": "step", "name": name, "pubkeys": who, "threshold": threshold, "expected_command": [],
		        "expected_materials": materials, "expected_products": products}
		    if gates: one["expectedAttributes"] = list(gates)
		    return one
		rest = [["DISALLOW", "*"]]
		steps = [
		    step("checkout", [alice], 1, rest, [["CREATE", "src/*"]] + rest),
		    step("build", [bob], 1, [["MATCH", "src/*", "WITH", "PRODUCTS", "FROM", "checkout"]] + rest, [["CREATE", "out/*"]] + rest),
		    step("test", [carol], 1, [["MATCH", "src/*", "WITH", "PRODUCTS", "FROM", "checkout"], ["MATCH", "out/*", "WITH", "PRODUCTS", "FROM", "build"]] + rest,
		        [["CREATE", "tests.xml"]] + rest),
		    step("package", [alice, carol], 2, [["MATCH", "out/*", "WITH", "PRODUCTS", "FROM", "build"], ["ALLOW", "debian/*"]] + rest,
		        [["CREATE", "app.tar"]] + rest, [
		        {"gate": "sbom", "functionaries": [bob], "formats": ["cyclonedx"]},
		        {"gate": "licenses", "functionaries": [bob], "deny": ["AGPL-*"], "none": "allow", "noassertion": "allow", "unknown": "allow"},
		        {"gate": "tests", "functionaries": [carol]},
		        {"gate": "vulnerabilities", "functionaries": [bob], "limits": {"critical": 0, "high": 0}}]),
		]
		layout = {"_type": "gated-layout", "expires": "2100-01-01T00:00:00Z", "readme": text or "How app 1.4.0 is made.", "inspect": [],
		    "keys": json.loads(keys), "exceptions": {"pubkeys": [security], "maxDays": 365}, "steps": steps}
		print(json.dumps({"signatures": [], "signed": layout}))
	END
	intoto sign -q --unchecked -f layout.tmp -k owner.pem -o root.layout
}

release_make() {
	local hostile=${1-}

	[ -n "${id[owner]-}" ] || chain_keys owner alice bob carol security || return
	rm -rf links && mkdir links && release_documents "$hostile" && release_layout "$hostile" || return
	link links checkout alice '' "\"src/main.c\":$(sha 1),\"src/Makefile\":$(sha 2)" &&
		link links build bob "\"src/main.c\":$(sha 1),\"src/Makefile\":$(sha 2)" "\"out/app\":$(sha 3)" &&
		link links test carol "\"src/main.c\":$(sha 1),\"out/app\":$(sha 3)" "\"tests.xml\":$(sha 9)" &&
		link links package alice "\"out/app\":$(sha 3),\"debian/control\":$(sha 4)" "\"app.tar\":$(sha 5)" &&
		link links package carol "\"out/app\":$(sha 3),\"debian/control\":$(sha 4)" "\"app.tar\":$(sha 5)" &&
		release_statement links/sbom.json bob https://cyclonedx.org/bom sbom.json sbom package &&
		release_statement links/vulns.json bob https://in-toto.io/attestation/vulns/v0.1 vulns.json scan package &&
		release_statement links/vex.json bob https://openvex.dev/ns/v0.2.0 vex.json &&
		release_statement links/tests.json carol https://in-toto.io/attestation/test-result/v0.1 tests.json junit package &&
		release_statement links/provenance.json bob https://slsa.dev/provenance/v1 provenance.json &&
		intoto exception create -f --id EX-7 --owner "${hostile:-alice@example.org}" --reason "${hostile:-the parser is not reachable}" \
			--ticket SEC-42 --gate vulnerabilities --finding CVE-2024-2398 --expires-in 60d --signing-key security.pem \
			-o links/EX-7.exception.json >/dev/null
}

release_verify() { intoto verify -l root.layout --verification-keys owner.pem.pub --link-dir links "$@"; }
