# SPDX-License-Identifier: Apache-2.0
# Clients of services on the network: an archive of its own, so that only programs that may use the
# network map libcurl.
noinst_LTLIBRARIES += libnet.la
libnet_la_SOURCES = \
	%D%/http.c %D%/http.h \
	%D%/http_part.h \
	%D%/http_redirect.c \
	%D%/http_transfer.c \
	%D%/http_wait.c \
	%D%/oci/access.h \
	%D%/oci/authorization.c \
	%D%/oci/challenge.c \
	%D%/oci/credentials.c \
	%D%/oci/fallback_tag.c \
	%D%/oci/registry.h \
	%D%/oci/registry_part.h \
	%D%/oci/registry.c \
	%D%/oci/registry_authorize.c \
	%D%/oci/registry_blob.c \
	%D%/oci/registry_call.c \
	%D%/oci/registry_chunks.c \
	%D%/oci/registry_digest.c \
	%D%/oci/registry_fallback.c \
	%D%/oci/registry_fallback_print.c \
	%D%/oci/registry_manifest.c \
	%D%/oci/registry_patience.c \
	%D%/oci/registry_referrer_put.c \
	%D%/oci/registry_referrers.c \
	%D%/oci/registry_refused.c \
	%D%/oci/registry_tags.c \
	%D%/oci/registry_upload.c \
	%D%/oci/registry_url.c \
	%D%/oci/registry_whole.c
libnet_la_CFLAGS = $(AM_CFLAGS) $(CURL_CFLAGS)
libnet_la_LIBADD = $(CURL_LIBS)

# Object stores: an archive of its own, since it reads XML, and images have nothing to do with it.
noinst_LTLIBRARIES += libs3.la
libs3_la_SOURCES = \
	%D%/s3/credentials.c %D%/s3/credentials.h \
	%D%/s3/listing.c %D%/s3/listing.h \
	%D%/s3/s3.c %D%/s3/s3.h \
	%D%/s3/sign.c %D%/s3/sign.h
libs3_la_CFLAGS = $(AM_CFLAGS) $(EXPAT_CFLAGS)
libs3_la_LIBADD = $(EXPAT_LIBS)

UNIT_TESTS += tests/unit/net_s3
tests_unit_net_s3_LDADD = libs3.la libnet.la $(LDADD)
UNIT_TESTS += tests/unit/net_access tests/unit/net_registry
tests_unit_net_registry_LDADD = libnet.la $(LDADD)
tests_unit_net_access_LDADD = libnet.la $(LDADD)
