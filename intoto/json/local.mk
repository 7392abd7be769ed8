# SPDX-License-Identifier: Apache-2.0
# Documents: the only user of jansson.
CORE_SOURCES += \
	%D%/build.c \
	%D%/field.c %D%/field.h \
	%D%/json.c %D%/json.h \
	%D%/place.c %D%/place.h \
	%D%/plain.c %D%/plain.h \
	%D%/pull.c %D%/pull.h \
	%D%/scan.c %D%/scan.h \
	%D%/tree.h \
	%D%/where.c %D%/where.h \
	%D%/writer.c %D%/writer.h

UNIT_TESTS += \
	tests/unit/json_field \
	tests/unit/json_parse \
	tests/unit/json_pull \
	tests/unit/json_writer
EXTRA_DIST += tests/unit/json_expect.h
