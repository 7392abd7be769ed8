/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The order of versions, as far as ranges of VEX statements and "fixed in" need it, and ranges in
 * the vers notation ("vers:npm/>=1.0.0|<1.4.2").
 *
 * Whoever asks is told when two versions cannot be compared: a range that is not understood never
 * covers anything.
 */
#ifndef IT_MODEL_VERSION_ORDER_H
#define IT_MODEL_VERSION_ORDER_H

#include "base/buf.h"

enum it_version_scheme {
	IT_VERSION_GENERIC, /* runs of digits and of letters; a letter run is less than none */
	IT_VERSION_SEMVER,  /* npm, cargo, golang (with its "v"), nuget, hex, gem … */
	IT_VERSION_DEB,	    /* Debian policy 5.6.12 */
	IT_VERSION_RPM,	    /* rpmvercmp with epoch and release */
	IT_VERSION_APK,
	IT_VERSION_PYPI,  /* PEP 440 */
	IT_VERSION_MAVEN, /* as Maven's ComparableVersion, its qualifiers ordered */
};

enum { IT_VERSION_BYTES_MAX = 1024, IT_VERSION_RANGES_MAX = 1024 };

/* Of a purl type or a word of vers; GENERIC for what is not known. */
enum it_version_scheme it_version_scheme_of(const char *type);
/* false: they cannot be ordered (one is empty, too long, or not of the scheme). */
bool it_version_compare(enum it_version_scheme scheme, const char *a, const char *b, int *order);
/* The same bytes, or compared as equal. */
bool it_versions_equal(enum it_version_scheme scheme, const char *a, const char *b);

enum it_version_in {
	IT_VERSION_OUT,
	IT_VERSION_IN,
	IT_VERSION_NOT_COMPARABLE, /* no vers range, or a version that cannot be ordered */
};
/* Whether a version lies in a vers range; "*" behind the slash covers all. */
enum it_version_in it_version_in_range(const char *range, const char *version);
/* Whether a text is a vers range that can be read. */
bool it_version_range_is_valid(const char *range);

#endif
