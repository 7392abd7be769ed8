/* SPDX-License-Identifier: Apache-2.0 */
/* Ranges in the vers notation (purl-spec, VERSION-RANGE-SPEC). */
#include <string.h>

#include "base/text.h"
#include "model/version_order.h"

enum comparator { EQUAL, NOT_EQUAL, LESS, LESS_EQUAL, MORE, MORE_EQUAL };

struct bound {
	enum comparator comparator;
	char version[IT_VERSION_BYTES_MAX];
};

static const struct {
	const char *sign;
	enum comparator comparator;
} comparators[] = {
	{ ">=", MORE_EQUAL }, { "<=", LESS_EQUAL }, { "!=", NOT_EQUAL },
	{ ">", MORE },	      { "<", LESS },	    { "=", EQUAL },
};

static int hex_value(char c)
{
	const char *digits = "0123456789abcdef";
	const char *found = c ? strchr(digits, c >= 'A' && c <= 'F' ? c + 32 : c) : NULL;

	return found ? (int)(found - digits) : -1;
}

static bool decode(char *out, struct it_span text)
{
	size_t len = 0;

	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];

		if (c == ' ')
			continue;
		if (c == '%') {
			int high = i + 2 < text.len ? hex_value(text.data[i + 1]) : -1;
			int low = high < 0 ? -1 : hex_value(text.data[i + 2]);

			if (low < 0)
				return false;
			c = (char)(high * 16 + low);
			i += 2;
		}
		if ((unsigned char)c < 0x20 || len + 1 == IT_VERSION_BYTES_MAX)
			return false;
		out[len++] = c;
	}
	out[len] = '\0';
	return len;
}

static bool read_bound(struct bound *out, struct it_span text)
{
	while (text.len && text.data[0] == ' ')
		text = it_span(text.data + 1, text.len - 1);
	out->comparator = EQUAL;
	for (size_t i = 0; i < IT_COUNT_OF(comparators); i++) {
		size_t len = strlen(comparators[i].sign);

		if (text.len > len && it_span_is(it_span(text.data, len), comparators[i].sign)) {
			out->comparator = comparators[i].comparator;
			text = it_span(text.data + len, text.len - len);
			break;
		}
	}
	return decode(out->version, text);
}

/* The next of the bounds; false at the end. */
static bool next_bound(const char **at, struct it_span *bound)
{
	size_t len;

	while (**at == '|')
		(*at)++;
	len = strcspn(*at, "|");
	*bound = it_span(*at, len);
	*at += len;
	return len;
}

/* "vers:TYPE/": what is behind it; NULL when it is none. */
static const char *open_range(const char *range, enum it_version_scheme *scheme)
{
	char type[32];
	size_t len;

	if (!range || !it_starts_with(range, "vers:"))
		return NULL;
	range += strlen("vers:");
	len = strcspn(range, "/");
	if (!len || len >= sizeof type || range[len] != '/')
		return NULL;
	(void)memcpy(type, range, len);
	type[len] = '\0';
	*scheme = it_version_scheme_of(type);
	return range + len + 1;
}

static bool is_lower(enum comparator comparator)
{
	return comparator == MORE || comparator == MORE_EQUAL;
}

static bool is_upper(enum comparator comparator)
{
	return comparator == LESS || comparator == LESS_EQUAL;
}

/* What the walk over the bounds, which stand in the order of their versions, has found. */
struct walk {
	bool in;    /* of an interval or equal to a bound */
	bool out;   /* named with "!=" */
	bool above; /* the last lower bound lies below the version */
	bool open;  /* a lower bound waits for its upper one */
	bool seen;  /* any interval bound before */
};

static bool step(struct walk *walk, const struct bound *bound, enum it_version_scheme scheme,
		 const char *version)
{
	int order;

	if (!it_version_compare(scheme, version, bound->version, &order))
		return false;
	walk->in = walk->in || (bound->comparator == EQUAL && !order);
	walk->out = walk->out || (bound->comparator == NOT_EQUAL && !order);
	if (is_lower(bound->comparator)) {
		walk->above = order > 0 || (!order && bound->comparator == MORE_EQUAL);
		walk->open = true;
		walk->seen = true;
	} else if (is_upper(bound->comparator)) {
		bool below = order < 0 || (!order && bound->comparator == LESS_EQUAL);

		walk->in = walk->in || (below && (walk->open ? walk->above : !walk->seen));
		walk->open = false;
		walk->seen = true;
	}
	return true;
}

static bool is_all(const char *bounds)
{
	return it_streq(bounds, "*");
}

enum it_version_in it_version_in_range(const char *range, const char *version)
{
	enum it_version_scheme scheme;
	const char *at = open_range(range, &scheme);
	struct walk walk = { 0 };
	bool only_excluded = true;
	struct it_span text;
	size_t count = 0;

	if (!at || !*at || !version || !*version)
		return IT_VERSION_NOT_COMPARABLE;
	if (is_all(at))
		return IT_VERSION_IN;
	while (next_bound(&at, &text)) {
		struct bound bound;

		if (++count > IT_VERSION_RANGES_MAX || !read_bound(&bound, text) ||
		    !step(&walk, &bound, scheme, version))
			return IT_VERSION_NOT_COMPARABLE;
		only_excluded = only_excluded && bound.comparator == NOT_EQUAL;
	}
	if (!count)
		return IT_VERSION_NOT_COMPARABLE;
	if (walk.out)
		return IT_VERSION_OUT;
	return walk.in || (walk.open && walk.above) || only_excluded ? IT_VERSION_IN
								     : IT_VERSION_OUT;
}

bool it_version_range_is_valid(const char *range)
{
	enum it_version_scheme scheme;
	const char *at = open_range(range, &scheme);
	struct it_span text;
	size_t count = 0;

	if (!at || !*at)
		return false;
	while (!is_all(at) && next_bound(&at, &text)) {
		struct bound bound;

		if (++count > IT_VERSION_RANGES_MAX || !read_bound(&bound, text))
			return false;
	}
	return true;
}
