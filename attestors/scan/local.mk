# SPDX-License-Identifier: Apache-2.0
# Reports of vulnerability scanners.  A format is one file and a word in detect.c.
noinst_LTLIBRARIES += libscan.la
libscan_la_SOURCES = \
	%D%/clair.c \
	%D%/cvss.c %D%/cvss.h \
	%D%/cvss4.c \
	%D%/cyclonedx.c \
	%D%/detect.c \
	%D%/finding.c %D%/finding.h \
	%D%/grype.c \
	%D%/npm.c \
	%D%/osv.c \
	%D%/sarif.c %D%/sarif.h \
	%D%/sarif_rules.c \
	%D%/scan.c %D%/scan.h \
	%D%/trivy.c

attestors_PROGRAMS += %D%/scan
%C%_scan_SOURCES = %D%/main.c
%C%_scan_LDADD = libscan.la $(ATTESTOR_KIT)

TESTS += tests/attestors/scan.t
EXTRA_DIST += tests/attestors/scan.t tests/lib/attestor.sh

UNIT_TESTS += tests/unit/attestor_cvss
tests_unit_attestor_cvss_LDADD = libscan.la libattestorkit.la $(LDADD)
EXTRA_DIST += tests/bench/report.sh
