/* SPDX-License-Identifier: Apache-2.0 */
/* Grouping by two sorts: by what is the same, then back into the report's order. */
#include "layouts/report_groups.h"

#include "base/text.h"

static int compare_texts(const char *a, const char *b)
{
	return it_span_cmp(it_span_text(a), it_span_text(b));
}

static int compare_numbers(size_t a, size_t b)
{
	return (a > b) - (a < b);
}

static int by_sameness(const void *a, const void *b)
{
	const struct it_grouped *x = a;
	const struct it_grouped *y = b;
	int order = compare_texts(x->check->item, y->check->item);

	if (!order)
		order = compare_texts(x->check->code, y->check->code);
	if (!order)
		order = compare_texts(x->check->subject, y->check->subject);
	return order ? order : compare_numbers(x->index, y->index);
}

static int by_place(const void *a, const void *b)
{
	const struct it_grouped *x = a;
	const struct it_grouped *y = b;
	int order = compare_numbers(x->group, y->group);

	return order ? order : compare_numbers(x->index, y->index);
}

static bool same_item(const struct it_grouped *a, const struct it_grouped *b)
{
	return it_streq(a->check->item, b->check->item);
}

static bool same_check(const struct it_grouped *a, const struct it_grouped *b)
{
	return same_item(a, b) && it_streq(a->check->code, b->check->code) &&
	       it_streq(a->check->subject, b->check->subject);
}

/* Sorted by sameness. */
static void number(struct it_grouped *checks, size_t count)
{
	size_t end;

	for (size_t i = 1; i < count; i++)
		if (same_check(&checks[i - 1], &checks[i]))
			checks[i].ordinal = checks[i - 1].ordinal + 1;
	for (size_t begin = 0; begin < count; begin = end) {
		size_t first = SIZE_MAX;

		for (end = begin; end < count && same_item(&checks[begin], &checks[end]); end++)
			if (checks[end].index < first)
				first = checks[end].index;
		for (size_t i = begin; i < end; i++)
			checks[i].group = first;
	}
}

/* Sorted by place. */
static void cut(struct it_report_groups *groups)
{
	for (size_t i = 0; i < groups->check_count; i++) {
		const struct it_grouped *checks = groups->checks;
		struct it_report_group *group;

		if (!i || checks[i - 1].group != checks[i].group)
			groups->items[groups->count++] =
				(struct it_report_group){ .item = checks[i].check->item,
							  .checks = &checks[i] };
		group = &groups->items[groups->count - 1];
		group->count++;
		group->tally[checks[i].check->outcome]++;
	}
}

int it_report_groups_make(struct it_report_groups *groups, const struct intoto_report *report,
			  struct intoto_error **err)
{
	size_t count = intoto_report_count(report);

	*groups = (struct it_report_groups){ 0 };
	groups->checks = calloc(count + 1, sizeof *groups->checks);
	groups->items = calloc(count + 1, sizeof *groups->items);
	if (!groups->checks || !groups->items) {
		it_report_groups_done(groups);
		return it_err_nomem(err);
	}
	for (size_t i = 0; i < count; i++)
		groups->checks[i] =
			(struct it_grouped){ .check = intoto_report_at(report, i), .index = i };
	groups->check_count = count;
	qsort(groups->checks, count, sizeof *groups->checks, by_sameness);
	number(groups->checks, count);
	qsort(groups->checks, count, sizeof *groups->checks, by_place);
	cut(groups);
	return INTOTO_OK;
}

void it_report_groups_done(struct it_report_groups *groups)
{
	free(groups->items);
	free(groups->checks);
	*groups = (struct it_report_groups){ 0 };
}
