/* SPDX-License-Identifier: Apache-2.0 */
/* Gates that nobody can pass or that say less than they seem to, and exceptions that should be
 * looked at. */
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/path.h"
#include "base/text.h"
#include "json/json.h"
#include "layouts/gates/evidence.h"
#include "layouts/lint.h"

enum { EXCEPTION_MAX = 1 << 20, REPORT_MAX = 256 << 20 };

static const struct it_where root = { NULL, "layout", 0 };

/* --- gates --- */

/* How many of the ids are keys that can be used. */
static size_t count_usable(const struct intoto_layout *layout, const struct it_strings *ids)
{
	size_t count = 0;

	for (size_t i = 0; i < ids->count; i++) {
		const struct it_layout_key *key = it_layout_key(layout, ids->items[i]);

		count += key && key->key;
	}
	return count;
}

static void lint_ids(struct it_findings *out, const struct intoto_layout *layout,
		     const struct it_strings *ids, const struct it_where *where,
		     const struct it_item *item)
{
	for (size_t i = 0; i < ids->count; i++) {
		struct it_where element = { where, NULL, i };
		const struct it_layout_key *key = it_layout_key(layout, ids->items[i]);

		if (!key || !key->key)
			it_findings_add(out, "gate.unknown-key", &element, item, ids->items[i],
					"the layout has no key with this id that can be used");
	}
}

static void lint_gate(struct it_findings *out, const struct intoto_layout *layout,
		      const struct it_layout_step *step, const struct it_gate *gate,
		      const struct it_where *where)
{
	const struct it_gate_terms *terms = &gate->terms;
	const struct it_strings *ids =
		terms->functionaries.count ? &terms->functionaries : &step->pubkeys;
	bool certificates = !terms->functionaries.count && step->constraints.count;
	struct it_where functionaries = { where, "functionaries", 0 };
	struct it_where threshold = { where, "threshold", 0 };
	struct it_where subject = { where, "subject", 0 };
	struct it_where warn = { where, "warn", 0 };

	lint_ids(out, layout, &terms->functionaries, &functionaries, &step->item);
	if (!gate->kind->link_only && !certificates &&
	    count_usable(layout, ids) < (uint64_t)terms->threshold)
		it_findings_add(out, "gate.threshold", &threshold, &step->item, gate->kind->name,
				"%lld people must sign the evidence, and %zu keys can",
				(long long)terms->threshold, count_usable(layout, ids));
	if (!terms->about && !gate->kind->link_only)
		it_findings_add(out, "gate.any-subject", &subject, &step->item, gate->kind->name,
				"evidence about any other artifact counts, too");
	if (terms->warn)
		it_findings_add(out, "gate.warns", &warn, &step->item, gate->kind->name,
				"the gate refuses nothing");
}

static void lint_steps(struct it_findings *out, const struct intoto_layout *layout)
{
	struct it_where steps = { &root, "steps", 0 };

	for (size_t i = 0; i < layout->step_count; i++) {
		const struct it_layout_step *step = &layout->steps[i];
		struct it_where at = { &steps, NULL, i };
		struct it_where list = { &at, "expectedAttributes", 0 };

		for (size_t j = 0; j < step->gates.count; j++) {
			struct it_where element = { &list, NULL, j };

			lint_gate(out, layout, step, &step->gates.items[j], &element);
		}
	}
}

/* --- the terms of exceptions --- */

/* Whether a key signs evidence of some gate. */
static bool signs_evidence(const struct intoto_layout *layout, const struct intoto_key *key)
{
	for (size_t i = 0; i < layout->step_count; i++) {
		const struct it_layout_step *step = &layout->steps[i];

		for (size_t j = 0; j < step->gates.count; j++) {
			const struct it_strings *own = &step->gates.items[j].terms.functionaries;
			const struct it_strings *ids = own->count ? own : &step->pubkeys;

			for (size_t k = 0; k < ids->count; k++) {
				const struct it_layout_key *other =
					it_layout_key(layout, ids->items[k]);

				if (other && other->key && intoto_key_same(other->key, key))
					return true;
			}
		}
	}
	return false;
}

