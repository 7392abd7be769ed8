# SPDX-License-Identifier: Apache-2.0
# What layouts demand of evidence: one gate, one file.
CORE_SOURCES += \
	%D%/binding.c \
	%D%/choice.c \
	%D%/criterion.c %D%/criterion.h \
	%D%/evaluation.c %D%/evaluation.h \
	%D%/evidence.c %D%/evidence.h \
	%D%/exception.c %D%/exception.h \
	%D%/exception_document.c \
	%D%/exceptions.h \
	%D%/findings.c %D%/findings.h \
	%D%/gate.c %D%/gate.h \
	%D%/gate_command.c \
	%D%/gate_identity.c \
	%D%/gate_licenses.c \
	%D%/gate_provenance.c \
	%D%/evaluator.c %D%/evaluator.h \
	%D%/gate_require.c \
	%D%/gate_rule.c \
	%D%/gate_sbom.c \
	%D%/gate_source.c \
	%D%/gate_tests.c \
	%D%/gate_vulnerabilities.c \
	%D%/licenses_demand.c %D%/licenses_demand.h \
	%D%/members.c \
	%D%/pins.c %D%/pins.h \
	%D%/sbom_demand.c %D%/sbom_demand.h \
	%D%/scans.c %D%/scans.h \
	%D%/tests_demand.c %D%/tests_demand.h \
	%D%/tests_judging.h \
	%D%/tests_previous.c \
	%D%/verdict.c \
	%D%/verdict_report.c %D%/verdict_report.h \
	%D%/vex_answers.c %D%/vex_answers.h \
	%D%/vex_artifact.c \
	%D%/vex_match.c %D%/vex_match.h \
	%D%/vulnerabilities.h \
	%D%/vulnerabilities_clauses.c \
	%D%/vulnerabilities_read.c

UNIT_TESTS += \
	tests/unit/gates_exceptions \
	tests/unit/gates_gate \
	tests/unit/gates_licenses \
	tests/unit/gates_sbom \
	tests/unit/gates_source \
	tests/unit/gates_tests \
	tests/unit/gates_vex \
	tests/unit/gates_vulnerabilities

EXTRA_DIST += tests/unit/gate_cases.h tests/unit/vulnerability_cases.h

# Rules in jq are evaluated by a program of their own, which alone maps the library.
if HAVE_JQ
pkglibexec_PROGRAMS += intoto/cmd/rule-jq
intoto_cmd_rule_jq_SOURCES = %D%/jq/evaluator_jq.c
intoto_cmd_rule_jq_LDADD = libcore.la $(JQ_LIBS)
intoto_cmd_rule_jq_CFLAGS = $(AM_CFLAGS) $(JQ_CFLAGS)
else
EXTRA_DIST += %D%/jq/evaluator_jq.c
endif
