/* SPDX-License-Identifier: Apache-2.0 */
/* What vsa.c and svr.c share: the statement around a predicate. */
#ifndef IT_MODEL_VSA_STATEMENT_H
#define IT_MODEL_VSA_STATEMENT_H

#include "json/writer.h"
#include "model/vsa.h"

/* What every statement about a verification must have. */
IT_CHECK int it_verification_check(const struct it_verification *done, struct intoto_error **err);

/* The statement of a type, its predicate written by predicate, in an unsigned envelope. */
IT_CHECK int it_verification_to_envelope(struct intoto_envelope **out,
					 const struct it_verification *done, const char *type,
					 void (*predicate)(struct it_writer *writer,
							   const struct it_verification *done),
					 struct intoto_error **err);

/* The member "intoto", an extension that others ignore; nothing when there is nothing to say. */
void it_verification_write_excuses(struct it_writer *writer, const struct it_verification *done);
void it_resource_write(struct it_writer *writer, const struct it_resource *resource);
void it_verification_write_time(struct it_writer *writer, const char *name,
				const struct it_verification *done);

#endif
