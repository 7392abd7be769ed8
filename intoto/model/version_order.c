/* SPDX-License-Identifier: Apache-2.0 */
/* Which of two versions is the older one. */
#include "model/version_order.h"

#include <string.h>

#include "base/text.h"
#include "model/version_pypi.h"

static const struct {
	const char *type;
	enum it_version_scheme scheme;
} schemes[] = {
	{ "alpm", IT_VERSION_RPM },	 { "apk", IT_VERSION_APK },
	{ "alpine", IT_VERSION_APK },	 { "cargo", IT_VERSION_SEMVER },
	{ "deb", IT_VERSION_DEB },	 { "gem", IT_VERSION_SEMVER },
	{ "github", IT_VERSION_SEMVER }, { "golang", IT_VERSION_SEMVER },
	{ "hex", IT_VERSION_SEMVER },	 { "maven", IT_VERSION_MAVEN },
	{ "npm", IT_VERSION_SEMVER },	 { "nuget", IT_VERSION_SEMVER },
	{ "pub", IT_VERSION_SEMVER },	 { "pypi", IT_VERSION_PYPI },
	{ "rpm", IT_VERSION_RPM },	 { "semver", IT_VERSION_SEMVER },
	{ "swift", IT_VERSION_SEMVER },
};

enum it_version_scheme it_version_scheme_of(const char *type)
{
	for (size_t i = 0; i < IT_COUNT_OF(schemes); i++)
		if (it_streq(schemes[i].type, type))
			return schemes[i].scheme;
	return IT_VERSION_GENERIC;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static int sign(int order)
{
	return (order > 0) - (order < 0);
}

/* A run of digits at *at, without leading zeros; *at goes behind it. */
static struct it_span take_number(const char **at)
{
	struct it_span number;

	while (**at == '0' && is_digit((*at)[1]))
		(*at)++;
	number.data = *at;
	while (is_digit(**at))
		(*at)++;
	number.len = (size_t)(*at - number.data);
	return number;
}

/* No digits are nought. */
static int compare_numbers(struct it_span a, struct it_span b)
{
	if (a.len == 1 && a.data[0] == '0')
		a.len = 0;
	if (b.len == 1 && b.data[0] == '0')
		b.len = 0;
	if (a.len != b.len)
		return a.len < b.len ? -1 : 1;
	return sign(it_span_cmp(a, b));
}

/* --- Semantic Versioning 2.0.0, section 11; more or fewer numbers than three are taken --- */

static const char *skip_v(const char *version)
{
	return (version[0] == 'v' || version[0] == 'V') && is_digit(version[1]) ? version + 1
										: version;
}

static int compare_semver_core(const char **a, const char **b)
{
	int order = 0;

	while (!order && (is_digit(**a) || is_digit(**b))) {
		order = compare_numbers(take_number(a), take_number(b));
		*a += **a == '.' && is_digit((*a)[1]);
		*b += **b == '.' && is_digit((*b)[1]);
	}
	return order;
}

static bool is_number(struct it_span text)
{
	for (size_t i = 0; i < text.len; i++)
		if (!is_digit(text.data[i]))
			return false;
	return text.len;
}

static struct it_span take_identifier(const char **at)
{
	size_t len = strcspn(*at, ".+");
	struct it_span part = it_span(*at, len);

