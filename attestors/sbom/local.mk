# SPDX-License-Identifier: Apache-2.0
# Software bills of materials.  All but the program is an archive, for the fuzz targets.  expat reads
# CycloneDX in XML: it is small, and can refuse a DTD before anything in it means something.
noinst_LTLIBRARIES += libsboms.la
libsboms_la_SOURCES = \
	%D%/document.c %D%/document.h \
	%D%/format.c %D%/format.h \
	%D%/rules.c \
	%D%/tag_lines.c %D%/tag_lines.h \
	%D%/tag_value.c %D%/tag_value.h \
	%D%/xml.c %D%/xml.h \
	%D%/xml_tree.c %D%/xml_tree.h \
	%D%/xml_types.c %D%/xml_types.h
libsboms_la_CPPFLAGS = $(AM_CPPFLAGS) $(EXPAT_CFLAGS)
libsboms_la_LIBADD = $(ATTESTOR_KIT) $(EXPAT_LIBS)

attestors_PROGRAMS += %D%/sbom
%C%_sbom_SOURCES = %D%/sbom.c
%C%_sbom_LDADD = libsboms.la $(ATTESTOR_KIT)

TESTS += tests/attestors/sbom.t tests/attestors/sbom_gates.t
EXTRA_DIST += tests/attestors/sbom.t tests/attestors/sbom_gates.t tests/attestors/report.sh tests/attestors/samples
