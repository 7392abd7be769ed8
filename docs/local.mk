# SPDX-License-Identifier: Apache-2.0
# The manual: a page for every command and for every header of the library.
dist_man_MANS += \
	%D%/intoto-archive.1 \
	%D%/intoto-archive.5 \
	%D%/intoto-attest.1 \
	%D%/intoto-attestor.7 \
	%D%/intoto-attestors.7 \
	%D%/intoto-check.1 \
	%D%/intoto-evaluate.1 \
	%D%/intoto-exception.1 \
	%D%/intoto-image-attach.1 \
	%D%/intoto-image-clean.1 \
	%D%/intoto-image-copy.1 \
	%D%/intoto-image-digest.1 \
	%D%/intoto-image-load.1 \
	%D%/intoto-image-policy.1 \
	%D%/intoto-image-revoke.1 \
	%D%/intoto-image-save.1 \
	%D%/intoto-image-sign.1 \
	%D%/intoto-image-tree.1 \
	%D%/intoto-image-verify.1 \
	%D%/intoto-image.1 \
	%D%/intoto-key.1 \
	%D%/intoto-layout.1 \
	%D%/intoto-listing.5 \
	%D%/intoto-match.1 \
	%D%/intoto-record.1 \
	%D%/intoto-report.1 \
	%D%/intoto-report.5 \
	%D%/intoto-run.1 \
	%D%/intoto-sign.1 \
	%D%/intoto-store-serve.1 \
	%D%/intoto-store.1 \
	%D%/intoto-verify.1 \
	%D%/intoto.1 \
	%D%/intoto.3 \
	%D%/intoto_attestor.3 \
	%D%/intoto_envelope.3 \
	%D%/intoto_error.3 \
	%D%/intoto_key.3 \
	%D%/intoto_layout.3 \
	%D%/intoto_link.3 \
	%D%/intoto_report.3 \
	%D%/intoto_verify.3