static void lint_terms(struct it_findings *out, const struct intoto_layout *layout)
{
	const struct it_exception_terms *terms = &layout->exceptions;
	struct it_where at = { &root, "exceptions", 0 };
	struct it_where pubkeys = { &at, "pubkeys", 0 };

	if (!terms->given)
		return;
	lint_ids(out, layout, &terms->pubkeys, &pubkeys, NULL);
	if (!terms->max_days)
		it_findings_add(out, "exception.no-limit", &at, NULL, "",
				"an exception may last for ever");
	if (!terms->require_ticket)
		it_findings_add(out, "exception.no-ticket-wanted", &at, NULL, "",
				"an exception needs no ticket");
	for (size_t i = 0; i < terms->pubkeys.count; i++) {
		struct it_where element = { &pubkeys, NULL, i };
		const struct it_layout_key *key = it_layout_key(layout, terms->pubkeys.items[i]);

		if (key && key->key && signs_evidence(layout, key->key))
			it_findings_add(out, "exception.self", &element, NULL,
					terms->pubkeys.items[i],
					"who may excuse may sign evidence, too; for evidence of "
					"their own it will not count");
	}
}

/* --- exceptions themselves --- */

struct looking {
	struct it_findings *out;
	const struct intoto_layout *layout;
	const struct it_lint_options *options;
	struct it_strings used; /* ids in the reports */
	struct it_exceptions set;
	struct it_gate_keys keys;
	struct it_excuser *excusers;
	size_t excuser_count;
};

static void looking_done(struct looking *looking)
{
	it_strings_done(&looking->used);
	it_exceptions_done(&looking->set);
	it_gate_keys_done(&looking->keys);
	free(looking->excusers);
}

static bool has_gate(const struct intoto_layout *layout, const struct it_exception *exception)
{
	for (size_t i = 0; i < layout->step_count; i++) {
		const struct it_layout_step *step = &layout->steps[i];

		if (exception->steps.count && !it_strings_has(&exception->steps, step->item.name))
			continue;
		for (size_t j = 0; j < step->gates.count; j++)
			if (it_streq(step->gates.items[j].kind->name, exception->gate))
				return true;
	}
	return false;
}

static void lint_exception(const struct looking *looking, const struct it_exception_item *item)
{
	const struct it_exception *exception = &item->exception;
	int64_t now = looking->options->now;
	bool over = now >= exception->expires;
	char expires[IT_TIME_SIZE];

	it_time_format(expires, exception->expires);
	if (!exception->ticket)
		it_findings_add(looking->out, "exception.no-ticket", NULL, NULL, item->name,
				"it names no ticket");
	if (over)
		it_findings_add(looking->out, "exception.expired", NULL, NULL, item->name,
				"it is over since %s", expires);
	else if (item->why_not && now >= exception->not_before)
		it_findings_add(looking->out, "exception.refused", NULL, NULL, item->name, "it %s",
				item->why_not);
	else if (exception->expires - now <= looking->options->soon)
		it_findings_add(looking->out, "exception.expires-soon", NULL, NULL, item->name,
				"it ends at %s", expires);
	if (!has_gate(looking->layout, exception))
		it_findings_add(looking->out, "exception.unused", NULL, NULL, item->name,
				"the layout has no such gate, so it can never apply");
	else if (looking->options->reports->count && !over &&
		 !it_strings_has(&looking->used, exception->id))
		it_findings_add(looking->out, "exception.unused", NULL, NULL, item->name,
				"none of the reports has used it");
}

