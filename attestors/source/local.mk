# SPDX-License-Identifier: Apache-2.0
# What the attestors git, ci and slsa share: where a repository is, which CI system runs.
noinst_LTLIBRARIES += libattestorsource.la
libattestorsource_la_SOURCES = \
	%D%/config.c %D%/config.h \
	%D%/head.c \
	%D%/place.c %D%/place.h \
	%D%/program.c %D%/program.h \
	%D%/provider.c %D%/provider.h \
	%D%/providers.c \
	%D%/text.c %D%/text.h
