# SPDX-License-Identifier: Apache-2.0
# Credentials in products and output.  libcrypto, which the core has, makes the salted digests.
noinst_LTLIBRARIES += libsecrets.la
libsecrets_la_SOURCES = %D%/rules.c %D%/rules.h

attestors_PROGRAMS += %D%/secrets
%C%_secrets_SOURCES = %D%/secrets.c
%C%_secrets_LDADD = libsecrets.la $(ATTESTOR_KIT) $(CRYPTO_LIBS)

TESTS += tests/attestors/secrets.t
EXTRA_DIST += tests/attestors/secrets.t
