# SPDX-License-Identifier: Apache-2.0
# The repository that a step runs in.  libgit2 reads objects, index and work tree; libcrypto the
# signatures of ssh keys; the core (as one archive: no library of ours to find) those of OpenPGP keys.
attestors_PROGRAMS += %D%/git
%C%_git_SOURCES = %D%/git.c \
	%D%/facts.c %D%/facts.h \
	%D%/library.c \
	%D%/object.c %D%/object.h \
	%D%/program_reader.c \
	%D%/reader.h \
	%D%/signature.c %D%/signature.h \
	%D%/ssh.c %D%/ssh.h
%C%_git_CFLAGS = $(AM_CFLAGS) $(GIT2_CFLAGS)
%C%_git_LDADD = libattestorsource.la $(ATTESTOR_KIT) libcore.la $(GIT2_LIBS) $(CRYPTO_LIBS)

TESTS += tests/attestors/git.t
EXTRA_DIST += tests/attestors/git.t
