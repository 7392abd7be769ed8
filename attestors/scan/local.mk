# SPDX-License-Identifier: Apache-2.0
# Reports of vulnerability scanners.
attestors_PROGRAMS += %D%/scan
%C%_scan_SOURCES = %D%/scan.c
%C%_scan_LDADD = $(ATTESTOR_KIT)
