/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why a call failed: a class for programs and a sentence for people.
 *
 * Every fallible function returns INTOTO_OK or a negative enum intoto_code, and takes as its last
 * parameter the address of a struct intoto_error pointer, which may be NULL.  The pointer must be
 * NULL on entry; after a failure it holds an error that the caller frees.
 */
#ifndef INTOTO_ERROR_H
#define INTOTO_ERROR_H

#include <intoto/version.h>

#ifdef __cplusplus
extern "C" {
#endif

enum intoto_code {
	INTOTO_OK = 0,
	INTOTO_E_NOMEM = -1,	   /* out of memory */
	INTOTO_E_IO = -2,	   /* the system refused: permission, full disk, broken file */
	INTOTO_E_FORMAT = -3,	   /* the input is not what the format allows */
	INTOTO_E_LIMIT = -4,	   /* the input is larger or deeper than we read */
	INTOTO_E_UNSUPPORTED = -5, /* well formed, but nothing here implements it */
	INTOTO_E_NOTFOUND = -6,	   /* a file or name that was asked for is not there */
	INTOTO_E_KEY = -7,	   /* a key cannot be used: wrong passphrase, wrong kind */
	INTOTO_E_UNTRUSTED = -8,   /* a signature is missing or wrong */
	INTOTO_E_POLICY = -9,	   /* signed and read, but against the rules */
	INTOTO_E_HELPER = -10,	   /* a program that we started did not do its work */
	INTOTO_E_USAGE = -11,	   /* the caller's options make no sense */
	INTOTO_E_INTERNAL = -12,   /* our bug */
	INTOTO_E_SERVICE = -13,	   /* a service gave no answer: it could not be found out */
};

struct intoto_error;

/* The class; INTOTO_OK when error is NULL. */
INTOTO_API enum intoto_code intoto_error_code(const struct intoto_error *error);

/* One sentence without a full stop, borrowed from the error; "" when error is NULL. */
INTOTO_API const char *intoto_error_text(const struct intoto_error *error);

/* Frees an error; NULL is fine. */
INTOTO_API void intoto_error_free(struct intoto_error *error);

/* A stable word for a class, for example "format"; never NULL. */
INTOTO_API const char *intoto_code_name(enum intoto_code code);

#ifdef __cplusplus
}
#endif

#endif
