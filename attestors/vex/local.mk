# SPDX-License-Identifier: Apache-2.0
# VEX documents.  A format is one file and a word in vex.c.
noinst_LTLIBRARIES += libvex.la
libvex_la_SOURCES = \
	%D%/csaf.c \
	%D%/csaf_tree.c \
	%D%/cyclonedx.c \
	%D%/openvex.c \
	%D%/value.c \
	%D%/vex.c %D%/vex.h

attestors_PROGRAMS += %D%/vex
%C%_vex_SOURCES = %D%/main.c
%C%_vex_LDADD = libvex.la $(ATTESTOR_KIT)

TESTS += tests/attestors/vex.t
EXTRA_DIST += tests/attestors/vex.t
