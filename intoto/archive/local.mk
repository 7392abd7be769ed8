# SPDX-License-Identifier: Apache-2.0
# Archives of evidence: one file that proves a release.
noinst_LTLIBRARIES += libarchives.la
libarchives_la_SOURCES = \
	%D%/archive.h \
	%D%/bundle.c %D%/bundle.h \
	%D%/check.c %D%/check.h \
	%D%/check_chain.c \
	%D%/check_later.c \
	%D%/check_part.h \
	%D%/check_verdict.c \
	%D%/claims.c \
	%D%/collect.c %D%/collect.h \
	%D%/collect_made.c \
	%D%/collect_part.h \
	%D%/collect_raw.c \
	%D%/collect_report.c \
	%D%/collision.c \
	%D%/diff.c %D%/diff.h \
	%D%/diff_evidence.c \
	%D%/diff_part.h \
	%D%/diff_read.c \
	%D%/diff_words.c \
	%D%/extract.c \
	%D%/keep.c %D%/keep.h \
	%D%/later.c %D%/later.h \
	%D%/listing.c \
	%D%/manifest.c %D%/manifest.h \
	%D%/manifest_read.c \
	%D%/manifest_write.c \
	%D%/pack.c \
	%D%/parameters.c %D%/parameters.h \
	%D%/read.c \
	%D%/redact.c \
	%D%/renew.c %D%/renew.h \
	%D%/rewrite.c %D%/rewrite.h

UNIT_TESTS += tests/unit/archive_later tests/unit/archive_pack
tests_unit_archive_later_LDADD = libarchives.la libtar.la $(LDADD)
tests_unit_archive_pack_LDADD = libarchives.la libtar.la $(LDADD)
