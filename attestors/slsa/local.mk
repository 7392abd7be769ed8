# SPDX-License-Identifier: Apache-2.0
# SLSA provenance v1 of a step.
attestors_PROGRAMS += %D%/slsa
%C%_slsa_SOURCES = %D%/slsa.c
%C%_slsa_LDADD = libattestorsource.la $(ATTESTOR_KIT)

TESTS += tests/attestors/slsa.t tests/attestors/source_chain.t
EXTRA_DIST += tests/attestors/slsa.t tests/attestors/source_chain.t
