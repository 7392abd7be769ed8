/* SPDX-License-Identifier: Apache-2.0 */
/* The types of Archivista's schema. */
#include "serve/archivista_schema.h"

#include "base/text.h"

static const struct it_type statement_type;
static const struct it_type signature_type;
static const struct it_type payload_digest_type;
static const struct it_type subject_digest_type;
static const struct it_type collection_type;
static const struct it_type attestation_type;

#define LEAF(word)                                                                                 \
	{                                                                                          \
		.name = word, .kind = IT_EDGE_LEAF                                                 \
	}
#define EDGE(word, how, what)                                                                      \
	{                                                                                          \
		.name = word, .kind = how, .type = &(what)                                         \
	}

static const struct it_edge dsse_edges[] = {
	LEAF("id"),
	LEAF("gitoidSha256"),
	LEAF("payloadType"),
	EDGE("statement", IT_EDGE_ONE, statement_type),
	EDGE("signatures", IT_EDGE_LIST, signature_type),
	EDGE("payloadDigests", IT_EDGE_LIST, payload_digest_type),
};

static const struct it_edge statement_edges[] = {
	LEAF("id"),
	LEAF("predicate"),
	EDGE("subjects", IT_EDGE_CONNECTION, it_type_subject),
	EDGE("policy", IT_EDGE_ONE, it_type_policy),
	EDGE("attestationCollections", IT_EDGE_ONE, collection_type),
	EDGE("dsse", IT_EDGE_BACK_LIST, it_type_dsse),
};

static const struct it_edge subject_edges[] = {
	LEAF("id"),
	LEAF("name"),
	EDGE("subjectDigests", IT_EDGE_LIST, subject_digest_type),
	EDGE("statement", IT_EDGE_BACK, statement_type),
};

static const struct it_edge subject_digest_edges[] = {
	LEAF("id"),
	LEAF("algorithm"),
	LEAF("value"),
	EDGE("subject", IT_EDGE_BACK, it_type_subject),
};

static const struct it_edge signature_edges[] = {
	LEAF("id"),
	LEAF("keyID"),
	LEAF("signature"),
	EDGE("dsse", IT_EDGE_BACK, it_type_dsse),
};

static const struct it_edge payload_digest_edges[] = {
	LEAF("id"),
	LEAF("algorithm"),
	LEAF("value"),
	EDGE("dsse", IT_EDGE_BACK, it_type_dsse),
};

static const struct it_edge collection_edges[] = {
	LEAF("id"),
	LEAF("name"),
	EDGE("attestations", IT_EDGE_LIST, attestation_type),
	EDGE("statement", IT_EDGE_BACK, statement_type),
};

static const struct it_edge attestation_edges[] = {
	LEAF("id"),
	LEAF("type"),
	EDGE("attestationCollection", IT_EDGE_BACK, collection_type),
};

static const struct it_edge policy_edges[] = {
	LEAF("id"),
	LEAF("name"),
	EDGE("statement", IT_EDGE_BACK, statement_type),
};

#define TYPE(word, rows)                                                                           \
	{                                                                                          \
		.name = word, .edges = (rows), .count = IT_COUNT_OF(rows)                          \
	}

const struct it_type it_type_dsse = TYPE("Dsse", dsse_edges);
const struct it_type it_type_subject = TYPE("Subject", subject_edges);
const struct it_type it_type_policy = TYPE("AttestationPolicy", policy_edges);
static const struct it_type statement_type = TYPE("Statement", statement_edges);
static const struct it_type signature_type = TYPE("Signature", signature_edges);
static const struct it_type payload_digest_type = TYPE("PayloadDigest", payload_digest_edges);
static const struct it_type subject_digest_type = TYPE("SubjectDigest", subject_digest_edges);
static const struct it_type collection_type = TYPE("AttestationCollection", collection_edges);
static const struct it_type attestation_type = TYPE("Attestation", attestation_edges);

const struct it_edge *it_type_edge(const struct it_type *type, const char *name)
{
	for (size_t i = 0; i < type->count; i++) {
		if (it_streq(type->edges[i].name, name))
			return &type->edges[i];
	}
	return NULL;
}

static const struct it_node *above(const struct it_node *node, const struct it_type *type)
{
	do {
		node = node->up;
	} while (node && node->type != type);
	return node;
}

int it_node_each(const struct it_node *node, const struct it_edge *edge,
		 int (*each)(void *arg, const struct it_node *node, size_t index,
			     struct intoto_error **err),
		 void *arg, struct intoto_error **err)
{
	const struct it_json *value = it_json_get(node->value, edge->name);
	struct it_node found = { edge->type, value, node };
	const struct it_node *up;
	int rc = INTOTO_OK;

	if (edge->kind == IT_EDGE_BACK || edge->kind == IT_EDGE_BACK_LIST) {
		up = above(node, edge->type);
		return up ? each(arg, up, 0, err) : INTOTO_OK;
	}
	if (edge->kind == IT_EDGE_ONE)
		return value ? each(arg, &found, 0, err) : INTOTO_OK;
	for (size_t i = 0; !rc && i < it_json_count(value); i++) {
		found.value = it_json_at(value, i);
		rc = each(arg, &found, i, err);
	}
	return rc;
}
