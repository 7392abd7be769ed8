# SPDX-License-Identifier: Apache-2.0
# Gates, as users meet them: the templates, and what others got wrong.
gates_tests = \
	%D%/mistakes.t \
	%D%/templates.t
TESTS += $(gates_tests)
EXTRA_DIST += $(gates_tests) %D%/evidence.sh
