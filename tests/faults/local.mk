# SPDX-License-Identifier: Apache-2.0
# What the program does while the system fails it.
FAULT_TESTS = \
	%D%/run.t \
	%D%/verify.t
# Below traces and sandboxes: a minute long.
SLOW_FAULT_TESTS = %D%/options.t

# Preloaded into the program as it is installed: built without sanitizers and without _FORTIFY_SOURCE.
check_DATA = %D%/faults.so
EXTRA_DIST += %D%/all.sh %D%/large.sh %D%/faults.c %D%/faults.sh %D%/faults_calls.h
MOSTLYCLEANFILES += %D%/faults.so

%D%/faults.so: %D%/faults.c %D%/faults_calls.h
	$(AM_V_CCLD)$(MKDIR_P) %D% && $(CC) $(WARN_CFLAGS) -O1 -g -fPIC -fvisibility=hidden -shared \
		-o $@ $(srcdir)/%D%/faults.c -ldl -lpthread

dist_check_SCRIPTS += $(FAULT_TESTS) $(SLOW_FAULT_TESTS)
TESTS += $(FAULT_TESTS)
