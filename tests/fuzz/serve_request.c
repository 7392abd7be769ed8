/* SPDX-License-Identifier: Apache-2.0 */
/* What a request asks for and who asks: a target, the header Authorization, a file of tokens. */
#include <stdlib.h>

#include "tests/fuzz/fuzz.h"

#include "base/text.h"
#include "serve/credential.h"
#include "serve/target.h"
#include "serve/tokens.h"

static void read_target(struct it_span text)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
	struct it_target target;
	int rc = it_target_parse(&target, text, &err);

	if (rc ? !*intoto_error_text(err) : !target.path || target.path[0] != '/')
		abort();
	if (!rc && (strstr(target.path, "/../") || strstr(target.path, "//")))
		abort();
	it_target_done(&target);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct it_span text = it_span(size ? (const char *)data : "", size);
	IT_AUTO(it_buf_done) struct it_buf token = IT_BUF(IT_CREDENTIAL_MAX);
	IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
	struct it_tokens tokens = { 0 };
	enum it_credential_kind kind;

	read_target(text);
	if (!it_credential_read(&token, &kind, text, &err) && !token.len)
		abort();
	if (it_tokens_parse(&tokens, text, NULL) == INTOTO_OK) {
		for (size_t i = 0; i < tokens.count; i++) {
			if (!tokens.items[i].rights || !tokens.items[i].name)
				abort();
		}
	}
	it_tokens_done(&tokens);
	return 0;
}
