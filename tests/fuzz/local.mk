# SPDX-License-Identifier: Apache-2.0
# Fuzz targets, one file each (fuzz.h says how).  A new one: three lines below its heading, as
#
#	FUZZ_TARGETS += %D%/json
#	%C%_json_SOURCES = %D%/json.c $(FUZZ_MAIN)
#	%C%_json_LDFLAGS = $(FUZZ_LINK)
#
# and inputs in corpus/json.  "make check" replays them; tests/fuzz/run.sh looks for new ones.
FUZZ_TARGETS =
FUZZ_LINK = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
if FUZZERS
FUZZ_MAIN = %D%/fuzz.h
else
FUZZ_MAIN = %D%/fuzz.h %D%/replay.c
TESTS += $(FUZZ_TARGETS)
endif
check_PROGRAMS += $(FUZZ_TARGETS)
EXTRA_DIST += %D%/run.sh %D%/corpus %D%/replay.c

# json
FUZZ_TARGETS += %D%/json
%C%_json_SOURCES = %D%/json.c $(FUZZ_MAIN)
%C%_json_LDFLAGS = $(FUZZ_LINK)

# dsse
FUZZ_TARGETS += %D%/dsse
%C%_dsse_SOURCES = %D%/dsse.c %D%/envelope.h $(FUZZ_MAIN)
%C%_dsse_LDFLAGS = $(FUZZ_LINK)

# program
FUZZ_TARGETS += %D%/program
%C%_program_SOURCES = %D%/program.c $(FUZZ_MAIN)
%C%_program_LDFLAGS = $(FUZZ_LINK)

# metablock
FUZZ_TARGETS += %D%/metablock
%C%_metablock_SOURCES = %D%/metablock.c %D%/envelope.h $(FUZZ_MAIN)
%C%_metablock_LDFLAGS = $(FUZZ_LINK)

# link
FUZZ_TARGETS += %D%/link
%C%_link_SOURCES = %D%/link.c $(FUZZ_MAIN)
%C%_link_LDFLAGS = $(FUZZ_LINK)

# link_stream
FUZZ_TARGETS += %D%/link_stream
%C%_link_stream_SOURCES = %D%/link_stream.c %D%/same_link.h $(FUZZ_MAIN)
%C%_link_stream_LDFLAGS = $(FUZZ_LINK)

# listing
FUZZ_TARGETS += %D%/listing
%C%_listing_SOURCES = %D%/listing.c $(FUZZ_MAIN)
%C%_listing_LDFLAGS = $(FUZZ_LINK)

# statement
FUZZ_TARGETS += %D%/statement
%C%_statement_SOURCES = %D%/statement.c $(FUZZ_MAIN)
%C%_statement_LDFLAGS = $(FUZZ_LINK)

# layout
FUZZ_TARGETS += %D%/layout
%C%_layout_SOURCES = %D%/layout.c $(FUZZ_MAIN)
%C%_layout_LDFLAGS = $(FUZZ_LINK)

# rules
FUZZ_TARGETS += %D%/rules
%C%_rules_SOURCES = %D%/rules.c $(FUZZ_MAIN)
%C%_rules_LDFLAGS = $(FUZZ_LINK)

# requirement
FUZZ_TARGETS += %D%/requirement
%C%_requirement_SOURCES = %D%/requirement.c $(FUZZ_MAIN)
%C%_requirement_LDFLAGS = $(FUZZ_LINK)

# glob
FUZZ_TARGETS += %D%/glob
%C%_glob_SOURCES = %D%/glob.c $(FUZZ_MAIN)
%C%_glob_LDFLAGS = $(FUZZ_LINK)

# yaml
FUZZ_TARGETS += %D%/yaml
%C%_yaml_SOURCES = %D%/yaml.c $(FUZZ_MAIN)
%C%_yaml_LDFLAGS = $(FUZZ_LINK)
%C%_yaml_LDADD = libyamlreader.la $(LDADD)

# key_file
FUZZ_TARGETS += %D%/key_file
%C%_key_file_SOURCES = %D%/key_file.c $(FUZZ_MAIN)
%C%_key_file_LDFLAGS = $(FUZZ_LINK)

# jwt
FUZZ_TARGETS += %D%/jwt
%C%_jwt_SOURCES = %D%/jwt.c attestors/ci/jwk.c attestors/ci/jwt.c $(FUZZ_MAIN)
%C%_jwt_LDFLAGS = $(FUZZ_LINK)
%C%_jwt_LDADD = libattestorsource.la $(ATTESTOR_KIT) $(LDADD) $(CRYPTO_LIBS)

