# SPDX-License-Identifier: Apache-2.0
# What layouts demand of evidence: one gate, one file.
CORE_SOURCES += \
	%D%/exception.c %D%/exception.h \
	%D%/gate.c %D%/gate.h \
	%D%/gate_licenses.c \
	%D%/gate_require.c \
	%D%/gate_sbom.c \
	%D%/licenses_demand.c %D%/licenses_demand.h \
	%D%/members.c \
	%D%/sbom_demand.c %D%/sbom_demand.h \
	%D%/verdict.c

UNIT_TESTS += \
	tests/unit/gates_gate \
	tests/unit/gates_licenses \
	tests/unit/gates_sbom

EXTRA_DIST += tests/unit/gate_cases.h
