# SPDX-License-Identifier: Apache-2.0
# Software bills of materials.  expat reads CycloneDX in XML: it is small, and can refuse a DTD
# before anything in it means something.
attestors_PROGRAMS += %D%/sbom
%C%_sbom_SOURCES = %D%/sbom.c \
	%D%/document.c %D%/document.h \
	%D%/format.c %D%/format.h \
	%D%/rules.c \
	%D%/tag_lines.c %D%/tag_lines.h \
	%D%/tag_value.c %D%/tag_value.h \
	%D%/xml.c %D%/xml.h \
	%D%/xml_tree.c %D%/xml_tree.h \
	%D%/xml_types.c %D%/xml_types.h
%C%_sbom_LDADD = $(ATTESTOR_KIT) $(EXPAT_LIBS)