# git_object
FUZZ_TARGETS += %D%/git_object
%C%_git_object_SOURCES = %D%/git_object.c attestors/git/object.c attestors/git/ssh.c $(FUZZ_MAIN)
%C%_git_object_LDFLAGS = $(FUZZ_LINK)
%C%_git_object_LDADD = libattestorsource.la $(ATTESTOR_KIT) $(LDADD) $(CRYPTO_LIBS)

# openpgp
FUZZ_TARGETS += %D%/openpgp
%C%_openpgp_SOURCES = %D%/openpgp.c $(FUZZ_MAIN)
%C%_openpgp_LDFLAGS = $(FUZZ_LINK)

# certificate
FUZZ_TARGETS += %D%/certificate
%C%_certificate_SOURCES = %D%/certificate.c $(FUZZ_MAIN)
%C%_certificate_LDFLAGS = $(FUZZ_LINK)

# constraint
FUZZ_TARGETS += %D%/constraint
%C%_constraint_SOURCES = %D%/constraint.c $(FUZZ_MAIN)
%C%_constraint_LDFLAGS = $(FUZZ_LINK)

# timestamp
FUZZ_TARGETS += %D%/timestamp
%C%_timestamp_SOURCES = %D%/timestamp.c $(FUZZ_MAIN)
%C%_timestamp_LDFLAGS = $(FUZZ_LINK)

# reuse
FUZZ_TARGETS += %D%/reuse
%C%_reuse_SOURCES = %D%/reuse.c $(FUZZ_MAIN)
%C%_reuse_LDFLAGS = $(FUZZ_LINK)

# spdx_expression
FUZZ_TARGETS += %D%/spdx_expression
%C%_spdx_expression_SOURCES = %D%/spdx_expression.c $(FUZZ_MAIN)
%C%_spdx_expression_LDFLAGS = $(FUZZ_LINK)

# sbom
FUZZ_TARGETS += %D%/sbom
%C%_sbom_SOURCES = %D%/sbom.c $(FUZZ_MAIN)
%C%_sbom_LDFLAGS = $(FUZZ_LINK)

# sbom_text
FUZZ_TARGETS += %D%/sbom_text
%C%_sbom_text_SOURCES = %D%/sbom_text.c $(FUZZ_MAIN)
%C%_sbom_text_LDFLAGS = $(FUZZ_LINK)
%C%_sbom_text_LDADD = libsboms.la $(ATTESTOR_KIT) $(LDADD)

# lockfile
FUZZ_TARGETS += %D%/lockfile
%C%_lockfile_SOURCES = %D%/lockfile.c $(FUZZ_MAIN)
%C%_lockfile_LDFLAGS = $(FUZZ_LINK)
%C%_lockfile_LDADD = liblocks.la $(ATTESTOR_KIT) $(LDADD)

# junit
FUZZ_TARGETS += %D%/junit
%C%_junit_SOURCES = %D%/junit.c %D%/reports.h $(FUZZ_MAIN)
%C%_junit_LDADD = libtestreports.la $(ATTESTOR_KIT) $(LDADD)
%C%_junit_LDFLAGS = $(FUZZ_LINK)

# tap
FUZZ_TARGETS += %D%/tap
%C%_tap_SOURCES = %D%/tap.c %D%/reports.h $(FUZZ_MAIN)
%C%_tap_LDADD = libtestreports.la $(ATTESTOR_KIT) $(LDADD)
%C%_tap_LDFLAGS = $(FUZZ_LINK)
# attestor_events
FUZZ_TARGETS += %D%/attestor_events
%C%_attestor_events_SOURCES = %D%/attestor_events.c $(FUZZ_MAIN)
%C%_attestor_events_LDFLAGS = $(FUZZ_LINK)
%C%_attestor_events_LDADD = libattestorkit.la $(LDADD)

# scan
FUZZ_TARGETS += %D%/scan
%C%_scan_SOURCES = %D%/scan.c $(FUZZ_MAIN)
%C%_scan_LDFLAGS = $(FUZZ_LINK)
%C%_scan_LDADD = libscan.la libattestorkit.la $(LDADD)

.PHONY: print-fuzz-targets
print-fuzz-targets:
	@echo $(FUZZ_TARGETS)

# gates
FUZZ_TARGETS += %D%/gates
%C%_gates_SOURCES = %D%/gates.c $(FUZZ_MAIN)
%C%_gates_LDFLAGS = $(FUZZ_LINK)

# attestor
FUZZ_TARGETS += %D%/attestor
%C%_attestor_SOURCES = %D%/attestor.c $(FUZZ_MAIN)
%C%_attestor_LDFLAGS = $(FUZZ_LINK)

