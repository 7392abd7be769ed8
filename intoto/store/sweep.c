/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sweep.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"
#include "store/schema.h"

enum { VALUE_MAX = 32 };

static int set(struct it_sql *sql, uint64_t count, struct intoto_error **err)
{
	char value[VALUE_MAX];

	(void)snprintf(value, sizeof value, "%" PRIu64, count);
	return it_meta_set(sql, "sweep", it_span_text(value), err);
}

int it_sweep_create(struct it_sql *sql, struct intoto_error **err)
{
	return set(sql, 0, err);
}

int it_sweep_count(uint64_t *out, struct it_sql *sql, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf value = IT_BUF(VALUE_MAX);
	int rc = it_meta_get(sql, "sweep", &value, err);

	*out = 0;
	if (!rc && !it_parse_u64(it_buf_text(&value), INT64_MAX - 2, out))
		rc = it_err_set(err, INTOTO_E_FORMAT, "the store's count of sweeps is damaged");
	return rc;
}

/* To the next odd or even number. */
static int count(struct it_sql *sql, uint64_t parity, struct intoto_error **err)
{
	uint64_t now;
	int rc = it_sweep_count(&now, sql, err);

	return rc ? rc : set(sql, now + (now % 2 == parity ? 2 : 1), err);
}

int it_sweep_begin(struct it_sql *sql, struct intoto_error **err)
{
	return count(sql, 1, err);
}

int it_sweep_finish(struct it_sql *sql, struct intoto_error **err)
{
	return count(sql, 0, err);
}
