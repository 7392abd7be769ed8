# SPDX-License-Identifier: Apache-2.0
# The tools that a step ran.
attestors_PROGRAMS += %D%/compiler
%C%_compiler_SOURCES = %D%/compiler.c %D%/tools.c %D%/tools.h %D%/trace.c
%C%_compiler_LDADD = $(ATTESTOR_KIT)
