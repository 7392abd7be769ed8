# SPDX-License-Identifier: Apache-2.0
# libintoto-attestor: what an attestor in C talks through.  As the core it is one archive: our own
# attestors and the unit tests link that, others the library behind its symbol map.  It shares
# base with the core, and maps neither libcrypto nor jansson: an attestor is started on every step.
noinst_LTLIBRARIES += libattestorkit.la
libattestorkit_la_SOURCES = \
	intoto/base/buf.c \
	intoto/base/clock.c \
	intoto/base/error.c \
	intoto/base/random.c \
	intoto/base/text.c \
	intoto/base/version.c \
	%D%/answer.c %D%/answer.h \
	%D%/events.c %D%/events.h \
	%D%/manifest.c %D%/manifest.h \
	%D%/names.c %D%/names.h \
	%D%/out.c %D%/out.h \
	%D%/output.c \
	%D%/program.c \
	%D%/request.c %D%/request.h \
	%D%/screen.c %D%/screen.h \
	%D%/text.c \
	%D%/value.c %D%/value.h
libattestorkit_la_LIBADD = $(YAJL_LIBS)

lib_LTLIBRARIES += libintoto-attestor.la
libintoto_attestor_la_SOURCES =
libintoto_attestor_la_LIBADD = libattestorkit.la
libintoto_attestor_la_LDFLAGS = $(AM_LDFLAGS) -version-info 0:0:0 -no-undefined \
	-Wl,--version-script=$(top_srcdir)/%D%/libintoto-attestor.map
libintoto_attestor_la_DEPENDENCIES = libattestorkit.la $(top_srcdir)/%D%/libintoto-attestor.map
EXTRA_DIST += %D%/libintoto-attestor.map

UNIT_TESTS += tests/unit/attestor_events tests/unit/attestor_kit
tests_unit_attestor_events_LDADD = libattestorkit.la $(LDADD)
tests_unit_attestor_kit_LDADD = libattestorkit.la $(LDADD)

UNIT_TESTS += tests/unit/attestor_output
tests_unit_attestor_output_LDADD = libattestorkit.la $(LDADD)
