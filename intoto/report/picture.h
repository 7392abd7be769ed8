/* SPDX-License-Identifier: Apache-2.0 */
/* The chain as a picture that is narrow enough for a telephone: each box leads to its step. */
#ifndef IT_REPORT_PICTURE_H
#define IT_REPORT_PICTURE_H

#include "report/audit.h"

/* How a step stands, in one word. */
const char *it_step_state(const struct it_audit_step *step);
/* "good", "bad", "warn", "none": class of a badge. */
const char *it_step_class(const struct it_audit_step *step);

/* Failures stick in out. */
void it_picture_draw(struct it_buf *out, const struct it_audit *audit);

#endif
