# SPDX-License-Identifier: Apache-2.0
# Evidence producers, one folder each; a new one is its folder and one line here.  In its local.mk:
#
#	attestors_PROGRAMS += %D%/NAME
#	%C%_NAME_SOURCES = %D%/NAME.c
#	%C%_NAME_LDADD = $(ATTESTOR_KIT)
#
# (attestors/NAME/NAME in the build, $(pkglibexecdir)/attestors/NAME when installed.)
attestorsdir = $(pkglibexecdir)/attestors
attestors_PROGRAMS =
ATTESTOR_KIT = libattestorkit.la

include %D%/kit/local.mk
include %D%/ci/local.mk
include %D%/compiler/local.mk
include %D%/environment/local.mk
include %D%/git/local.mk
include %D%/host/local.mk
include %D%/lockfile/local.mk
include %D%/sbom/local.mk
include %D%/scan/local.mk
include %D%/secrets/local.mk
include %D%/source/local.mk
include %D%/tests/local.mk
include %D%/vex/local.mk
include %D%/slsa/local.mk
