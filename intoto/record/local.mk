# SPDX-License-Identifier: Apache-2.0
# What is there: files found, hashed and named.
CORE_SOURCES += \
	%D%/backlog.c %D%/backlog.h \
	%D%/batch.c %D%/batch.h \
	%D%/gather.c %D%/gather.h \
	%D%/hash.c %D%/hash.h \
	%D%/ignore.c %D%/ignore.h \
	%D%/moment.c %D%/moment.h \
	%D%/name.c %D%/name.h \
	%D%/pair.c %D%/pair.h \
	%D%/pool.c %D%/pool.h \
	%D%/resolver.c %D%/resolver.h \
	%D%/resolver_dir.c \
	%D%/resolver_git.c \
	%D%/resolver_image.c \
	%D%/resolver_ostree.c \
	%D%/reuse.c %D%/reuse.h %D%/reuse_part.h \
	%D%/reuse_cache.c \
	%D%/reuse_clock.c \
	%D%/reuse_save.c \
	%D%/reuse_system.c \
	%D%/reuse_table.c \
	%D%/snapshot.c %D%/snapshot.h \
	%D%/walk.c %D%/walk.h \
	%D%/wildcard.c %D%/wildcard.h \
	%D%/worker.c %D%/worker.h

UNIT_TESTS += \
	tests/unit/record_hash \
	tests/unit/record_ignore \
	tests/unit/record_name \
	tests/unit/record_pair \
	tests/unit/record_pool \
	tests/unit/record_resolver \
	tests/unit/record_reuse \
	tests/unit/record_snapshot
EXTRA_DIST += tests/unit/workspace.h
