# SPDX-License-Identifier: Apache-2.0
# The system that a step ran on.
attestors_PROGRAMS += %D%/host
%C%_host_SOURCES = %D%/host.c %D%/packages.c %D%/packages.h
%C%_host_LDADD = $(ATTESTOR_KIT)

UNIT_TESTS += tests/unit/attestor_packages
tests_unit_attestor_packages_SOURCES = tests/unit/attestor_packages.c %D%/packages.c
tests_unit_attestor_packages_LDADD = $(ATTESTOR_KIT) $(LDADD)

TESTS += tests/attestors/system.t
EXTRA_DIST += tests/attestors/system.t
