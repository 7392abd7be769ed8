# SPDX-License-Identifier: Apache-2.0
# Images: where they are, what hangs on them, who signed them.
noinst_LTLIBRARIES += libimage.la
libimage_la_SOURCES = \
	%D%/attached.h \
	%D%/attached_append.c \
	%D%/attached_tag.c \
	%D%/attached_write.c \
	%D%/place.h \
	%D%/sign.c %D%/sign.h \
	%D%/sign_content.c %D%/sign_content.h \
	%D%/sign_gate.c \
	%D%/sign_hand.c \
	%D%/sign_plan.c %D%/sign_plan.h \
	%D%/sign_present.c \
	%D%/verify.h
libimage_la_LIBADD = libnet.la libcore.la