# purl
FUZZ_TARGETS += %D%/purl
%C%_purl_SOURCES = %D%/purl.c $(FUZZ_MAIN)
%C%_purl_LDFLAGS = $(FUZZ_LINK)

# vex
FUZZ_TARGETS += %D%/vex
%C%_vex_SOURCES = %D%/vex.c $(FUZZ_MAIN)
%C%_vex_LDFLAGS = $(FUZZ_LINK)

# vulns
FUZZ_TARGETS += %D%/vulns
%C%_vulns_SOURCES = %D%/vulns.c $(FUZZ_MAIN)
%C%_vulns_LDFLAGS = $(FUZZ_LINK)

# image_reference
FUZZ_TARGETS += %D%/image_reference
%C%_image_reference_SOURCES = %D%/image_reference.c $(FUZZ_MAIN)
%C%_image_reference_LDFLAGS = $(FUZZ_LINK)

# oci_manifest
FUZZ_TARGETS += %D%/oci_manifest
%C%_oci_manifest_SOURCES = %D%/oci_manifest.c $(FUZZ_MAIN)
%C%_oci_manifest_LDFLAGS = $(FUZZ_LINK)

# simple_signing
FUZZ_TARGETS += %D%/simple_signing
%C%_simple_signing_SOURCES = %D%/simple_signing.c $(FUZZ_MAIN)
%C%_simple_signing_LDFLAGS = $(FUZZ_LINK)

# sigstore_bundle
FUZZ_TARGETS += %D%/sigstore_bundle
%C%_sigstore_bundle_SOURCES = %D%/sigstore_bundle.c $(FUZZ_MAIN)
%C%_sigstore_bundle_LDFLAGS = $(FUZZ_LINK)

# deny_list
FUZZ_TARGETS += %D%/deny_list
%C%_deny_list_SOURCES = %D%/deny_list.c $(FUZZ_MAIN)
%C%_deny_list_LDFLAGS = $(FUZZ_LINK)

# challenge
FUZZ_TARGETS += %D%/challenge
%C%_challenge_SOURCES = %D%/challenge.c $(FUZZ_MAIN)
%C%_challenge_LDADD = libnet.la $(LDADD)
%C%_challenge_LDFLAGS = $(FUZZ_LINK)

# auth_file
FUZZ_TARGETS += %D%/auth_file
%C%_auth_file_SOURCES = %D%/auth_file.c $(FUZZ_MAIN)
%C%_auth_file_LDFLAGS = $(FUZZ_LINK)
%C%_auth_file_LDADD = libnet.la $(LDADD)

# graphql
FUZZ_TARGETS += %D%/graphql
%C%_graphql_SOURCES = %D%/graphql.c $(FUZZ_MAIN)
%C%_graphql_LDFLAGS = $(FUZZ_LINK)
%C%_graphql_LDADD = libserve.la $(LDADD)

# serve_request
FUZZ_TARGETS += %D%/serve_request
%C%_serve_request_SOURCES = %D%/serve_request.c $(FUZZ_MAIN)
%C%_serve_request_LDFLAGS = $(FUZZ_LINK)
%C%_serve_request_LDADD = libserve.la $(LDADD)

# archive_later
FUZZ_TARGETS += %D%/archive_later
%C%_archive_later_SOURCES = %D%/archive_later.c $(FUZZ_MAIN)
%C%_archive_later_LDFLAGS = $(FUZZ_LINK)
%C%_archive_later_LDADD = libarchives.la libtar.la $(LDADD)

# archive
FUZZ_TARGETS += %D%/archive
%C%_archive_SOURCES = %D%/archive.c $(FUZZ_MAIN)
%C%_archive_LDFLAGS = $(FUZZ_LINK)
%C%_archive_LDADD = libarchives.la libtar.la $(LDADD)

# archive_manifest
FUZZ_TARGETS += %D%/archive_manifest
%C%_archive_manifest_SOURCES = %D%/archive_manifest.c $(FUZZ_MAIN)
%C%_archive_manifest_LDFLAGS = $(FUZZ_LINK)
%C%_archive_manifest_LDADD = libarchives.la libtar.la $(LDADD)

# transfer
FUZZ_TARGETS += %D%/transfer
%C%_transfer_SOURCES = %D%/transfer.c $(FUZZ_MAIN)
%C%_transfer_LDFLAGS = $(FUZZ_LINK)
%C%_transfer_LDADD = libstore.la libfacts.la libs3.la libnet.la $(LDADD)
