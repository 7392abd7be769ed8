# SPDX-License-Identifier: Apache-2.0
# Documents: the only user of jansson.
CORE_SOURCES += \
	%D%/build.c \
	%D%/content.c %D%/content.h \
	%D%/field.c %D%/field.h \
	%D%/json.c %D%/json.h \
	%D%/place.c %D%/place.h \
	%D%/plain.c %D%/plain.h \
	%D%/pull.c %D%/pull.h \
	%D%/recanon.c %D%/recanon.h \
	%D%/scan.c %D%/scan.h \
	%D%/tree.h \
	%D%/where.c %D%/where.h \
	%D%/writer.c %D%/writer.h

# Linked into a helper program only (intoto/cmd/local.mk): the core maps no YAML library.
noinst_LTLIBRARIES += libyamlreader.la
libyamlreader_la_SOURCES = %D%/yaml.c %D%/yaml.h
libyamlreader_la_CFLAGS = $(AM_CFLAGS) $(YAML_CFLAGS)
libyamlreader_la_LIBADD = $(YAML_LIBS)

UNIT_TESTS += \
	tests/unit/json_field \
	tests/unit/json_parse \
	tests/unit/json_pull \
	tests/unit/json_recanon \
	tests/unit/json_writer \
	tests/unit/json_yaml
tests_unit_json_yaml_LDADD = libyamlreader.la $(LDADD)
EXTRA_DIST += tests/unit/json_expect.h
