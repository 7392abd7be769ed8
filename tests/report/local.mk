# SPDX-License-Identifier: Apache-2.0
# What an auditor is shown.
REPORT_TESTS = \
	%D%/report.t

TESTS += $(REPORT_TESTS)
EXTRA_DIST += $(REPORT_TESTS) %D%/release.sh
