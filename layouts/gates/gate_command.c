/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The gate "command": which command a step ran, and how it ended, from the link that stands for the
 * step.  (A layout's expected_command is only ever a warning, specification 5.2 step 7.)
 *
 *   { "gate": "command", "command": [WORD…], "prefix": [WORD…], "exit": [0] }
 *
 * "command" wants exactly these words, "prefix" that it begins with them; of the two one at most.
 * "exit" are the statuses that are accepted, 0 alone when it is not given; a command that was ended
 * by a signal, or for its time, or that has no status, is never accepted.
 */
#include <string.h>

#include "base/text.h"
#include "json/field.h"
#include "layouts/gates/gate.h"
#include "layouts/words.h"

enum { STATUS_MAX = 255, STATUSES_MAX = 256, TEXT_LIMIT = 1 << 20 };

struct demand {
	struct it_strings command;
	struct it_strings prefix;
	bool accepted[STATUS_MAX + 1];
	bool exit_given;
};

static void free_demand(void *demand)
{
	struct demand *own = demand;

	it_strings_done(&own->command);
	it_strings_done(&own->prefix);
	free(own);
}

static void free_own(struct demand **own)
{
	if (*own)
		free_demand(*own);
}

/* Words may come twice, and be empty. */
static int read_words(struct it_strings *out, const struct it_json *value,
		      const struct it_where *where, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	if (it_json_kind(value) != IT_JSON_LIST || !it_json_count(value))
		return it_where_refuse(where, INTOTO_E_FORMAT, err,
				       "want a list of words that is not empty");
	for (size_t i = 0; !rc && i < it_json_count(value); i++) {
		struct it_where element = { where, NULL, i };
		struct it_span text = it_json_text(it_json_at(value, i));

		if (!text.data)
			return it_where_refuse(&element, INTOTO_E_FORMAT, err,
					       "want a text, found %s",
					       it_json_kind_name(it_json_at(value, i)));
		rc = it_strings_add_span(out, text, err);
	}
	return rc;
}

static int read_command(void *target, const struct it_json *value, const struct it_where *where,
			struct intoto_error **err)
{
	struct demand *own = target;

	return read_words(&own->command, value, where, err);
}

static int read_prefix(void *target, const struct it_json *value, const struct it_where *where,
		       struct intoto_error **err)
{
	struct demand *own = target;

	return read_words(&own->prefix, value, where, err);
}

static int read_exit(void *target, const struct it_json *value, const struct it_where *where,
		     struct intoto_error **err)
{
	struct demand *own = target;
	int rc = INTOTO_OK;

	if (it_json_kind(value) != IT_JSON_LIST || !it_json_count(value) ||
	    it_json_count(value) > STATUSES_MAX)
		return it_where_refuse(where, INTOTO_E_FORMAT, err,
				       "want a list of 1 to %d exit statuses", STATUSES_MAX);
	own->exit_given = true;
	for (size_t i = 0; !rc && i < it_json_count(value); i++) {
		struct it_where element = { where, NULL, i };
		int64_t status = 0;

		rc = it_gate_read_count(&status, it_json_at(value, i), 0, STATUS_MAX, &element,
					err);
		if (!rc)
			own->accepted[status] = true;
	}
	return rc;
}

static const struct it_field fields[] = {
	{ "command", IT_FIELD_CUSTOM, false, 0, read_command },
	{ "exit", IT_FIELD_CUSTOM, false, 0, read_exit },
	{ "prefix", IT_FIELD_CUSTOM, false, 0, read_prefix },
};

static int read(void **out, const struct it_json *object, const struct it_where *where,
		struct intoto_error **err)
{
	IT_AUTO(free_own) struct demand *own = calloc(1, sizeof *own);
	int rc;

	if (!own)
		return it_err_nomem(err);
	rc = it_fields_read(own, object, fields, IT_COUNT_OF(fields), IT_FIELDS_CLOSED, where, err);
	if (!rc && !own->command.count && !own->prefix.count && !own->exit_given)
		rc = it_where_refuse(where, INTOTO_E_FORMAT, err,
				     "demands nothing: want \"command\", \"prefix\" or \"exit\"");
	if (!rc && own->command.count && own->prefix.count)
		rc = it_where_refuse(where, INTOTO_E_FORMAT, err,
				     "has \"command\" and \"prefix\": want one of them");
	if (rc)
		return rc;
	if (!own->exit_given)
		own->accepted[0] = true;
	*out = own;
	own = NULL; /* now the caller's */
	return INTOTO_OK;
}

static void list_accepted(struct it_buf *out, const struct demand *own)
{
	const char *between = "";

	for (int i = 0; i <= STATUS_MAX; i++) {
		if (!own->accepted[i])
			continue;
		(void)it_buf_printf(out, "%s%d", between, i); /* short */
		between = " or ";
	}
}

static int clauses(struct it_strings *out, const void *demand, struct intoto_error **err)
{
	const struct demand *own = demand;
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(TEXT_LIMIT);
	int rc = INTOTO_OK;

	if (own->command.count || own->prefix.count) {
		(void)it_buf_add_text(&text, own->command.count ? "the command "
								: "a command that begins with ");
		it_words_join(&text, own->command.count ? &own->command : &own->prefix);
		rc = it_buf_check(&text, "a clause", err);
		if (!rc)
			rc = it_strings_add(out, it_buf_text(&text), err);
	}
	it_buf_reset(&text);
	(void)it_buf_add_text(&text, "that ended with status ");
	list_accepted(&text, own);
	return rc ? rc : it_strings_add(out, it_buf_text(&text), err);
}

/* --- judging --- */

static bool begins_with(const struct it_strings *command, const struct it_strings *words)
{
	if (command->count < words->count)
		return false;
	for (size_t i = 0; i < words->count; i++)
		if (!it_streq(command->items[i], words->items[i]))
			return false;
	return true;
}

static int judge_words(struct it_gate_verdict *out, const struct demand *own,
		       const struct it_strings *command, struct intoto_error **err)
{
	const struct it_strings *want = own->command.count ? &own->command : &own->prefix;
	bool good = begins_with(command, want) &&
		    (!own->command.count || command->count == want->count);
	IT_AUTO(it_buf_done) struct it_buf ran = IT_BUF(SIZE_MAX / 2);
	IT_AUTO(it_buf_done) struct it_buf wanted = IT_BUF(SIZE_MAX / 2);

	if (!want->count)
		return INTOTO_OK;
	it_words_join(&ran, command);
	it_words_join(&wanted, want);
	if (ran.failed || wanted.failed)
		return it_err_nomem(err);
	if (good)
		return it_gate_decide(out, IT_DECISION_FINE, "command", NULL, NULL, err,
				      "the step ran %s", it_buf_text(&ran));
	return it_gate_decide(out, IT_DECISION_BLOCKED, "command", NULL, NULL, err,
			      "the step ran %s, and the gate wants %s%s",
			      command->count ? it_buf_text(&ran) : "no command",
			      own->command.count ? "" : "one that begins with ",
			      it_buf_text(&wanted));
}

static int judge_end(struct it_gate_verdict *out, const struct demand *own,
		     const struct intoto_link *link, struct intoto_error **err)
{
	int64_t value = 0;
	enum it_link_end end = it_link_end(link, &value);
	IT_AUTO(it_buf_done) struct it_buf accepted = IT_BUF(TEXT_LIMIT);
	bool told = end == IT_LINK_END_GOOD || end == IT_LINK_END_BAD;

	list_accepted(&accepted, own);
	if (end == IT_LINK_END_LATE)
		return it_gate_decide(out, IT_DECISION_BLOCKED, "exit", NULL, NULL, err,
				      "the command took too long and was ended");
	if (!told)
		return it_gate_decide(out, IT_DECISION_BLOCKED, "exit", NULL, NULL, err,
				      end == IT_LINK_END_UNTOLD
					      ? "the link does not say how the command ended"
					      : "what the link says of the command's end is no "
						"whole number");
	if (value >= 0 && value <= STATUS_MAX && own->accepted[value])
		return it_gate_decide(out, IT_DECISION_FINE, "exit", NULL, NULL, err,
				      "the command ended with status %lld", (long long)value);
	return it_gate_decide(out, IT_DECISION_BLOCKED, "exit", NULL, NULL, err,
			      value < 0
				      ? "the command was ended by signal %lld, and the gate wants "
					"status %s"
				      : "the command ended with status %lld, and the gate wants %s",
			      (long long)(value < 0 ? -value : value), it_buf_text(&accepted));
}

static int judge(struct it_gate_verdict *out, const void *demand, const struct it_gate_input *input,
		 struct intoto_error **err)
{
	const struct demand *own = demand;
	int rc;

	if (!input->link) {
		rc = it_gate_decide(out, IT_DECISION_BLOCKED, "link", NULL, NULL, err,
				    "no single link tells which command the step ran");
		return rc ? rc : it_gate_conclude(out, err, "there is no link");
	}
	rc = judge_words(out, own, &input->link->command, err);
	if (!rc)
		rc = judge_end(out, own, input->link, err);
	return rc ? rc : it_gate_conclude(out, err, "the command of the step");
}

const struct it_gate_kind it_gate_command = {
	.name = "command",
	.summary = "which command a step ran, and how it ended",
	.read = read,
	.free = free_demand,
	.clauses = clauses,
	.judge = judge,
	.link_only = true,
};
