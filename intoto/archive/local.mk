# SPDX-License-Identifier: Apache-2.0
# Archives of evidence: one file that proves a release.
noinst_LTLIBRARIES += libarchives.la
libarchives_la_SOURCES = \
	%D%/archive.h \
	%D%/check.h \
	%D%/manifest.h
