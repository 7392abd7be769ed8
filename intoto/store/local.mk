# SPDX-License-Identifier: Apache-2.0
# Keeping: folders and files that hold many objects.  The only folder that knows libarchive; an
# archive of its own, so that only programs that need it map the library.
noinst_LTLIBRARIES += libstore.la
libstore_la_SOURCES = \
	%D%/tar.c %D%/tar.h
libstore_la_CFLAGS = $(AM_CFLAGS) $(ARCHIVE_CFLAGS)
libstore_la_LIBADD = $(ARCHIVE_LIBS)
