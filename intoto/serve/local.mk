# SPDX-License-Identifier: Apache-2.0
# Servers.  The only folder that knows libmicrohttpd, and GnuTLS, which it speaks TLS with.
noinst_LTLIBRARIES += libserve.la
libserve_la_SOURCES = \
	%D%/archivista.c %D%/archivista.h \
	%D%/archivista_document.c \
	%D%/archivista_page.c \
	%D%/archivista_schema.c %D%/archivista_schema.h \
	%D%/archivista_select.c %D%/archivista_select.h \
	%D%/archivista_where.c \
	%D%/credential.c %D%/credential.h \
	%D%/graphql.c %D%/graphql.h \
	%D%/graphql_token.c %D%/graphql_token.h \
	%D%/graphql_values.c %D%/graphql_values.h \
	%D%/target.c %D%/target.h \
	%D%/tokens.c %D%/tokens.h \
	%D%/tokens_file.c
libserve_la_CFLAGS = $(AM_CFLAGS) $(MICROHTTPD_CFLAGS) $(GNUTLS_CFLAGS)
libserve_la_LIBADD = $(MICROHTTPD_LIBS) $(GNUTLS_LIBS)
