# SPDX-License-Identifier: Apache-2.0
# The policy side: layouts, rules, verification, reports.
CORE_SOURCES += \
	%D%/allowances.c %D%/allowances.h \
	%D%/authority.c %D%/authority.h \
	%D%/carried.c %D%/carried.h \
	%D%/certificate.c %D%/certificate.h \
	%D%/chain.c %D%/chain.h \
	%D%/constraint.c %D%/constraint.h \
	%D%/document.c %D%/document.h %D%/document_listing.c \
	%D%/diff.c %D%/diff.h \
	%D%/diff_gates.c \
	%D%/diff_rules.c \
	%D%/draft.c %D%/draft.h \
	%D%/draft_flow.c \
	%D%/draft_rules.c \
	%D%/evidence.c %D%/evidence.h \
	%D%/folder.c %D%/folder.h \
	%D%/glob.c %D%/glob.h \
	%D%/graph.c %D%/graph.h \
	%D%/graph_dot.c \
	%D%/graph_line.c \
	%D%/graph_svg.c \
	%D%/grounds.c %D%/grounds.h \
	%D%/intake.c %D%/intake.h \
	%D%/intake_files.c \
	%D%/layout.c %D%/layout.h \
	%D%/layout_certificates.c %D%/layout_certificates.h \
	%D%/layout_read.c \
	%D%/layout_write.c \
	%D%/lint.c %D%/lint.h \
	%D%/lint_codes.c \
	%D%/lint_gates.c \
	%D%/lint_members.c \
	%D%/lint_order.c \
	%D%/lint_patterns.c \
	%D%/lint_people.c \
	%D%/manuscript.c %D%/manuscript.h \
	%D%/manuscript_keys.c %D%/manuscript_keys.h \
	%D%/manuscript_time.c %D%/manuscript_time.h \
	%D%/parameters.c %D%/parameters.h \
	%D%/pattern.c %D%/pattern.h \
	%D%/people.c %D%/people.h \
	%D%/queue.c %D%/queue.h \
	%D%/quorum.c \
	%D%/report.c %D%/report.h \
	%D%/report_advice.c \
	%D%/report_causes.c %D%/report_causes.h \
	%D%/report_codes.c \
	%D%/report_format.c %D%/report_format.h \
	%D%/report_groups.c %D%/report_groups.h \
	%D%/report_json.c \
	%D%/report_junit.c \
	%D%/report_markdown.c \
	%D%/report_place.c %D%/report_place.h \
	%D%/report_sarif.c \
	%D%/report_text.c \
	%D%/requirement.c %D%/requirement.h \
	%D%/requirement_compare.c \
	%D%/requirement_document.c \
	%D%/rule.c %D%/rule.h \
	%D%/rule_allow.c \
	%D%/rule_create.c \
	%D%/rule_delete.c \
	%D%/rule_disallow.c \
	%D%/rule_match.c \
	%D%/rule_modify.c \
	%D%/rule_require.c \
	%D%/shelf.c %D%/shelf.h \
	%D%/source.c %D%/source.h \
	%D%/stage_gates.c \
	%D%/stage_inspections.c \
	%D%/stage_parameters.c \
	%D%/stage_policy.c \
	%D%/stage_rules.c \
	%D%/stage_signatures.c \
	%D%/stage_standins.c \
	%D%/stage_steps.c \
	%D%/stage_summary.c \
	%D%/story.c %D%/story.h \
	%D%/story_words.c \
	%D%/sublayout.c %D%/sublayout.h \
	%D%/table.c \
	%D%/testimony.c \
	%D%/trace.c %D%/trace.h \
	%D%/trace_order.c %D%/trace_order.h \
	%D%/throwaway.c %D%/throwaway.h \
	%D%/trial.c %D%/trial.h \
	%D%/verify.c %D%/verify.h \
	%D%/words.c %D%/words.h \
	%D%/xml.c %D%/xml.h

UNIT_TESTS += \
	tests/unit/layouts_certificate \
	tests/unit/layouts_constraint \
	tests/unit/layouts_glob \
	tests/unit/layouts_layout \
	tests/unit/layouts_lint \
	tests/unit/layouts_pattern \
	tests/unit/layouts_people \
	tests/unit/layouts_report \
	tests/unit/layouts_report_forms \
	tests/unit/layouts_requirement \
	tests/unit/layouts_rules \
	tests/unit/layouts_story \
	tests/unit/layouts_shelf \
	tests/unit/layouts_trace \
	tests/unit/layouts_verify \
	tests/unit/layouts_verify_tree \
	tests/unit/layouts_words

EXTRA_DIST += tests/unit/small_chain.h
include %D%/gates/local.mk
include %D%/templates/local.mk
