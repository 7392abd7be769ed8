/* SPDX-License-Identifier: Apache-2.0 */
/* GraphQL from a client: as a document, and as a query over an envelope; a sentence or an answer.
 */
#include <stdlib.h>

#include "tests/fuzz/fuzz.h"

#include "json/json.h"
#include "serve/archivista.h"
#include "serve/graphql.h"

static const char envelope[] =
	"{\"payload\":\"eyJwcmVkaWNhdGVUeXBlIjoiaHR0cHM6Ly93aXRuZXNzLmRldi9hdHRlc3RhdGlvbi1jb2xsZW"
	"N0aW9uL3YwLjEiLCJzdWJqZWN0IjpbeyJuYW1lIjoiYSIsImRpZ2VzdCI6eyJzaGEyNTYiOiJhYSJ9fV0sInByZWRp"
	"Y2F0ZSI6eyJuYW1lIjoiYiIsImF0dGVzdGF0aW9ucyI6W3sidHlwZSI6ImMifV19fQ==\",\"payloadType\":"
	"\"t\",\"signatures\":[{\"keyid\":\"k\",\"sig\":\"AA==\"}]}";

static int each(void *arg, const struct it_archivista_hint *hint,
		int (*document)(void *document_arg, uint64_t number, struct it_span bytes,
				struct intoto_error **err),
		void *document_arg, struct intoto_error **err)
{
	(void)arg;
	(void)hint;
	return document(document_arg, 0, it_span_text(envelope), err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct it_archivista_source source = { each, NULL };
	IT_AUTO(it_graphql_freep) struct it_graphql *document = NULL;
	IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(IT_ARCHIVISTA_ANSWER_MAX);
	int rc = it_graphql_parse(&document, it_span(data, size), &err);

	if (rc ? document || !*intoto_error_text(err) : !document || err)
		abort();
	rc = it_archivista_query(&out, it_span(data, size), &source, &why);
	if (rc ? out.len || !*intoto_error_text(why) : !out.len || why)
		abort();
	return 0;
}
