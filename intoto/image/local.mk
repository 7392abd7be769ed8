# SPDX-License-Identifier: Apache-2.0
# Images: where they are, what hangs on them, who signed them.
noinst_LTLIBRARIES += libimage.la
libimage_la_SOURCES = \
	%D%/attached.h \
	%D%/attached_tag.c \
	%D%/place.h \
	%D%/sign.h \
	%D%/verify.h
libimage_la_LIBADD = libnet.la libcore.la
