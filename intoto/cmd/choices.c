/* SPDX-License-Identifier: Apache-2.0 */
/* Words and what they mean. */
#include "cmd/choices.h"

#include "base/text.h"

const char *const it_keyid_style_words[] = { "legacy", "current", NULL };
const char *const it_envelope_words[] = { "dsse", "metablock", NULL };
const char *const it_report_words[] = { "text", "json", NULL };

enum intoto_keyid_style it_keyid_style_named(const char *word)
{
	return it_streq(word, "current") ? INTOTO_KEYID_CURRENT : INTOTO_KEYID_LEGACY;
}

enum intoto_envelope_format it_envelope_named(const char *word)
{
	return it_streq(word, "metablock") ? INTOTO_METABLOCK : INTOTO_DSSE;
}

bool it_report_is_json(const char *word)
{
	return it_streq(word, "json");
}
