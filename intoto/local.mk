# SPDX-License-Identifier: Apache-2.0
# The engine: one archive of all objects, compiled once.  The library is that archive behind a symbol
# map; the programs and the unit tests link the archive itself (fast start, hidden functions in reach).
include %D%/base/local.mk
include %D%/json/local.mk
include %D%/crypto/local.mk
include %D%/model/local.mk
include %D%/record/local.mk
include %D%/attest/local.mk
include %D%/run/local.mk
include %D%/net/local.mk
include %D%/store/local.mk
include %D%/image/local.mk
include %D%/archive/local.mk
include %D%/report/local.mk
include %D%/serve/local.mk
include %D%/cmd/local.mk

noinst_LTLIBRARIES += libcore.la
libcore_la_SOURCES = $(CORE_SOURCES)
# The first is asked first for each name at a start, and libcrypto has most of them.
libcore_la_LIBADD = liblibexec.la $(CRYPTO_LIBS) $(JANSSON_LIBS) $(SODIUM_LIBS)

lib_LTLIBRARIES += libintoto.la
libintoto_la_SOURCES =
libintoto_la_LIBADD = libcore.la
libintoto_la_LDFLAGS = $(AM_LDFLAGS) -version-info 0:0:0 -no-undefined \
	-Wl,--version-script=$(top_srcdir)/%D%/libintoto.map
libintoto_la_DEPENDENCIES = libcore.la $(top_srcdir)/%D%/libintoto.map
EXTRA_DIST += %D%/libintoto.map
