/* SPDX-License-Identifier: Apache-2.0 */
/* From a word to a step that makes listings. */
#include "cmd/listing_options.h"

#include "base/text.h"

const char *const it_listing_words[] = { "inline", "merkle", NULL };

void it_listing_setup(const struct it_listing_words *words, struct it_step_setup *step)
{
	step->options.listing = it_streq(words->listing, "merkle");
}
