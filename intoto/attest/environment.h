/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which variables an attestor gets: those that it names and that look like no secret, and those
 * that the user named for it.
 */
#ifndef IT_ATTEST_ENVIRONMENT_H
#define IT_ATTEST_ENVIRONMENT_H

#include "attest/manifest.h"

/* Whether a variable by this name is likely to hold a secret: TOKEN, PASSWORD, KEY … in it. */
bool it_variable_looks_secret(struct it_span name);

/* PATH, LANG, TZ and the granted ones, as "NAME=VALUE"; granted are names and "PREFIX_*". */
IT_CHECK int it_attest_environment(struct it_strings *out, const struct it_manifest *manifest,
				   const struct it_strings *granted, struct intoto_error **err);

#endif
