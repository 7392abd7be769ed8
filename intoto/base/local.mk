# SPDX-License-Identifier: Apache-2.0
# Memory, text, files, time, errors: libc only.
CORE_SOURCES += \
	%D%/architecture.h \
	%D%/ask.c %D%/ask.h \
	%D%/attr.h \
	%D%/base64_sink.c %D%/base64_sink.h \
	%D%/buf.c %D%/buf.h \
	%D%/call_skip.c %D%/call_skip.h \
	%D%/clock.c %D%/clock.h \
	%D%/draft.c %D%/draft.h \
	%D%/error.c %D%/error.h \
	%D%/file.c %D%/file.h \
	%D%/libexec.h \
	%D%/path.c %D%/path.h \
	%D%/proc.c %D%/proc.h \
	%D%/proc_fork.c %D%/proc_fork.h \
	%D%/random.c %D%/random.h \
	%D%/regular.c %D%/regular.h \
	%D%/relay.c %D%/relay.h \
	%D%/sandbox.c %D%/sandbox.h \
	%D%/sandbox_child.c %D%/sandbox_child.h \
	%D%/sandbox_denied.c \
	%D%/sandbox_fuse.c %D%/sandbox_fuse.h \
	%D%/sandbox_landlock.c \
	%D%/sandbox_namespaces.c \
	%D%/sandbox_reaper.c \
	%D%/sandbox_seccomp.c \
	%D%/sandbox_system.c \
	%D%/sandbox_tree.c \
	%D%/sink.c %D%/sink.h \
	%D%/strings.c %D%/strings.h \
	%D%/text.c %D%/text.h \
	%D%/version.c

UNIT_TESTS += \
	tests/unit/base_ask \
	tests/unit/base_buf \
	tests/unit/base_clock \
	tests/unit/base_error \
	tests/unit/base_file \
	tests/unit/base_path \
	tests/unit/base_proc \
	tests/unit/base_regular \
	tests/unit/base_relay \
	tests/unit/base_sandbox \
	tests/unit/base_sink \
	tests/unit/base_strings \
	tests/unit/base_text

# Alone, since it alone is another one for another prefix: what one build compiled serves the next.
noinst_LTLIBRARIES += liblibexec.la
liblibexec_la_SOURCES = %D%/libexec.c
liblibexec_la_CPPFLAGS = $(AM_CPPFLAGS) -DLIBEXECDIR='"$(libexecdir)"'
