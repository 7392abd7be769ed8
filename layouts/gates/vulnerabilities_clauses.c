/* SPDX-License-Identifier: Apache-2.0 */
/* The gate "vulnerabilities" in words. */
#include "base/buf.h"
#include "layouts/gates/vulnerabilities.h"
#include "model/vulns.h"

enum { CLAUSE_LIMIT = 256 * 1024 };

struct clauses {
	struct it_strings *out;
	struct intoto_error **err;
	struct it_buf text;
	int rc;
};

/* The clause in the buffer ends. */
static void end(struct clauses *clauses)
{
	if (!clauses->rc)
		clauses->rc = it_buf_check(&clauses->text, "a clause", clauses->err);
	if (!clauses->rc && clauses->text.len)
		clauses->rc =
			it_strings_add(clauses->out, it_buf_text(&clauses->text), clauses->err);
	it_buf_reset(&clauses->text);
}

static void add_list(struct it_buf *out, const struct it_strings *words, const char *last)
{
	for (size_t i = 0; i < words->count; i++)
		(void)it_buf_printf(out, "%s%s",
				    !i			    ? ""
				    : i + 1 == words->count ? last
							    : ", ",
				    words->items[i]); /* sticks */
}

static void say_duration(struct it_buf *out, int64_t seconds)
{
	static const struct {
		int64_t seconds;
		char letter;
	} units[] = { { INT64_C(86400), 'd' }, { 3600, 'h' }, { 60, 'm' }, { 1, 's' } };

	for (size_t i = 0; i < IT_COUNT_OF(units); i++)
		if (seconds % units[i].seconds == 0) {
			(void)it_buf_printf(out, "%lld%c", (long long)(seconds / units[i].seconds),
					    units[i].letter); /* sticks */
			return;
		}
}

static void say_limits(struct clauses *clauses, const struct it_vulnerabilities *own)
{
	for (int i = IT_SEVERITY_CRITICAL; i >= 0; i--) {
		if (own->limits[i] < 0)
			continue;
		(void)it_buf_printf(&clauses->text, "at most %lld findings of severity %s%s",
				    (long long)own->limits[i],
				    it_severity_word((enum it_severity)i),
				    i == IT_SEVERITY_CRITICAL ? "" : " or worse"); /* sticks */
		if (own->grace[i]) {
			(void)it_buf_add_text(&clauses->text, ", after ");
			say_duration(&clauses->text, own->grace[i]);
			(void)it_buf_printf(&clauses->text, " from %s",
					    own->from_detection ? "detection" : "publication");
		}
		end(clauses);
	}
	if (own->unknown != IT_SEVERITY_CRITICAL) {
		(void)it_buf_printf(&clauses->text, "an unknown severity counts as %s",
				    it_severity_word(own->unknown));
		end(clauses);
	}
}

static void say_exploitation(struct clauses *clauses, const struct it_vulnerabilities *own)
{
	if (own->block_exploited)
		(void)it_buf_add_text(&clauses->text, "none that is known to be exploited");
	end(clauses);
	if (own->epss >= 0)
		(void)it_buf_printf(&clauses->text, "none with an EPSS over %lld.%06lld",
				    (long long)(own->epss / IT_EPSS_UNIT),
				    (long long)(own->epss % IT_EPSS_UNIT));
	end(clauses);
	if (own->fixed_only)
		(void)it_buf_add_text(&clauses->text, "limits count only what has a fix");
	end(clauses);
	if (own->accept_suppressed)
		(void)it_buf_add_text(&clauses->text,
				      "what a scanner suppressed itself does not count");
	end(clauses);
}

static void say_scans(struct clauses *clauses, const struct it_vulnerabilities *own)
{
	if (own->scanners.count) {
		(void)it_buf_printf(&clauses->text, "scanned by %lld of ", (long long)own->quorum);
		add_list(&clauses->text, &own->scanners, " and ");
	} else {
		(void)it_buf_printf(&clauses->text, "scanned by at least %lld scanner%s",
				    (long long)own->quorum, own->quorum == 1 ? "" : "s");
	}
	end(clauses);
	if (own->scan_age) {
		(void)it_buf_add_text(&clauses->text, "scanned in the last ");
		say_duration(&clauses->text, own->scan_age);
		end(clauses);
	}
	if (own->database_age) {
		(void)it_buf_add_text(&clauses->text, "with a database not older than ");
		say_duration(&clauses->text, own->database_age);
		end(clauses);
	}
}

static void say_vex(struct clauses *clauses, const struct it_vex_terms *vex)
{
	if (!vex->given)
		return;
	(void)it_buf_add_text(&clauses->text, "unless VEX says ");
	add_list(&clauses->text, &vex->statuses, " or ");
	if (vex->authors.count) {
		(void)it_buf_add_text(&clauses->text, ", from ");
		add_list(&clauses->text, &vex->authors, " or ");
	}
	if (vex->functionaries.count) {
		(void)it_buf_add_text(&clauses->text, ", signed by ");
		add_list(&clauses->text, &vex->functionaries, " or ");
	}
	if (vex->versioned)
		(void)it_buf_add_text(&clauses->text, ", for the very version");
	end(clauses);
}

static void done(struct clauses *clauses)
{
	it_buf_done(&clauses->text);
}

int it_vulnerabilities_clauses(struct it_strings *out, const void *demand,
			       struct intoto_error **err)
{
	const struct it_vulnerabilities *own = demand;
	IT_AUTO(done)
	struct clauses clauses = { .out = out, .err = err, .text = IT_BUF(CLAUSE_LIMIT) };

	say_limits(&clauses, own);
	say_exploitation(&clauses, own);
	say_scans(&clauses, own);
	say_vex(&clauses, &own->vex);
	return clauses.rc;
}
