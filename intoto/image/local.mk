# SPDX-License-Identifier: Apache-2.0
# Images: where they are, what hangs on them, who signed them.
noinst_LTLIBRARIES += libimage.la
libimage_la_SOURCES = \
	%D%/attached.h \
	%D%/attached_append.c \
	%D%/attached_find.c \
	%D%/attached_tag.c \
	%D%/attached_write.c \
	%D%/clean.c %D%/clean.h \
	%D%/contention.c %D%/contention.h \
	%D%/copy.c %D%/copy.h \
	%D%/copy_blobs.c %D%/copy_blobs.h \
	%D%/copy_cosign.c %D%/copy_cosign.h \
	%D%/copy_tags.c %D%/copy_tags.h \
	%D%/place.c %D%/place.h \
	%D%/place_archive.c %D%/place_archive.h \
	%D%/place_docker.c \
	%D%/place_layout.c %D%/place_layout.h \
	%D%/place_layout_index.c \
	%D%/place_layout_scan.c \
	%D%/place_registry.c \
	%D%/sign.c %D%/sign.h \
	%D%/sign_content.c %D%/sign_content.h \
	%D%/sign_gate.c \
	%D%/sign_hand.c \
	%D%/sign_plan.c %D%/sign_plan.h \
	%D%/sign_present.c \
	%D%/tree.c %D%/tree.h \
	%D%/tree_details.c \
	%D%/tree_text.c \
	%D%/verify.c %D%/verify.h \
	%D%/verify_bundle.c \
	%D%/verify_key.c \
	%D%/verify_look.c %D%/verify_look.h \
	%D%/verify_note.c \
	%D%/verify_part.h \
	%D%/verify_report.c \
	%D%/verify_simple.c \
	%D%/verify_statement.c \
	%D%/verify_vsa.c

UNIT_TESTS += tests/unit/image_verify_key
tests_unit_image_verify_key_LDADD = libimage.la $(LDADD)
