# SPDX-License-Identifier: Apache-2.0
# Clients of services on the network: an archive of its own, so that only programs that may use the
# network map libcurl.
noinst_LTLIBRARIES += libnet.la
libnet_la_SOURCES = \
	%D%/http.h \
	%D%/oci/access.h \
	%D%/oci/fallback_tag.c \
	%D%/oci/registry.h
libnet_la_CFLAGS = $(AM_CFLAGS) $(CURL_CFLAGS)
libnet_la_LIBADD = libcore.la $(CURL_LIBS)
