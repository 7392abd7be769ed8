# SPDX-License-Identifier: Apache-2.0
# Commands between two snapshots.
CORE_SOURCES += \
	%D%/command.c %D%/command.h \
	%D%/foreground.c %D%/foreground.h \
	%D%/signals.c %D%/signals.h \
	%D%/stream.c %D%/stream.h \
	%D%/stream_text.c

UNIT_TESTS += tests/unit/run_command
