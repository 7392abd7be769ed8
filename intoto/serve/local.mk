# SPDX-License-Identifier: Apache-2.0
# Servers.  The only folder that knows libmicrohttpd.
noinst_LTLIBRARIES += libserve.la
libserve_la_SOURCES =
libserve_la_CFLAGS = $(AM_CFLAGS) $(MICROHTTPD_CFLAGS)
libserve_la_LIBADD = $(MICROHTTPD_LIBS)
