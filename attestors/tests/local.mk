# SPDX-License-Identifier: Apache-2.0
# Reports of tests.  All but the program is an archive, for its unit test and the fuzz targets.
noinst_LTLIBRARIES += libtestreports.la
libtestreports_la_SOURCES = \
	%D%/ctrf.c \
	%D%/format.c %D%/format.h \
	%D%/gotest.c \
	%D%/junit.c \
	%D%/junit_totals.c %D%/junit_totals.h \
	%D%/names.c %D%/names.h \
	%D%/predicate.c %D%/predicate.h \
	%D%/pytest.c \
	%D%/results.c %D%/results.h \
	%D%/tap.c \
	%D%/tap_line.c %D%/tap_line.h
libtestreports_la_CPPFLAGS = $(AM_CPPFLAGS) $(EXPAT_CFLAGS)
libtestreports_la_LIBADD = $(ATTESTOR_KIT) $(EXPAT_LIBS)

attestors_PROGRAMS += %D%/tests
%C%_tests_SOURCES = %D%/tests.c
%C%_tests_LDADD = libtestreports.la $(ATTESTOR_KIT)

UNIT_TESTS += tests/unit/attestor_tests
tests_unit_attestor_tests_LDADD = libtestreports.la $(ATTESTOR_KIT) $(LDADD)

TESTS += tests/attestors/tests.t
EXTRA_DIST += tests/attestors/tests.t
