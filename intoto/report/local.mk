# SPDX-License-Identifier: Apache-2.0
# What an auditor reads: reports over archives, and the pages of the dashboard.
noinst_LTLIBRARIES += libreport.la
libreport_la_SOURCES = \
	%D%/audit.c %D%/audit.h \
	%D%/audit_evidence.c \
	%D%/audit_gaps.c \
	%D%/audit_join.c \
	%D%/audit_later.c \
	%D%/audit_rows.c \
	%D%/audit_take.c \
	%D%/controls.c %D%/controls.h \
	%D%/controls_tables.c \
	%D%/document.c %D%/document.h \
	%D%/document_archive.c \
	%D%/document_chain.c \
	%D%/document_csv.c \
	%D%/document_evidence.c \
	%D%/document_json.c \
	%D%/html.c %D%/html.h \
	%D%/pages.c %D%/pages.h %D%/pages_part.h \
	%D%/pages_entry.c \
	%D%/pages_expiring.c \
	%D%/pages_home.c \
	%D%/pages_search.c \
	%D%/picture.c %D%/picture.h \
	%D%/style.c

UNIT_TESTS += tests/unit/report_html tests/unit/report_pages
tests_unit_report_html_LDADD = libreport.la libarchives.la libtar.la $(LDADD)
# It is its own store.
tests_unit_report_pages_LDADD = libreport.la libarchives.la libtar.la $(LDADD)
