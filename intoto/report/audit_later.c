/* SPDX-License-Identifier: Apache-2.0 */
/* What was put behind the members: renewals, and who withheld what. */
#include "archive/later.h"
#include "base/text.h"
#include "report/audit.h"

static void take(struct it_audit *audit, const struct it_archive_addition *addition)
{
	IT_AUTO(it_archive_later_freep) struct it_archive_later *later = NULL;
	struct it_audit_later *row = IT_AUDIT_ROW(audit, audit->laters, audit->later_count);
	int rc = it_archive_later_read(&later, addition->envelope, NULL);

	row->name = it_audit_keep(audit, addition->name);
	row->kind = "unknown";
	row->reason = "";
	if (rc == INTOTO_E_NOMEM)
		audit->failed = rc;
	if (rc)
		return; /* the check of the archive says why */
	row->kind = later->redaction ? "redaction" : "renewal";
	row->time = later->time;
	row->stamped = later->timestamp.len != 0;
	row->reason = it_audit_keep(audit, later->reason);
	for (size_t i = 0; i < later->withheld_count; i++)
		it_audit_list(audit, &row->withheld, later->withheld[i].name);
}

void it_audit_take_later(struct it_audit *audit)
{
	for (size_t i = 0; i < audit->archive->addition_count; i++)
		take(audit, &audit->archive->additions[i]);
}

size_t it_audit_stamps(const struct it_audit *audit, size_t *good)
{
	size_t count = 0;

	*good = 0;
	for (size_t i = 0; i < audit->later_count; i++)
		count += audit->laters[i].stamped;
	for (size_t i = 0; audit->answer && i < audit->answer->note_count; i++)
		*good += it_streq(audit->answer->notes[i].code, "archive.timestamp") &&
			 audit->answer->notes[i].outcome == INTOTO_CHECK_PASSED;
	return count;
}
