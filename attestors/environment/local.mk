# SPDX-License-Identifier: Apache-2.0
# Variables of the environment.
attestors_PROGRAMS += %D%/environment
%C%_environment_SOURCES = %D%/environment.c
%C%_environment_LDADD = $(ATTESTOR_KIT)
