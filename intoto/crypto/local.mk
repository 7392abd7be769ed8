# SPDX-License-Identifier: Apache-2.0
CORE_SOURCES += \
	%D%/certificate.c %D%/certificate.h %D%/certificate_part.h \
	%D%/certificate_chain.c \
	%D%/certificate_names.c \
	%D%/der.c %D%/der.h \
	%D%/digest.c %D%/digest.h \
	%D%/digest_aside.c %D%/digest_aside.h \
	%D%/ec_spki.c %D%/ec_spki.h \
	%D%/ecdsa.c \
	%D%/ed25519.c %D%/ed25519.h \
	%D%/ed25519_long.c %D%/ed25519_long.h \
	%D%/ed25519_prehashed.c \
	%D%/ed25519_stream.c %D%/ed25519_stream.h \
	%D%/evp.c %D%/evp.h \
	%D%/evp_key.c %D%/evp_key.h \
	%D%/fingerprint.c %D%/fingerprint.h \
	%D%/gpg.c %D%/gpg.h \
	%D%/gpg_signer.c %D%/gpg_signer.h \
	%D%/hmac.c %D%/hmac.h \
	%D%/key.c %D%/key.h \
	%D%/key_pem.c %D%/key_pem.h \
	%D%/key_texts.c \
	%D%/keyid.c \
	%D%/legacy_lock.c %D%/legacy_lock.h \
	%D%/merkle.c %D%/merkle.h \
	%D%/openpgp.c %D%/openpgp.h \
	%D%/openpgp_armor.c \
	%D%/openpgp_certificate.c \
	%D%/openpgp_detached.c \
	%D%/openpgp_numbers.c %D%/openpgp_numbers.h \
	%D%/openpgp_packet.c %D%/openpgp_packet.h \
	%D%/openpgp_part.c %D%/openpgp_part.h \
	%D%/openpgp_ring.c %D%/openpgp_ring.h \
	%D%/openpgp_signature.c %D%/openpgp_signature.h \
	%D%/pbe.c %D%/pbe.h \
	%D%/pbe_cost.c %D%/pbe_cost.h \
	%D%/pem.c %D%/pem.h \
	%D%/rsa.c %D%/rsa.h \
	%D%/rsa_pkcs1.c \
	%D%/rsa_pss.c \
	%D%/scheme.c %D%/scheme.h \
	%D%/secretbox.c \
	%D%/sha256_pair.c %D%/sha256_pair.h \
	%D%/sha256_shani.c \
	%D%/signer.c %D%/signer.h \
	%D%/unlock.c %D%/unlock.h \
	%D%/timestamp.c %D%/timestamp.h

UNIT_TESTS += \
	tests/unit/crypto_certificate \
	tests/unit/crypto_digest \
	tests/unit/crypto_digest_aside \
	tests/unit/crypto_ec_spki \
	tests/unit/crypto_ed25519 \
	tests/unit/crypto_fingerprint \
	tests/unit/crypto_forms \
	tests/unit/crypto_keyid \
	tests/unit/crypto_merkle \
	tests/unit/crypto_openpgp \
	tests/unit/crypto_openpgp_armor \
	tests/unit/crypto_openpgp_use \
	tests/unit/crypto_passphrase \
	tests/unit/crypto_pem \
	tests/unit/crypto_schemes \
	tests/unit/crypto_sha256_pair \
	tests/unit/crypto_signer \
	tests/unit/crypto_start \
	tests/unit/crypto_timestamp

EXTRA_DIST += tests/unit/openpgp_cases.h tests/unit/openpgp_maker.h tests/unit/timestamps.h tests/unit/certificates.h tests/unit/crypto_keys.h tests/unit/crypto_pem.h