	*at += len + ((*at)[len] == '.');
	return part;
}

static int compare_identifiers(struct it_span a, struct it_span b)
{
	if (is_number(a) && is_number(b)) {
		const char *left = a.data;
		const char *right = b.data;

		return compare_numbers(take_number(&left), take_number(&right));
	}
	if (is_number(a) != is_number(b))
		return is_number(a) ? -1 : 1;
	return sign(it_span_cmp(a, b));
}

static int compare_prereleases(const char *a, const char *b)
{
	int order = 0;

	if (!*a || *a == '+' || !*b || *b == '+')
		return (*a && *a != '+' ? -1 : 0) + (*b && *b != '+' ? 1 : 0);
	a += *a == '-' || *a == '.';
	b += *b == '-' || *b == '.';
	while (!order && *a && *a != '+' && *b && *b != '+')
		order = compare_identifiers(take_identifier(&a), take_identifier(&b));
	if (order)
		return order;
	return (*a && *a != '+' ? 1 : 0) - (*b && *b != '+' ? 1 : 0);
}

static bool compare_semver(const char *a, const char *b, int *order)
{
	a = skip_v(a);
	b = skip_v(b);
	if (!is_digit(*a) || !is_digit(*b))
		return false;
	*order = compare_semver_core(&a, &b);
	if (!*order)
		*order = compare_prereleases(a, b);
	return true;
}

/* --- Debian: epoch, then alternating text (~ before the end before letters before the rest) and
 * numbers --- */

static int debian_rank(char c)
{
	if (c == '~')
		return -1;
	if (!c || is_digit(c))
		return 0;
	return is_letter(c) ? (unsigned char)c : (unsigned char)c + 256;
}

static int compare_debian_part(const char *a, const char *b)
{
	while (*a || *b) {
		int order;

		while ((*a && !is_digit(*a)) || (*b && !is_digit(*b))) {
			order = debian_rank(*a) - debian_rank(*b);
			if (order)
				return sign(order);
			a += *a && !is_digit(*a);
			b += *b && !is_digit(*b);
		}
		order = compare_numbers(take_number(&a), take_number(&b));
		if (order)
			return order;
	}
	return 0;
}

/* Cuts "EPOCH:" off; none is 0. */
static struct it_span take_epoch(const char **version)
{
	const char *at = *version;
	struct it_span epoch = take_number(&at);

	if (*at != ':')
		return it_span("", 0);
	*version = at + 1;
	return epoch;
}

/* "1.0-2-3": the revision is what is behind the last hyphen. */
static void cut_revision(char copy[static IT_VERSION_BYTES_MAX], const char *version,
			 const char **revision)
{
	char *dash;

	(void)memcpy(copy, version, strlen(version) + 1); /* shorter: it was checked */
	dash = strrchr(copy, '-');
	*revision = dash ? dash + 1 : "";
	if (dash)
		*dash = '\0';
}

static int compare_epochs(const char **a, const char **b)
{
	struct it_span left = take_epoch(a);
	struct it_span right = take_epoch(b);

	return compare_numbers(left, right);
}

static bool compare_debian(const char *a, const char *b, int *order)
{
	char left[IT_VERSION_BYTES_MAX];
	char right[IT_VERSION_BYTES_MAX];
	const char *left_revision;
	const char *right_revision;

	*order = compare_epochs(&a, &b);
	cut_revision(left, a, &left_revision);
	cut_revision(right, b, &right_revision);
	if (!*order)
		*order = compare_debian_part(left, right);
	if (!*order)
		*order = compare_debian_part(left_revision, right_revision);
	return true;
}

/* --- RPM: segments of digits or letters; digits are newer than letters; ~ is older, ^ newer than
 * the end --- */

static bool is_rpm_mark(char c)
{
	return !c || is_digit(c) || is_letter(c) || c == '~' || c == '^';
}

static struct it_span take_letters(const char **at)
{
	struct it_span run = it_span(*at, 0);

