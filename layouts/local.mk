# SPDX-License-Identifier: Apache-2.0
# The policy side: layouts, rules, verification, reports.
CORE_SOURCES += \
	%D%/glob.c %D%/glob.h \
	%D%/queue.c %D%/queue.h \
	%D%/report.h \
	%D%/rule.c %D%/rule.h \
	%D%/rule_allow.c \
	%D%/rule_create.c \
	%D%/rule_delete.c \
	%D%/rule_disallow.c \
	%D%/rule_match.c \
	%D%/rule_modify.c \
	%D%/rule_require.c \
	%D%/words.c %D%/words.h

UNIT_TESTS += \
	tests/unit/layouts_glob
