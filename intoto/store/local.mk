# SPDX-License-Identifier: Apache-2.0
# Keeping.  Tar files, which are read without trust: the only files that know libarchive, and an
# archive of its own, so that only programs that need it map the library.
noinst_LTLIBRARIES += libtar.la
libtar_la_SOURCES = \
	%D%/tar.c %D%/tar.h \
	%D%/tar_reader.c \
	%D%/tar_walk.c %D%/tar_walk.h \
	%D%/zstd_frame.c %D%/zstd_frame.h \
	%D%/tar_stream.h \
	%D%/tar_writer.c
libtar_la_CFLAGS = $(AM_CFLAGS) $(ARCHIVE_CFLAGS)
libtar_la_LIBADD = $(ARCHIVE_LIBS)

# What documents say, for the index of a store and to compare archives: needs no database.
noinst_LTLIBRARIES += libfacts.la
libfacts_la_SOURCES = \
	%D%/facts.c %D%/facts.h \
	%D%/facts_bundle.c \
	%D%/facts_envelope.c \
	%D%/facts_part.h \
	%D%/facts_predicate.c

# The store of evidence: an index in SQL, objects by digest, and a log that only grows.
noinst_LTLIBRARIES += libstore.la
libstore_la_SOURCES = \
	%D%/entry.c %D%/entry.h \
	%D%/fsck.c %D%/fsck.h \
	%D%/fsck_archive.c \
	%D%/fsck_facts.c \
	%D%/fsck_holds.c \
	%D%/fsck_log.c \
	%D%/fsck_objects.c \
	%D%/fsck_part.h \
	%D%/fsck_retention.c \
	%D%/fsck_tree.c \
	%D%/gc.c %D%/gc.h \
	%D%/leaf.c %D%/leaf.h \
	%D%/log.c %D%/log.h \
	%D%/log_proof.c %D%/log_tree.c %D%/log_tree.h \
	%D%/objects.c %D%/objects.h \
	%D%/objects_crew.c %D%/objects_crew.h \
	%D%/objects_folder.c \
	%D%/objects_oci.c \
	%D%/objects_s3.c \
	%D%/put_again.c %D%/put_again.h \
	%D%/put_batch.h \
	%D%/put_row.c %D%/put_row.h \
	%D%/query.c %D%/query.h \
	%D%/query_affected.c \
	%D%/release.c %D%/release.h \
	%D%/retention.c %D%/retention.h \
	%D%/retention_log.c %D%/retention_log.h \
	%D%/schema.c %D%/schema.h \
	%D%/sql.c %D%/sql.h \
	%D%/sql_postgres.c %D%/sql_postgres.h \
	%D%/sql_postgres_session.c \
	%D%/sql_sqlite.c \
	%D%/sql_url.c %D%/sql_url.h \
	%D%/stats.c %D%/stats.h \
	%D%/store.c %D%/store.h \
	%D%/store_get.c \
	%D%/store_put.c \
	%D%/sweep.c %D%/sweep.h \
	%D%/transfer.h %D%/transfer_part.h \
	%D%/transfer_export.c \
	%D%/transfer_folder.c \
	%D%/transfer_import.c \
	%D%/transfer_line.c \
	%D%/transfer_list.c \
	%D%/transfer_log.c \
	%D%/transfer_open.c
libstore_la_CFLAGS = $(AM_CFLAGS) $(SQLITE_CFLAGS) $(PQ_CFLAGS)
libstore_la_LIBADD = $(SQLITE_LIBS) $(PQ_LIBS)

UNIT_TESTS += tests/unit/store_log
tests_unit_store_log_LDADD = libstore.la libfacts.la libs3.la libnet.la $(LDADD)
