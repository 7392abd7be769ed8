/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes signed attestations, a line each: DSSE envelopes around in-toto statements, with an
 * Ed25519 signature that is good by the key of the seed 0…0.
 *
 * usage: statements FROM COUNT SUBJECTS
 *
 * Number i is always the same line, whatever the range.  Each subject has a name among a million
 * and a SHA-256 that no other one has: of "subject I K", for which a search can ask.
 * Without a count, prints the digests of that line's subjects: statements FROM 0 SUBJECTS.
 */
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX = 1024 * 1024, NAMES = 1000 * 1000, STEPS = 50, PRODUCTS = 1000 };

struct maker {
	unsigned char public[crypto_sign_PUBLICKEYBYTES];
	unsigned char secret[crypto_sign_SECRETKEYBYTES];
	char keyid[2 * crypto_hash_sha256_BYTES + 1];
	char payload[TEXT_MAX], signed_bytes[TEXT_MAX + 128], base64[2 * TEXT_MAX];
};

static const char type[] = "application/vnd.in-toto+json";

static void die(const char *what)
{
	(void)fprintf(stderr, "statements: %s\n", what);
	exit(1);
}

static void digest_of(char hex[2 * crypto_hash_sha256_BYTES + 1], uint64_t number, unsigned subject)
{
	unsigned char bytes[crypto_hash_sha256_BYTES];
	char text[64];
	int len = snprintf(text, sizeof text, "subject %" PRIu64 " %u", number, subject);

	(void)crypto_hash_sha256(bytes, (const unsigned char *)text, (size_t)len);
	(void)sodium_bin2hex(hex, 2 * sizeof bytes + 1, bytes, sizeof bytes);
}

/* As far from each other as in a build: neighbours have no common beginning but the folder. */
static unsigned name_of(uint64_t number, unsigned subject)
{
	uint64_t mixed = (number * 64 + subject + 1) * UINT64_C(0x9E3779B97F4A7C15);

	return (unsigned)((mixed >> 32) % NAMES);
}

static size_t write_payload(struct maker *maker, uint64_t number, unsigned subjects)
{
	char *out = maker->payload;
	size_t room = sizeof maker->payload;
	char hex[2 * crypto_hash_sha256_BYTES + 1];
	size_t at = (size_t)snprintf(
		out, room, "{\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":[");

	for (unsigned i = 0; i < subjects && at < room; i++) {
		digest_of(hex, number, i);
		at += (size_t)snprintf(
			out + at, room - at,
			"%s{\"name\":\"src/part-%06u.o\",\"digest\":{\"sha256\":\"%s\"}}",
			i ? "," : "", name_of(number, i), hex);
	}
	if (at < room)
		at += (size_t)snprintf(
			out + at, room - at,
			"],\"predicateType\":\"https://in-toto.io/attestation/test-result/v0.1\","
			"\"predicate\":{\"result\":\"PASSED\",\"configuration\":[{\"name\":"
			"\"step-%" PRIu64 "\",\"digest\":{\"sha256\":\"%s\"}}],\"url\":"
			"\"https://ci.example.org/product-%" PRIu64 "/runs/%" PRIu64 "\"}}",
			number % STEPS, hex, number % PRODUCTS, number);
	if (at >= room)
		die("too many subjects");
	return at;
}

static void write_one(struct maker *maker, uint64_t number, unsigned subjects)
{
	size_t len = write_payload(maker, number, subjects);
	unsigned char signature[crypto_sign_BYTES];
	char text[2 * crypto_sign_BYTES];
	int head =
		snprintf(maker->signed_bytes, 128, "DSSEv1 %zu %s %zu ", strlen(type), type, len);

	memcpy(maker->signed_bytes + head, maker->payload, len);
	(void)crypto_sign_detached(signature, NULL, (const unsigned char *)maker->signed_bytes,
				   (size_t)head + len, maker->secret);
	(void)sodium_bin2base64(maker->base64, sizeof maker->base64,
				(const unsigned char *)maker->payload, len,
				sodium_base64_VARIANT_ORIGINAL);
	(void)sodium_bin2base64(text, sizeof text, signature, sizeof signature,
				sodium_base64_VARIANT_ORIGINAL);
	if (printf("{\"payloadType\":\"%s\",\"payload\":\"%s\",\"signatures\":[{\"keyid\":\"%s\","
		   "\"sig\":\"%s\"}]}\n",
		   type, maker->base64, maker->keyid, text) < 0)
		die("cannot write");
}

static struct maker maker;

int main(int argc, char **argv)
{
	static const unsigned char seed[crypto_sign_SEEDBYTES];
	unsigned char id[crypto_hash_sha256_BYTES];
	uint64_t from = argc == 4 ? strtoull(argv[1], NULL, 10) : 0;
	uint64_t count = argc == 4 ? strtoull(argv[2], NULL, 10) : 0;
	unsigned subjects = argc == 4 ? (unsigned)strtoul(argv[3], NULL, 10) : 0;
	char hex[2 * crypto_hash_sha256_BYTES + 1];

	if (argc != 4 || !subjects || sodium_init() < 0)
		die("want FROM COUNT SUBJECTS");
	(void)crypto_sign_seed_keypair(maker.public, maker.secret, seed);
	(void)crypto_hash_sha256(id, maker.public, sizeof maker.public);
	(void)sodium_bin2hex(maker.keyid, sizeof maker.keyid, id, sizeof id);
	for (unsigned i = 0; !count && i < subjects; i++) {
		digest_of(hex, from, i);
		(void)printf("%s\n", hex);
	}
	for (uint64_t i = 0; i < count; i++)
		write_one(&maker, from + i, subjects);
	return fflush(stdout) ? 1 : 0;
}
