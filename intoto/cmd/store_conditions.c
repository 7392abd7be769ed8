/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/store_conditions.h"

#include "cmd/layout_options.h"

int it_store_conditions_read(struct it_store_conditions *conditions, struct intoto_error **err)
{
	struct it_query *query = &conditions->query;
	int rc = INTOTO_OK;

	if (conditions->since)
		rc = it_read_time(&query->since, "--since", conditions->since, err);
	if (!rc && conditions->until)
		rc = it_read_time(&query->until, "--until", conditions->until, err);
	if (!rc && query->role && !query->digest && !query->name)
		rc = it_err_set(err, INTOTO_E_USAGE, "option --role wants --digest or --name");
	return rc;
}

bool it_store_conditions_none(const struct it_store_conditions *conditions)
{
	const struct it_query *query = &conditions->query;
	const char *const words[] = {
		query->digest,	       query->name,	 query->step,	       query->signer,
		query->predicate_type, query->kind,	 query->vulnerability, query->package,
		query->verdict,	       query->exception, query->product,       conditions->since,
		conditions->until
	};

	for (size_t i = 0; i < IT_COUNT_OF(words); i++)
		if (words[i])
			return false;
	return true;
}