	while (is_letter(**at))
		(*at)++;
	run.len = (size_t)(*at - run.data);
	return run;
}

/* true: decided.  Both are at a mark or at an end. */
static bool compare_rpm_marks(const char **a, const char **b, int *order)
{
	*order = 0;
	if (**a == '~' || **b == '~')
		*order = (**b == '~') - (**a == '~');
	else if (**a == '^' || **b == '^')
		*order = **a == **b ? 0 : **a == '^' ? (**b ? -1 : 1) : (**a ? 1 : -1);
	else
		return false;
	if (*order)
		return true;
	(*a)++;
	(*b)++;
	return false;
}

static int compare_rpm_segments(const char **a, const char **b)
{
	if (is_digit(**a) && is_digit(**b))
		return compare_numbers(take_number(a), take_number(b));
	if (is_letter(**a) && is_letter(**b)) {
		struct it_span left = take_letters(a);
		struct it_span right = take_letters(b);

		return sign(it_span_cmp(left, right));
	}
	if (!**a || !**b)
		return (**a != '\0') - (**b != '\0');
	return is_digit(**a) ? 1 : -1;
}

static int compare_rpm_part(const char *a, const char *b)
{
	int order = 0;

	while (!order && (*a || *b)) {
		while (!is_rpm_mark(*a))
			a++;
		while (!is_rpm_mark(*b))
			b++;
		if (*a == '~' || *b == '~' || *a == '^' || *b == '^') {
			if (compare_rpm_marks(&a, &b, &order))
				return order;
			continue;
		}
		order = compare_rpm_segments(&a, &b);
	}
	return order;
}

/* A version without a release is compared by its version alone, as rpm's dependencies are. */
static bool compare_rpm(const char *a, const char *b, int *order)
{
	char left[IT_VERSION_BYTES_MAX];
	char right[IT_VERSION_BYTES_MAX];
	const char *left_release;
	const char *right_release;

	*order = compare_epochs(&a, &b);
	cut_revision(left, a, &left_release);
	cut_revision(right, b, &right_release);
	if (!*order)
		*order = compare_rpm_part(left, right);
	if (!*order && *left_release && *right_release)
		*order = compare_rpm_part(left_release, right_release);
	return true;
}

/* --- Alpine (apk-tools): numbers, one letter, suffixes, revision --- */

static int apk_suffix_rank(const char **at)
{
	static const char *const before[] = { "alpha", "beta", "pre", "rc" };
	static const char *const after[] = { "cvs", "svn", "git", "hg", "p" };

	if (**at != '_')
		return 0;
	for (size_t i = 0; i < IT_COUNT_OF(before); i++)
		if (it_starts_with(*at + 1, before[i])) {
			*at += 1 + strlen(before[i]);
			return (int)i - 4;
		}
	for (size_t i = 0; i < IT_COUNT_OF(after); i++)
		if (it_starts_with(*at + 1, after[i])) {
			*at += 1 + strlen(after[i]);
			return (int)i + 1;
		}
	return 0;
}

static int compare_apk_suffixes(const char **a, const char **b)
{
	int order = 0;

	while (!order && (**a == '_' || **b == '_')) {
		const char *was_a = *a;
		const char *was_b = *b;

		order = sign(apk_suffix_rank(a) - apk_suffix_rank(b));
		if (!order && (*a == was_a || *b == was_b))
			return 0; /* no suffix that is known: the caller sees that text is left */
		if (!order)
			order = compare_numbers(take_number(a), take_number(b));
	}
	return order;
}

static bool compare_apk(const char *a, const char *b, int *order)
{
	if (!is_digit(*a) || !is_digit(*b))
		return false;
	*order = compare_semver_core(&a, &b);
	if (!*order)
		*order = (is_letter(*a) ? *a : 0) - (is_letter(*b) ? *b : 0);
	a += is_letter(*a);
	b += is_letter(*b);
	if (!*order)
		*order = compare_apk_suffixes(&a, &b);
	if (*order) {
		*order = sign(*order);
		return true;
	}
	a += it_starts_with(a, "-r") ? 2 : 0;
	b += it_starts_with(b, "-r") ? 2 : 0;
	*order = compare_numbers(take_number(&a), take_number(&b));
	return !*a && !*b;
}

/* --- Maven: "." and "-" and each change between digits and letters separate; qualifiers have an
 * order --- */

static int maven_rank(struct it_span word)
{
	static const char *const words[] = { "alpha",	 "beta", "milestone", "rc",
					     "snapshot", "",	 "sp" };
	static const struct {
		const char *alias;
		int rank;
	} aliases[] = { { "a", 0 },  { "b", 1 },     { "m", 2 },      { "cr", 3 },
			{ "ga", 5 }, { "final", 5 }, { "release", 5 } };
	char text[16] = "";

	if (word.len >= sizeof text)
		return 7;
	for (size_t i = 0; i < word.len; i++)
		text[i] = word.data[i];
	for (size_t i = 0; i < IT_COUNT_OF(words); i++)
		if (it_streq_nocase(text, words[i]))
			return (int)i;
	for (size_t i = 0; i < IT_COUNT_OF(aliases); i++)
		if (it_streq_nocase(text, aliases[i].alias))
			return aliases[i].rank;
	return 7;
}

static int compare_words(struct it_span a, struct it_span b)
{
	for (size_t i = 0; i < a.len && i < b.len; i++) {
		int left = a.data[i] | 0x20;
		int right = b.data[i] | 0x20;

		if (left != right)
			return left < right ? -1 : 1;
	}
	return (a.len > b.len) - (a.len < b.len);
}

/* A missing part is 0 beside a number, and the release itself beside a word. */
static int compare_maven_part(const char **a, const char **b)
{
	if (is_digit(**a) || is_digit(**b)) {
		if (is_letter(**a) || is_letter(**b))
			return is_digit(**a) ? 1 : -1;
		return compare_numbers(take_number(a), take_number(b));
	}
	{
		struct it_span left = take_letters(a);
		struct it_span right = take_letters(b);
		int order = maven_rank(left) - maven_rank(right);

		if (order)
			return sign(order);
		return maven_rank(left) == 7 ? compare_words(left, right) : 0;
	}
}

static bool compare_maven(const char *a, const char *b, int *order)
{
	*order = 0;
	while (!*order && (*a || *b)) {
		while (*a && !is_digit(*a) && !is_letter(*a))
			a++;
		while (*b && !is_digit(*b) && !is_letter(*b))
			b++;
		*order = compare_maven_part(&a, &b);
	}
	return true;
}

/* --- anything else --- */

static bool compare_generic(const char *a, const char *b, int *order)
{
	a = skip_v(a);
	b = skip_v(b);
	*order = 0;
	while (!*order && (*a || *b)) {
		while (*a && !is_digit(*a) && !is_letter(*a))
			a++;
		while (*b && !is_digit(*b) && !is_letter(*b))
			b++;
		if (is_digit(*a) || is_digit(*b)) {
			if (is_letter(*a) || is_letter(*b))
				return false; /* 1.2.3 and 1.2.x: nobody can know */
			*order = compare_numbers(take_number(&a), take_number(&b));
		} else if (*a && *b) {
			*order = compare_words(take_letters(&a), take_letters(&b));
		} else {
			return !*a && !*b; /* 1.0 and 1.0b: older for some, newer for others */
		}
	}
	return true;
}

static bool is_comparable(const char *version)
{
	return version && version[0] && strlen(version) < IT_VERSION_BYTES_MAX;
}

bool it_version_compare(enum it_version_scheme scheme, const char *a, const char *b, int *order)
{
	*order = 0;
	if (!is_comparable(a) || !is_comparable(b))
		return false;
	switch (scheme) {
	case IT_VERSION_SEMVER:
		return compare_semver(a, b, order);
	case IT_VERSION_DEB:
		return compare_debian(a, b, order);
	case IT_VERSION_RPM:
		return compare_rpm(a, b, order);
	case IT_VERSION_APK:
		return compare_apk(a, b, order);
	case IT_VERSION_PYPI:
		return it_version_compare_pypi(a, b, order);
	case IT_VERSION_MAVEN:
		return compare_maven(a, b, order);
	case IT_VERSION_GENERIC:
		break;
	}
	return compare_generic(a, b, order);
}

bool it_versions_equal(enum it_version_scheme scheme, const char *a, const char *b)
{
	int order;

	if (it_streq(a, b))
		return true;
	/* A build number (semver 10) is passed over by the order, and means other bytes. */
	if (scheme == IT_VERSION_SEMVER)
		return it_streq(skip_v(a), skip_v(b));
	/* Without a release, or with other separators, it need not be the same package. */
	if (scheme == IT_VERSION_RPM || scheme == IT_VERSION_GENERIC || scheme == IT_VERSION_MAVEN)
		return false;
	return it_version_compare(scheme, a, b, &order) && !order;
}
