/* SPDX-License-Identifier: Apache-2.0 */
/* -g/--gpg and --gpg-home, which many commands have. */
#ifndef IT_CMD_GPG_OPTIONS_H
#define IT_CMD_GPG_OPTIONS_H

#include "cmd/command.h"
#include "crypto/gpg.h"

/* clang-format off */
/* One key that signs; gpg's default key without an id. */
#define IT_GPG_OPTION(type, member) \
	{ .letter = 'g', .name = "gpg", .argument = "[KEYID]", .kind = IT_OPTION_TEXT, \
	  .offset = offsetof(type, member), .bare = true, \
	  .help = "sign with a key that gpg keeps (its default key)" }
#define IT_GPG_HOME_OPTION(type, member) \
	IT_VALUE(type, member, 0, "gpg-home", "FOLDER", "the folder in which gpg keeps its keys")
/* Public keys. */
#define IT_GPG_KEYS_OPTION(type, member, text) \
	{ .letter = 'g', .name = "gpg", .argument = "KEYID", .kind = IT_OPTION_LIST, \
	  .offset = offsetof(type, member), .help = text }
/* clang-format on */

/* USAGE for gpg and a key at once (both are true), and for a folder of gpg's without gpg. */
IT_CHECK int it_gpg_check(bool gpg, bool key, const char *home, struct intoto_error **err);

#endif
