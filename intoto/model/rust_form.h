/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the Rust implementation signs instead of the canonical form of a Metablock: texts escaped as
 * in ordinary JSON, and then every "\n" of two characters made a line feed again (in-toto-rs 0.4,
 * models/metadata.rs).  It differs where a text has another control character than a line feed, or
 * a backslash in front of an n; output that a command printed with tabs is enough.
 *
 * No other document has these bytes as its canonical form: there a backslash is always followed by
 * a backslash or a quote.  So a signature over them is as good.
 */
#ifndef IT_MODEL_RUST_FORM_H
#define IT_MODEL_RUST_FORM_H

#include "base/buf.h"

/* Appends the form; false when it is the canonical form itself, and nothing was added. */
bool it_rust_form(struct it_buf *out, struct it_span canonical);

#endif
