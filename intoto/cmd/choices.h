/* SPDX-License-Identifier: Apache-2.0 */
/* Words that several commands take as values, and what they mean. */
#ifndef IT_CMD_CHOICES_H
#define IT_CMD_CHOICES_H

#include <intoto/envelope.h>

#include "cmd/command.h"

/* For the choices of an option; NULL-terminated. */
extern const char *const it_keyid_style_words[]; /* legacy (the default), current */
extern const char *const it_envelope_words[];	 /* dsse (the default), metablock */
extern const char *const it_report_words[];	 /* text (the default), json */

/* NULL, the option was not given, is the default. */
enum intoto_keyid_style it_keyid_style_named(const char *word);
enum intoto_envelope_format it_envelope_named(const char *word);
bool it_report_is_json(const char *word);

/* clang-format off */
#define IT_KEYID_STYLE_OPTION(type, member) \
	IT_CHOICE(type, member, 0, "keyid-style", "STYLE", it_keyid_style_words, \
		  "dialect of the keyids that are written")
#define IT_ENVELOPE_OPTION(type, member) \
	IT_CHOICE(type, member, 0, "format", "FORMAT", it_envelope_words, \
		  "how the signed document is wrapped")
#define IT_REPORT_OPTION(type, member) \
	IT_CHOICE(type, member, 0, "format", "FORMAT", it_report_words, \
		  "for people or for programs")
/* clang-format on */

#endif
