# SPDX-License-Identifier: Apache-2.0
# The CI system, and OIDC tokens (libcrypto).  ci-fetch, which alone knows libcurl, is started only
# when the user granted the network.
attestors_PROGRAMS += %D%/ci
%C%_ci_SOURCES = %D%/ci.c \
	%D%/claims.c %D%/claims.h \
	%D%/jwk.c %D%/jwk.h \
	%D%/jwt.c %D%/jwt.h \
	%D%/token.c %D%/token.h
%C%_ci_LDADD = libattestorsource.la $(ATTESTOR_KIT) $(CRYPTO_LIBS)

pkglibexec_PROGRAMS += %D%/ci-fetch
%C%_ci_fetch_SOURCES = %D%/fetch.c
%C%_ci_fetch_CFLAGS = $(AM_CFLAGS) $(CURL_CFLAGS)
%C%_ci_fetch_LDADD = libattestorsource.la $(ATTESTOR_KIT) $(CURL_LIBS)

TESTS += tests/attestors/ci.t
EXTRA_DIST += tests/attestors/ci.t tests/attestors/ask.sh tests/attestors/tokens.py
