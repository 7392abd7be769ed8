/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys for the tests of crypto.  The private ones were made for these tests and sign nothing else;
 * the public ones of in-toto's own test data have keyids that others computed.
 */
#ifndef INTOTO_TESTS_UNIT_CRYPTO_KEYS_H
#define INTOTO_TESTS_UNIT_CRYPTO_KEYS_H

#include "crypto/key.h"

/* clang-format off */
/* Not every test uses every key. */
#pragma GCC diagnostic ignored "-Wunused-const-variable"

static const char ed25519_pem[] =
	"-----BEGIN PRIVATE KEY-----\n"
	"MC4CAQAwBQYDK2VwBCIEIG3ui8wIuGL38TJ10CPhpCNr2C/X+pBNbT0zBbEzYI5v\n"
	"-----END PRIVATE KEY-----\n";

static const char p256_pem[] =
	"-----BEGIN PRIVATE KEY-----\n"
	"MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgSeiKuiU70dzL4j9W\n"
	"axaRDTWaI9BzAucqOKTTrDeUsb+hRANCAAR4J5prILO3d83/6hGZFUWQps7F7Y0q\n"
	"KfPUyS8VnDb4INGCa7chfU4SYIS4lwuW+DnMbRRNEdMAr4ltdFHFVOyl\n"
	"-----END PRIVATE KEY-----\n";

static const char p384_pem[] =
	"-----BEGIN PRIVATE KEY-----\n"
	"MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDAQRB0zTKHGIj/u/6vb\n"
	"+1Rtawb7ga0gBDsHcpF0JHyX57VHvpwH3mjlHn5K/vt7bLGhZANiAAQDN882Vmg2\n"
	"kHzWv56rc1+QsvP9y481lv1WbUD8ZWt5LEss2yoRZt4BY88DK6c5vNqDBTBnCLNt\n"
	"dyl2FHJ9RGxiD20T0uW3q4ui9kLXFjE62E/cEWSFH8MEkOwl7s4Kd5g=\n"
	"-----END PRIVATE KEY-----\n";

static const char p521_pem[] =
	"-----BEGIN PRIVATE KEY-----\n"
	"MIHuAgEAMBAGByqGSM49AgEGBSuBBAAjBIHWMIHTAgEBBEIAsV7AKeMd9+EiQiiG\n"
	"rxjGdt5RuN6d5X82K3HWtyAZSiO9/veFdngMVRcIpBwvLZrrZUl6Xyuq51MbofEY\n"
	"A0mULKWhgYkDgYYABACm3Vm8tG4zI2Ascne2rQH4KMjA8SkIc4mIJ1Azza5Bsr16\n"
	"pnTcffZ9zlMds3WgrIjlnmgoSL8zxyuWXVihrfCV9gDOCFiWPN/eJ4VYainieJf7\n"
	"oTj7JTYvTxco6nh56w8+F8ZdqOEVnnSpqeR6O53op/2mHoGU0UpG4OtELAdwROlB\n"
	"eQ==\n"
	"-----END PRIVATE KEY-----\n";

