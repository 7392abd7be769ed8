# SPDX-License-Identifier: Apache-2.0
# Envelopes, links, key objects: what documents mean.
CORE_SOURCES += \
	%D%/artifacts.c %D%/artifacts.h \
	%D%/artifacts_sort.c %D%/artifacts_sort.h \
	%D%/attestation.c %D%/attestation.h \
	%D%/predicate_families.c \
	%D%/bundle.c %D%/bundle.h \
	%D%/cosign_key.c \
	%D%/deny_identity.c \
	%D%/deny_list.c %D%/deny_list.h \
	%D%/image_reference.c %D%/image_reference.h \
	%D%/oci_draft.c \
	%D%/oci_manifest.c %D%/oci_manifest.h \
	%D%/sigstore_bundle.c %D%/sigstore_bundle.h \
	%D%/simple_signing.c %D%/simple_signing.h \
	%D%/digest_set.c %D%/digest_set.h \
	%D%/envelope.c %D%/envelope.h \
	%D%/envelope_text.c %D%/envelope_text.h \
	%D%/key_file.c \
	%D%/key_object.c %D%/key_object.h \
	%D%/link.c %D%/link.h \
	%D%/link_save.c %D%/link_save.h \
	%D%/listing.c %D%/listing.h \
	%D%/listing_proof.c %D%/listing_proof.h \
	%D%/listing_read.c \
	%D%/link_stream.c %D%/link_stream.h \
	%D%/openpgp_object.c %D%/openpgp_object.h \
	%D%/purl.c %D%/purl.h \
	%D%/runtime_trace.c %D%/runtime_trace.h \
	%D%/rust_form.c %D%/rust_form.h \
	%D%/sbom.c %D%/sbom.h %D%/sbom_part.h \
	%D%/sbom_cyclonedx.c \
	%D%/sbom_spdx2.c \
	%D%/sbom_spdx3.c \
	%D%/sealed_key.c %D%/sealed_key.h \
	%D%/severity.c %D%/severity.h \
	%D%/signature.c \
	%D%/signature_entry.c \
	%D%/signed_note.c %D%/signed_note.h \
	%D%/spdx_expression.c %D%/spdx_expression.h \
	%D%/spdx_list.c %D%/spdx_list.h \
	%D%/spdx_policy.c %D%/spdx_policy.h \
	%D%/statement.c %D%/statement.h \
	%D%/svr.c \
	%D%/test_result.c %D%/test_result.h \
	%D%/version_order.c %D%/version_order.h \
	%D%/version_pypi.c %D%/version_pypi.h \
	%D%/version_range.c \
	%D%/vex.c %D%/vex.h \
	%D%/vex_csaf.c \
	%D%/vex_csaf_tree.c %D%/vex_csaf_tree.h \
	%D%/vex_cyclonedx.c \
	%D%/vex_openvex.c \
	%D%/vex_part.h \
	%D%/vsa.c %D%/vsa.h \
	%D%/vsa_statement.c %D%/vsa_statement.h \
	%D%/vulnerability_id.c %D%/vulnerability_id.h \
	%D%/vulns.c %D%/vulns.h \
	%D%/vulns_part.c %D%/vulns_part.h \
	%D%/vulns_raw.c

UNIT_TESTS += \
	tests/unit/model_deny_list \
	tests/unit/model_image_reference \
	tests/unit/model_sigstore_bundle \
	tests/unit/model_oci_manifest \
	tests/unit/model_simple_signing \
	tests/unit/model_purl \
	tests/unit/model_test_result \
	tests/unit/model_rust_form \
	tests/unit/model_artifacts \
	tests/unit/model_attestation \
	tests/unit/model_bundle \
	tests/unit/model_digest_set \
	tests/unit/model_envelope \
	tests/unit/model_key_object \
	tests/unit/model_link \
	tests/unit/model_link_save \
	tests/unit/model_listing \
	tests/unit/model_locked_keys \
	tests/unit/model_openpgp \
	tests/unit/model_link_stream \
	tests/unit/model_sbom \
	tests/unit/model_signature \
	tests/unit/model_spdx \
	tests/unit/model_statement \
	tests/unit/model_vectors \
	tests/unit/model_version_order \
	tests/unit/model_vulnerability_id \
	tests/unit/model_vsa
