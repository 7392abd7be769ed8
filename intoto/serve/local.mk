# SPDX-License-Identifier: Apache-2.0
# Servers.  The only folder that knows libmicrohttpd, and GnuTLS, which it speaks TLS with.
noinst_LTLIBRARIES += libserve.la
libserve_la_SOURCES = \
	%D%/answer_download.c %D%/answers.h \
	%D%/answer_log.c \
	%D%/answer_page.c \
	%D%/answer_query.c \
	%D%/answer_search.c \
	%D%/archivista.c %D%/archivista.h \
	%D%/archivista_document.c \
	%D%/archivista_page.c \
	%D%/archivista_schema.c %D%/archivista_schema.h \
	%D%/archivista_select.c %D%/archivista_select.h \
	%D%/archivista_where.c \
	%D%/audit.c %D%/audit.h \
	%D%/commits.c %D%/commits.h \
	%D%/credential.c %D%/credential.h \
	%D%/exchange.c %D%/exchange.h \
	%D%/graphql.c %D%/graphql.h \
	%D%/graphql_token.c %D%/graphql_token.h \
	%D%/graphql_values.c %D%/graphql_values.h \
	%D%/guard.c %D%/guard.h \
	%D%/routes.c %D%/routes.h \
	%D%/server.c %D%/server.h %D%/server_part.h \
	%D%/server_answer.c %D%/server_answer.h \
	%D%/server_client.c \
	%D%/server_listen.c \
	%D%/server_request.c \
	%D%/target.c %D%/target.h \
	%D%/tokens.c %D%/tokens.h \
	%D%/tokens_file.c \
	%D%/upload.c %D%/upload.h \
	%D%/upload_check.c \
	%D%/workers.c %D%/workers.h
libserve_la_CFLAGS = $(AM_CFLAGS) $(MICROHTTPD_CFLAGS) $(GNUTLS_CFLAGS)
libserve_la_LIBADD = $(MICROHTTPD_LIBS) $(GNUTLS_LIBS)

UNIT_TESTS += tests/unit/serve_archivista tests/unit/serve_target tests/unit/serve_tokens
tests_unit_serve_archivista_LDADD = libserve.la $(LDADD)
tests_unit_serve_target_LDADD = libserve.la $(LDADD)
tests_unit_serve_tokens_LDADD = libserve.la $(LDADD)
