# SPDX-License-Identifier: Apache-2.0
# Unit tests are named beside the code that they test (UNIT_TESTS in each folder's local.mk); here is how
# they run.  Every test speaks TAP.
if HAVE_CMOCKA
check_PROGRAMS += $(UNIT_TESTS)
TESTS += $(UNIT_TESTS)
endif
LDADD = libcore.la $(CMOCKA_LIBS)

TEST_EXTENSIONS = .t
TAP_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
LOG_DRIVER = $(TAP_DRIVER)
T_LOG_DRIVER = $(TAP_DRIVER)
T_LOG_COMPILER = bash
AM_TESTS_ENVIRONMENT = \
	CMOCKA_MESSAGE_OUTPUT=TAP; export CMOCKA_MESSAGE_OUTPUT; \
	INTOTO_SOURCE='$(abs_top_srcdir)'; export INTOTO_SOURCE; \
	INTOTO_BUILD='$(abs_top_builddir)'; export INTOTO_BUILD; \
	INTOTO_CC='$(CC)'; export INTOTO_CC; \
	INTOTO_CFLAGS='$(JANSSON_CFLAGS) $(SODIUM_CFLAGS) $(CRYPTO_CFLAGS) $(CMOCKA_CFLAGS)'; export INTOTO_CFLAGS; \
	INTOTO_KIND='$(KIND_CFLAGS)'; export INTOTO_KIND; \
	ASAN_OPTIONS=exitcode=199; export ASAN_OPTIONS; \
	LSAN_OPTIONS=exitcode=199; export LSAN_OPTIONS; \
	UBSAN_OPTIONS=exitcode=199:print_stacktrace=1; export UBSAN_OPTIONS;

# The unit tests alone: "make check-unit".
check-unit:
	$(MAKE) $(AM_MAKEFLAGS) check TESTS='$(UNIT_TESTS)' check_PROGRAMS='$(UNIT_TESTS)'
.PHONY: check-unit

# For tests/run.sh: what there is to count.
print-tests:
	@echo $(TESTS)
print-unit-tests:
	@echo $(UNIT_TESTS)
# What tests/run.sh runs from the tarball: some of each folder, since all of them have run in one build folder
# and every file of the tree is in the tarball (step tarball).  "make distcheck" by itself runs all.
DIST_TESTS = %D%/checks/% %D%/unit/base_% %D%/unit/json_% %D%/cli/run.t %D%/cli/layout.t %D%/attestors/sbom.t %D%/archive/archive.t
print-dist-tests:
	@echo $(filter $(DIST_TESTS),$(TESTS))
print-dist-programs:
	@echo $(filter $(filter $(DIST_TESTS),$(TESTS)),$(check_PROGRAMS))
# Faults are told by what comes of them, and sanitizers answer some of them in their own way; checks read the
# tree and start nothing of ours; and the last ones start many programs that read little, which others read there.
print-sanitizer-tests:
	@echo $(filter-out $(FAULT_TESTS) %D%/checks/% %D%/cli/manual.t %D%/cli/main.t %D%/cli/layout_lint.t %D%/cli/layout_diff.t \
		%D%/cli/layout_from_links.t %D%/cli/record_large.t %D%/image/registry_race.t %D%/image/sign_faults.t \
		%D%/cli/key.t %D%/cli/hostile_steps.t %D%/cli/inspections.t %D%/cli/verify_output.t %D%/archive/independent.t \
		%D%/attestors/ci.t %D%/attestors/git.t %D%/archive/examples.t %D%/archive/guides.t %D%/archive/kill.t \
		%D%/store/kill.t %D%/store/postgres.t,$(TESTS))
# What reads and computes; what starts programs, hashes much or waits takes minutes there.
print-valgrind-tests:
	@echo $(filter %D%/unit/archive_% %D%/unit/base_% %D%/unit/json_% %D%/unit/crypto_% %D%/unit/model_% %D%/unit/layouts_% %D%/unit/gates_% \
		%D%/unit/attest%,$(filter-out %D%/unit/base_sandbox %D%/unit/crypto_certificate %D%/unit/crypto_schemes \
		%D%/unit/model_link_save,$(UNIT_TESTS)))
# With threads: for ThreadSanitizer.
THREAD_TESTS = %D%/unit/base_relay %D%/unit/crypto_digest_aside %D%/unit/model_link_save %D%/unit/record_hash %D%/unit/record_pair %D%/unit/record_pool %D%/unit/record_resolver %D%/unit/record_snapshot %D%/unit/run_tracer_notify
print-thread-tests:
	@echo $(THREAD_TESTS)
# Minutes long: not in "make check".
SLOW_TESTS = %D%/checks/configure.t $(SLOW_FAULT_TESTS)
print-slow-tests:
	@echo $(SLOW_TESTS)
.PHONY: print-tests print-dist-tests print-dist-programs print-unit-tests print-thread-tests print-slow-tests

dist_check_SCRIPTS =
EXTRA_DIST += %D%/run.sh %D%/packages.sh %D%/lib/tap.sh %D%/lib/certificates.sh %D%/lib/chain.sh %D%/lib/peers.sh %D%/lib/postgres.sh %D%/lib/registries.sh %D%/lib/s3.sh \
	%D%/lib/registry.py %D%/lib/cutter.py %D%/lib/token_server.py %D%/lib/without.py %D%/bench/noop.sh %D%/bench/timer.c \
	%D%/bench/chain.py %D%/bench/cache.sh %D%/bench/statwalk.c %D%/bench/rusage.c %D%/bench/verify.sh \
	%D%/bench/all.sh %D%/bench/archive.sh %D%/bench/image_transfer.sh %D%/bench/image_verify.sh %D%/bench/trace.sh %D%/bench/floor.c %D%/bench/record.sh %D%/bench/store.sh %D%/bench/store_ask.py %D%/bench/store_postgres.sh \
	%D%/bench/create_files.c %D%/bench/plain_sqlite.c %D%/bench/statements.c %D%/bench/tree.c %D%/bench/trees.sh \
	%D%/checks/consumer.c %D%/unit/refused.h $(SLOW_TESTS)

include %D%/cli/local.mk
include %D%/checks/local.mk
include %D%/faults/local.mk
include %D%/fuzz/local.mk
include %D%/gates/local.mk
include %D%/conformance/local.mk
include %D%/archive/local.mk
include %D%/store/local.mk
include %D%/image/local.mk
include %D%/report/local.mk
include %D%/serve/local.mk
include %D%/interop/local.mk
