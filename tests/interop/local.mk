# SPDX-License-Identifier: Apache-2.0
# With other implementations.  These need packages that "make check" must not ask for, so they run
# by "make check-interop" (tests/run.sh installs what they need).
INTEROP_TESTS = \
	%D%/apt_transport.t \
	%D%/archivista.t \
	%D%/certificates.t \
	%D%/conformance.t \
	%D%/dashboard.t \
	%D%/gates.t \
	%D%/go.t \
	%D%/image_policy.t \
	%D%/image_signatures.t \
	%D%/image_verify.t \
	%D%/inspections.t \
	%D%/gpg.t \
	%D%/listing.t \
	%D%/locked_keys.t \
	%D%/objects.t \
	%D%/provenance.t \
	%D%/public_chains.t \
	%D%/python.t \
	%D%/report_browser.t \
	%D%/rules.t \
	%D%/runtime_trace.t \
	%D%/s3.t \
	%D%/sbom.t \
	%D%/scan.t \
	%D%/store_postgres.t \
	%D%/store_tlog.t \
	%D%/vectors.t \
	%D%/vsa.t \
	%D%/witness.t

EXTRA_DIST += $(INTEROP_TESTS) %D%/browser.js %D%/browser.sh %D%/chain.sh %D%/gpg_resign.py %D%/image_peers.sh %D%/python_layout.py %D%/rules_python.py %D%/store_tlog.go

.PHONY: check-interop print-interop-tests
check-interop:
	$(MAKE) $(AM_MAKEFLAGS) check TESTS='$(INTEROP_TESTS)'
print-interop-tests:
	@echo $(INTEROP_TESTS)