# man finds a page by the name of every function; these are made, and only point to it.
MAN_LINKS = \
	%D%/intoto_answer_begin.3 \
	%D%/intoto_answer_end.3 \
	%D%/intoto_answer_note.3 \
	%D%/intoto_answer_redact.3 \
	%D%/intoto_attestor_fail.3 \
	%D%/intoto_attestor_main.3 \
	%D%/intoto_code_name.3 \
	%D%/intoto_envelope_format.3 \
	%D%/intoto_envelope_free.3 \
	%D%/intoto_envelope_load.3 \
	%D%/intoto_envelope_new.3 \
	%D%/intoto_envelope_parse.3 \
	%D%/intoto_envelope_payload_type.3 \
	%D%/intoto_envelope_print.3 \
	%D%/intoto_envelope_save.3 \
	%D%/intoto_envelope_sign.3 \
	%D%/intoto_envelope_signature_count.3 \
	%D%/intoto_envelope_signature_keyid.3 \
	%D%/intoto_envelope_type.3 \
	%D%/intoto_envelope_verify.3 \
	%D%/intoto_error_code.3 \
	%D%/intoto_error_free.3 \
	%D%/intoto_error_text.3 \
	%D%/intoto_event_defaults.3 \
	%D%/intoto_events_collect.3 \
	%D%/intoto_events_read.3 \
	%D%/intoto_input_check_fresh.3 \
	%D%/intoto_input_open.3 \
	%D%/intoto_input_read.3 \
	%D%/intoto_key_fingerprint.3 \
	%D%/intoto_key_free.3 \
	%D%/intoto_key_generate.3 \
	%D%/intoto_key_id.3 \
	%D%/intoto_key_is_private.3 \
	%D%/intoto_key_load.3 \
	%D%/intoto_key_parse.3 \
	%D%/intoto_key_private_pem.3 \
	%D%/intoto_key_public_pem.3 \
	%D%/intoto_key_same.3 \
	%D%/intoto_key_scheme.3 \
	%D%/intoto_key_sign.3 \
	%D%/intoto_key_type.3 \
	%D%/intoto_key_verify.3 \
	%D%/intoto_layout_expires.3 \
	%D%/intoto_layout_free.3 \
	%D%/intoto_layout_from_envelope.3 \
	%D%/intoto_layout_inspection_count.3 \
	%D%/intoto_layout_inspection_name.3 \
	%D%/intoto_layout_step_count.3 \
	%D%/intoto_layout_step_name.3 \
	%D%/intoto_link_artifact_count.3 \
	%D%/intoto_link_artifact_digests.3 \
	%D%/intoto_link_artifact_name.3 \
	%D%/intoto_link_command_at.3 \
	%D%/intoto_link_command_count.3 \
	%D%/intoto_link_free.3 \
	%D%/intoto_link_from_envelope.3 \
	%D%/intoto_link_name.3 \
	%D%/intoto_out_bool.3 \
	%D%/intoto_out_bytes.3 \
	%D%/intoto_out_int.3 \
	%D%/intoto_out_list.3 \
	%D%/intoto_out_list_end.3 \
	%D%/intoto_out_member.3 \
	%D%/intoto_out_name.3 \
	%D%/intoto_out_null.3 \
	%D%/intoto_out_number.3 \
	%D%/intoto_out_object.3 \
	%D%/intoto_out_object_end.3 \
	%D%/intoto_out_text.3 \
	%D%/intoto_out_value.3 \
	%D%/intoto_outcome_name.3 \
	%D%/intoto_report_at.3 \
	%D%/intoto_report_count.3 \
	%D%/intoto_report_free.3 \
	%D%/intoto_report_json.3 \
	%D%/intoto_report_text.3 \
	%D%/intoto_report_verdict.3 \
	%D%/intoto_program_output.3 \
	%D%/intoto_request_captured.3 \
	%D%/intoto_request_document.3 \
	%D%/intoto_request_finished.3 \
	%D%/intoto_request_folder.3 \
	%D%/intoto_request_input.3 \
	%D%/intoto_request_input_count.3 \
	%D%/intoto_request_option.3 \
	%D%/intoto_request_option_at.3 \
	%D%/intoto_request_option_count.3 \
	%D%/intoto_request_started.3 \
	%D%/intoto_request_step.3 \
	%D%/intoto_text_begins.3 \
	%D%/intoto_text_ends.3 \
	%D%/intoto_text_quoted.3 \
	%D%/intoto_text_same.3 \
	%D%/intoto_text_same_nocase.3 \
	%D%/intoto_time_format.3 \
	%D%/intoto_time_parse.3 \
	%D%/intoto_value_at.3 \
	%D%/intoto_value_bool.3 \
	%D%/intoto_value_count.3 \
	%D%/intoto_value_free.3 \
	%D%/intoto_value_get.3 \
	%D%/intoto_value_int.3 \
	%D%/intoto_value_kind.3 \
	%D%/intoto_value_name.3 \
	%D%/intoto_value_number.3 \
	%D%/intoto_value_parse.3 \
	%D%/intoto_value_text.3 \
	%D%/intoto_version.3

EXTRA_DIST += %D%/archive.md %D%/store.md %D%/benchmarks.md %D%/conformance.md %D%/gates.md %D%/image.md %D%/sbom.md %D%/recording.md %D%/scan.md

man_MANS += $(MAN_LINKS)
CLEANFILES += $(MAN_LINKS)

$(MAN_LINKS):
	$(AM_V_GEN)$(MKDIR_P) %D% && \
	case $(@F) in \
	  intoto_answer_* | intoto_attestor_* | intoto_event* | intoto_input_* | intoto_out_* | intoto_program_* | intoto_request_* | \
	  intoto_text_* | intoto_time_* | intoto_value_*) page=intoto_attestor ;; \
	  intoto_envelope_*) page=intoto_envelope ;; \
	  intoto_code_* | intoto_error_*) page=intoto_error ;; \
	  intoto_key_*) page=intoto_key ;; \
	  intoto_layout_*) page=intoto_layout ;; \
	  intoto_link_*) page=intoto_link ;; \
	  intoto_outcome_* | intoto_report_*) page=intoto_report ;; \
	  intoto_version.3) page=intoto ;; \
	  *) echo "docs/local.mk: which page describes $(@F)?" >&2; exit 1 ;; \
	esac && echo ".so man3/$$page.3" >$@