static const char rsa_pem[] =
	"-----BEGIN PRIVATE KEY-----\n"
	"MIIEuwIBADANBgkqhkiG9w0BAQEFAASCBKUwggShAgEAAoIBAQDHYT6rx6HNhLOU\n"
	"W9FhbhAxpsaL2JWyPwyJHymtDZRhlDwfozZDcSjRw2rckKyN75nLiYRrnEOBqCr8\n"
	"MbiLbUbPF7HfC/ocaBXFlzxQXVHLu5aTcQBtRVP2ZXZHPYMQXl+5ALVoBb8AWNcz\n"
	"vk1udG3YY8hPNlrYZiytzo/xc0HEgq17tXUak7IRzWeMxiS5jKnlYflGbM1vRDYg\n"
	"WjaEYVtv4gNTO6hSaLzIXdDoKSv29IqROVAI4qpD86MeK7qb0VLtcjK3QgoaJ1oB\n"
	"0ZxMeXCIzhE58202qGBOiKf0m7MDvCl6Pwk7mPj+3v3mFzfzWpAzxPLmw6JoOMR6\n"
	"X14GY9cpAgMBAAECggEAEb8Xc6AinXHBBOTh+ijFyuWWqT6Z9HJQN1RNbViBaz4P\n"
	"1pu8ahGvGcdUbQAjm8PxOICrsg2ypIkcv7MymJZyxbQiN5blUun2JiQ+phiS/e4F\n"
	"37x11pljznwGzx3Whfp1zWMWwoTgagjTqYi4HlYWq5AWIEGCTIirqWdywIG1yjvU\n"
	"jcmUPCOlUU+3NE8eEG0ZLijzpqQPnwEvcdtHK0fySGSIb4jJlMZdmXVeFIRd/TxZ\n"
	"34FXV1u7R91oOxbgPpoFC26ijz9j5HVuuLPTz1zXlzueJlfrqQjvfKW9jjwA12tO\n"
	"9ryxMadNi56M//avWDBJLoWkYEMK1C97XRluv2tSEQKBgQDmlHugn1gtiJlHIuUP\n"
	"3Yr+cYcVgRdIahFwgsLRFftsMDNxm4ZrvCF9brlBHVHdeXVI6XIPN/EA2/If2WW/\n"
	"oJmt4sl+O0+WHEU9rYkH+4f/uv9uyST64KB16VJ+NJWFdcX254FyT6goUBjU+H2z\n"
	"sijR1a2hvLxjYI00/mrhL1Rf/wKBgQDdXDgpT2kYTRBpB1s2s2A3goHPXgKuX1Vd\n"
	"CLqErr6D3DN6MSFDe045NsFP/NJmAEp1CYgbvvZYFtEADs3KwlvwZyApjBHpuqaU\n"
	"P5MapFsa19kMQ/O/01elzj/WmjbJDWY00vIjbbQczG/D/2bfpRgr13FcQcCK1wB8\n"
	"CC3HpHjI1wKBgGLeRghAaunTSY30C237G68wdLCm0pntSR8KIojOuSjRni1Xd5LY\n"
	"by++e1bNQJ4Lh1vFJXAbF467wJ0hdXxuW5bwyF8FBYIjCxmAQGKY2t6vivkw7Fda\n"
	"W9NTQVj2KSq5rjHJYHroZv0qIwumpReZC+G1kqboK4sdCk8vzBpUVgR3AoGBAMZn\n"
	"BZ9hIZ06VV8NzN92XuLiAl9Or7CCmgxM6oBJ71BYaXs31cyaFD6LqTB8NkheMl48\n"
	"MNZNjpbdvG4E1sbI9Ya/p8AVX2jSdsOhR8Q1U8L3e/7WWP6x+nkOJ4G9ryT88YKf\n"
	"H5BJn4nAYtyVaitB2ixRabV66YyHsFN7MS0jaW75An8UuB89N//vwXsx63TNsPDK\n"
	"NzKMbueG5CIz52NxsEnvW3nHQirMvRaFqiBXHDBBncuLPNGlnAMDNLQdBHm2dghg\n"
	"negAG7dyc/2V67jvf2CXRsOhc67W94PFuChSgdB4w12XUxTutYpIuzHjnOWSlUCh\n"
	"eyiM/xuf8DJy0R//6ov4\n"
	"-----END PRIVATE KEY-----\n";

/* Kinds and sizes that are refused. */
static const char rsa1024_public_pem[] =
	"-----BEGIN PUBLIC KEY-----\n"
	"MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDstt9WtHsslSnM7p8Mlga1oGg7\n"
	"5wWqjnUVYBQ0jeOt+QmnPRhCZ6l+sKEejwl/3kX+iKIWt2/wU/oUrgtyCx3Ld/Xq\n"
	"rOPxTEpcPpGC7haXkA+6eZFvTevJex/60JQ1YMuxRphoVRuLMijkf3ByiiPOxrB8\n"
	"1XwtuxI5wgWvShasDQIDAQAB\n"
	"-----END PUBLIC KEY-----\n";

static const char secp256k1_public_pem[] =
	"-----BEGIN PUBLIC KEY-----\n"
	"MFYwEAYHKoZIzj0CAQYFK4EEAAoDQgAE0/ai1AMaobf2SaUwcb9kmocQ7zk5zzTY\n"
	"zjL/665iwFKPs4KSdBnRONy2bGhX8hQzkENArEUQZN/E37aD3i/Ffg==\n"
	"-----END PUBLIC KEY-----\n";

static const char x25519_public_pem[] =
	"-----BEGIN PUBLIC KEY-----\n"
	"MCowBQYDK2VuAyEAwacvVUJkmP3Xxs13aCSuvyhTR2a2VC7DIsQhZtOJaH4=\n"
	"-----END PUBLIC KEY-----\n";

static const char x25519_pem[] =
	"-----BEGIN PRIVATE KEY-----\n"
	"MC4CAQAwBQYDK2VuBCIEIJjJFeHwHQkyZ3pxk5dGVAtI96VG8LII1OU+5j2thvle\n"
	"-----END PRIVATE KEY-----\n";

/* clang-format on */

/* Reads a key that must be good. */
static inline struct intoto_key *key_from(const char *pem)
{
	struct intoto_error *err = NULL;
	struct intoto_key *key = NULL;

	if (it_key_from_pem(&key, it_span_text(pem), "key.pem", NULL, NULL, &err))
		fail_msg("%s", intoto_error_text(err));
	return key;
}

/* The public half of a key. */
static inline struct intoto_key *public_of(const struct intoto_key *key)
{
	struct intoto_key *half = NULL;

	if (it_key_from_texts(&half, intoto_key_type(key), intoto_key_scheme(key),
			      it_span_text(key->public_text), it_span(NULL, 0), NULL, NULL))
		fail_msg("%s", "the public half cannot be read");
	return half;
}

/* The same material under another scheme. */
static inline struct intoto_key *declared_as(const char *pem, const char *scheme)
{
	struct intoto_key *file = key_from(pem);
	struct intoto_key *key = NULL;

	if (it_key_from_texts(&key, intoto_key_type(file), scheme, it_span_text(file->public_text),
			      it_span_text(pem), NULL, NULL))
		fail_msg("%s", "the key cannot be declared so");
	intoto_key_free(file);
	return key;
}

#endif
