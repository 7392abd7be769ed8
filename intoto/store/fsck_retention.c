/* SPDX-License-Identifier: Apache-2.0 */
/* How long entries are kept: what the log says of classes and locks, against the rows. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/text.h"
#include "store/fsck_part.h"

/* --- entries --- */

struct row {
	bool found;
	int64_t number, lock_until;
	char *class;
	bool is_archive;
};

static void row_done(struct row *row)
{
	free(row->class);
}

static int take_row(void *arg, const struct it_sql_row *values, struct intoto_error **err)
{
	struct row *row = arg;

	row->found = true;
	row->number = values->values[0].number;
	row->lock_until = values->values[1].number;
	row->class = strdup(it_sql_string(&values->values[2]));
	row->is_archive = it_streq(it_sql_string(&values->values[3]), "archive");
	return row->class ? INTOTO_OK : it_err_nomem(err);
}

static int tell_lock(struct it_fsck *fsck, const struct it_object_id *id, const struct row *row,
		     int64_t said, struct intoto_error **err)
{
	char wanted[IT_TIME_SIZE];
	char found[IT_TIME_SIZE];

	it_time_format(wanted, said);
	it_time_format(found, row->lock_until);
	return it_fsck_fault(fsck, "entry.lock", row->number, id, err,
			     "the log says that it is locked until %s, the index says until %s",
			     wanted, row->lock_until ? found : "never");
}

static int tell_class(struct it_fsck *fsck, const struct it_object_id *id, const struct row *row,
		      const char *said, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *wanted = it_text_quoted(it_span_text(*said ? said : "(none)"));
	IT_AUTO(it_freep)
	char *found = it_text_quoted(it_span_text(*row->class ? row->class : "(none)"));

	return it_fsck_fault(fsck, "entry.class", row->number, id, err,
			     "the log says that its class is %s, the index says %s",
			     wanted ? wanted : "", found ? found : "");
}

static int judge(void *arg, const struct it_object_id *id, struct intoto_error **err)
{
	static const char text[] =
		"SELECT number, lock_until, class, kind FROM entry WHERE id = $1";
	struct it_fsck *fsck = arg;
	const struct it_sql_value value = IT_SQL_B(it_span(id->bytes, sizeof id->bytes));
	IT_AUTO(it_retention_said_done) struct it_retention_said said = { 0 };
	IT_AUTO(row_done) struct row row = { 0 };
	int rc = it_sql_each(fsck->store->sql, text, &value, 1, take_row, &row, err);

	if (rc || !row.found) /* that it is missing was told */
		return rc;
	rc = it_retention_log_entry(&said, fsck->retention, fsck->store->sql, row.number, id, err);
	if (rc || !said.is_put) /* as that it was never put */
		return rc;
	if (row.lock_until < said.lock_until)
		rc = tell_lock(fsck, id, &row, said.lock_until, err);
	if (!rc && said.has_class && !it_streq(row.class, said.class))
		rc = tell_class(fsck, id, &row, said.class, err);
	if (!rc && said.is_archive && !row.is_archive)
		rc = it_fsck_fault(fsck, "archive.hidden", row.number, id, err,
				   "the log says that it is an archive, the index does not");
	return rc;
}

/* --- classes --- */

static int take_class(void *arg, const struct it_sql_row *row, struct intoto_error **err)
{
	struct it_fsck *fsck = arg;
	const char *class = it_sql_string(&row->values[0]);
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(class));
	int64_t duration = row->values[1].number;
	int64_t said;

	if (!quoted)
		return it_err_nomem(err);
	if (it_retention_log_class(fsck->retention, class, &said))
		return said < 0 || said == duration
			       ? INTOTO_OK /* one that is for ever is told below */
			       : it_fsck_fault(fsck, "class.duration", -1, NULL, err,
					       "the log says that the class %s is kept for %jd "
					       "seconds, the index says %jd",
					       quoted, (intmax_t)said, (intmax_t)duration);
	if (it_retention_log_is_old(fsck->retention))
		return it_fsck_note(fsck, "class.unlogged", NULL,
				    "the index has a class of retention of which the log says "
				    "nothing: it is older than such leaves, or nobody said it; "
				    "say it again with \"store retention --class\"",
				    err);
	return it_fsck_fault(fsck, "class.unlogged", -1, NULL, err,
			     "the index has the class %s, of which the log says nothing", quoted);
}

static int take_number(void *arg, const struct it_sql_row *row, struct intoto_error **err)
{
	int64_t *number = arg;

	(void)err;
	*number = row->values[0].number;
	return INTOTO_OK;
}

/* Those without a duration are kept for ever: nothing is lost by a row that is missing, but nothing
 * should be missing. */
static int judge_class(void *arg, const char *class, int64_t said, struct intoto_error **err)
{
	static const char text[] = "SELECT duration FROM retention WHERE class = $1";
	struct it_fsck *fsck = arg;
	const struct it_sql_value value = IT_SQL_T(class);
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(class));
	int64_t found = -1;
	int rc = it_sql_each(fsck->store->sql, text, &value, 1, take_number, &found, err);

	if (rc || (said < 0) == (found < 0))
		return rc;
	return it_fsck_fault(fsck, "class.duration", -1, NULL, err,
			     "the log says that the class %s is kept for %s, the index says for %s",
			     quoted ? quoted : "", said < 0 ? "ever" : "a time",
			     found < 0 ? "ever" : "a time");
}

int it_fsck_retention(struct it_fsck *fsck, struct intoto_error **err)
{
	static const char text[] = "SELECT class, duration FROM retention ORDER BY class";
	int rc = it_retention_log_each(fsck->retention, judge, fsck, err);

	if (!rc)
		rc = it_sql_each(fsck->store->sql, text, NULL, 0, take_class, fsck, err);
	return rc ? rc : it_retention_log_each_class(fsck->retention, judge_class, fsck, err);
}