/* The exceptions that a report of intoto verify --format=json lists. */
static int read_report(struct looking *looking, const char *path, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(REPORT_MAX);
	IT_AUTO(it_json_freep) struct it_json *report = NULL;
	const struct it_json *list;
	int rc = it_file_read(&text, path, err);

	if (rc)
		return rc;
	rc = it_json_parse(&report, it_buf_span(&text), &it_json_signed_limits, err);
	if (!rc && !it_json_get(report, "checks"))
		rc = it_err_set(err, INTOTO_E_FORMAT, "is no report of intoto verify");
	list = it_json_get(report, "exceptions");
	for (size_t i = 0; !rc && i < it_json_count(list); i++) {
		struct it_span id = it_json_text(it_json_get(it_json_at(list, i), "id"));

		if (id.data)
			rc = it_strings_add_span(&looking->used, id, err);
	}
	return it_err_wrap(err, rc, "%s", path);
}

static int add_file(struct looking *looking, const char *path, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(EXCEPTION_MAX);
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	int rc = it_file_read(&text, path, err);

	if (rc)
		return rc;
	rc = it_exceptions_add(&looking->set, it_path_base(path), path, it_buf_span(&text),
			       looking->excusers, looking->excuser_count, &why);
	if (rc == INTOTO_E_NOMEM)
		return it_err_nomem(err);
	if (rc)
		it_findings_add(looking->out, "exception.format", NULL, NULL, it_path_base(path),
				"%s", intoto_error_text(why));
	return INTOTO_OK;
}

static int add_operand(struct looking *looking, const char *path, struct intoto_error **err)
{
	IT_AUTO(it_strings_done) struct it_strings names = { 0 };
	struct stat about;
	int rc;

	if (stat(path, &about) || !S_ISDIR(about.st_mode))
		return add_file(looking, path, err);
	rc = it_dir_list(&names, path, err);
	it_strings_sort(&names);
	for (size_t i = 0; !rc && i < names.count; i++) {
		IT_AUTO(it_freep) char *file = it_path_join(path, names.items[i]);

		if (!file)
			return it_err_nomem(err);
		if (it_ends_with(names.items[i], IT_EXCEPTION_SUFFIX))
			rc = add_file(looking, file, err);
	}
	return rc;
}

static int find_excusers(struct looking *looking, struct intoto_error **err)
{
	const struct intoto_layout *layout = looking->layout;
	int rc = it_gate_keys_named(&looking->keys, layout, &layout->exceptions.pubkeys, err);

	looking->set.terms = &layout->exceptions;
	looking->set.now = looking->options->now;
	looking->excusers = calloc(looking->keys.count + 1, sizeof *looking->excusers);
	if (!looking->excusers)
		return it_err_nomem(err);
	for (size_t i = 0; i < looking->keys.count; i++)
		if (looking->keys.items[i].key)
			looking->excusers[looking->excuser_count++] =
				(struct it_excuser){ looking->keys.items[i].key,
						     looking->keys.items[i].only,
						     looking->keys.items[i].name, i };
	return rc;
}

static int lint_exceptions(struct it_findings *out, const struct intoto_layout *layout,
			   const struct it_lint_options *options, struct intoto_error **err)
{
	IT_AUTO(looking_done)
	struct looking looking = { .out = out, .layout = layout, .options = options };
	int rc = find_excusers(&looking, err);

	for (size_t i = 0; !rc && i < options->reports->count; i++)
		rc = read_report(&looking, options->reports->items[i], err);
	for (size_t i = 0; !rc && i < options->exceptions->count; i++)
		rc = add_operand(&looking, options->exceptions->items[i], err);
	for (size_t i = 0; !rc && i < looking.set.count; i++)
		lint_exception(&looking, &looking.set.items[i]);
	return rc;
}

int it_lint_gates(struct it_findings *out, const struct intoto_layout *layout,
		  const struct it_lint_options *options, struct intoto_error **err)
{
	if (it_layout_is_gated(layout))
		it_findings_add(out, "compat.gated", NULL, NULL, "",
				"verifiers that do not know gates refuse the layout");
	lint_steps(out, layout);
	lint_terms(out, layout);
	if (!options->exceptions || !options->exceptions->count)
		return INTOTO_OK;
	return lint_exceptions(out, layout, options, err);
}
