# SPDX-License-Identifier: Apache-2.0
# Lock files of package managers.  All but the program is an archive, for the fuzz target.
noinst_LTLIBRARIES += liblocks.la
liblocks_la_SOURCES = \
	%D%/lock.c %D%/lock.h \
	%D%/lock_json.c \
	%D%/lock_node.c \
	%D%/lock_text.c
liblocks_la_LIBADD = $(ATTESTOR_KIT)

attestors_PROGRAMS += %D%/lockfile
%C%_lockfile_SOURCES = %D%/lockfile.c
%C%_lockfile_LDADD = liblocks.la $(ATTESTOR_KIT)

TESTS += tests/attestors/lockfile.t
EXTRA_DIST += tests/attestors/lockfile.t
