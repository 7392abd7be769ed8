/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The attestor "host": on what the step ran.  The kernel, the distribution, and the packages that
 * are installed, by the database of dpkg, apk or rpm.  It names no machine and no user.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "attestors/host/packages.h"

#define PREDICATE "https://in-toto.io/intoto/host/v1"
#define OWNED(fn) __attribute__((cleanup(fn)))

enum {
	DATABASE_MAX = 64 << 20, /* bytes */
	RELEASE_MAX = 64 * 1024,
	RPM_SECONDS = 30,
	STATUS_FILES_MAX = 10000,
};

static void free_text(char **text)
{
	free(*text);
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd); /* only read */
}

/* --- files --- */

static int read_all(char **out, int fd, size_t limit, const char *path, struct intoto_error **err)
{
	OWNED(free_text) char *text = NULL;
	size_t length = 0;
	size_t size = 0;

	for (;;) {
		ssize_t got;

		if (size - length < 4096) {
			char *more = realloc(text, size = size ? size * 2 : 65536);

			if (!more)
				return intoto_attestor_fail(err, INTOTO_E_NOMEM, "out of memory");
			text = more;
		}
		got = read(fd, text + length, size - length - 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return intoto_attestor_fail(err, INTOTO_E_IO, "%s: %s", path,
						    strerror(errno));
		length += (size_t)got;
		if (length > limit)
			return intoto_attestor_fail(err, INTOTO_E_LIMIT, "%s: more than %zu bytes",
						    path, limit);
		if (got)
			continue;
		text[length] = '\0';
		*out = text;
		text = NULL;
		return INTOTO_OK;
	}
}

/* *out is NULL when there is no such file. */
static int read_file(char **out, const char *path, size_t limit, struct intoto_error **err)
{
	OWNED(close_fd) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	*out = NULL;
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return INTOTO_OK;
	if (fd < 0)
		return intoto_attestor_fail(err, INTOTO_E_IO, "%s: %s", path, strerror(errno));
	return read_all(out, fd, limit, path, err);
}

/* --- the distribution --- */

/* os-release(5): NAME=value, perhaps in quotation marks, with a backslash before some characters.
 * The value is copied to out; false when it is not there. */
static bool release_value(const char *text, const char *name, char *out, size_t size)
{
	size_t skip = strlen(name);
	size_t length = 0;
	char quote;

	while (text && !(intoto_text_begins(text, name) && text[skip] == '=')) {
		text = strchr(text, '\n');
		text = text ? text + 1 : NULL;
	}
	if (!text)
		return false;
	text += skip + 1;
	quote = *text == '"' || *text == '\'' ? *text++ : '\n';
	for (; *text && *text != quote && *text != '\n' && length + 1 < size; text++) {
		if (*text == '\\' && text[1] && text[1] != '\n')
			text++;
		out[length++] = *text;
	}
	out[length] = '\0';
	return length > 0;
}

static int read_release(char **out, struct intoto_error **err)
{
	int rc = read_file(out, "/etc/os-release", RELEASE_MAX, err);

	return rc || *out ? rc : read_file(out, "/usr/lib/os-release", RELEASE_MAX, err);
}

static void write_release(struct intoto_json_out *out, const char *release)
{
	static const struct {
		const char *name;
		const char *member;
	} values[] = {
		{ "ID", "id" },
		{ "ID_LIKE", "like" },
		{ "NAME", "name" },
		{ "VERSION_ID", "version" },
		{ "VERSION_CODENAME", "codename" },
		{ "BUILD_ID", "build" },
	};
	char value[1024];

	intoto_out_name(out, "distribution");
	intoto_out_object(out);
	for (size_t i = 0; i < sizeof values / sizeof *values; i++)
		if (release_value(release, values[i].name, value, sizeof value))
			intoto_out_member(out, values[i].member, value);
	intoto_out_object_end(out);
}

static void write_kernel(struct intoto_json_out *out, const struct utsname *system)
{
	intoto_out_name(out, "kernel");
	intoto_out_object(out);
	intoto_out_member(out, "machine", system->machine);
	intoto_out_member(out, "name", system->sysname);
	intoto_out_member(out, "release", system->release);
	intoto_out_member(out, "version", system->version);
	intoto_out_object_end(out);
}

/* --- packages --- */

/* Images without dpkg itself have a file for each package in place of one for all. */
static int read_status_folder(struct packages *out, const char *folder, bool *found,
			      struct intoto_error **err)
{
	DIR *files = opendir(folder);
	size_t count = 0;
	int rc = INTOTO_OK;

	for (const struct dirent *entry = files ? readdir(files) : NULL; !rc && entry;
	     entry = readdir(files)) {
		OWNED(free_text) char *path = NULL;
		OWNED(free_text) char *text = NULL;

		if (entry->d_name[0] == '.' || intoto_text_ends(entry->d_name, ".md5sums"))
			continue;
		if (++count > STATUS_FILES_MAX)
			rc = intoto_attestor_fail(err, INTOTO_E_LIMIT, "%s: more than %d files",
						  folder, STATUS_FILES_MAX);
		else if (asprintf(&path, "%s/%s", folder, entry->d_name) < 0) {
			path = NULL;
			rc = intoto_attestor_fail(err, INTOTO_E_NOMEM, "out of memory");
		}
		if (!rc)
			rc = read_file(&text, path, DATABASE_MAX, err);
		if (!rc && text)
			rc = packages_read_dpkg(out, text, err);
		*found = true;
	}
	if (files)
		(void)closedir(files); /* only read */
	return rc;
}

static int read_dpkg(struct packages *out, bool *found, struct intoto_error **err)
{
	OWNED(free_text) char *text = NULL;
	int rc = read_file(&text, "/var/lib/dpkg/status", DATABASE_MAX, err);

	*found = text;
	if (!rc && text)
		rc = packages_read_dpkg(out, text, err);
	return rc ? rc : read_status_folder(out, "/var/lib/dpkg/status.d", found, err);
}

static int read_apk(struct packages *out, bool *found, struct intoto_error **err)
{
	static const char *const paths[] = { "/lib/apk/db/installed", "/usr/lib/apk/db/installed" };
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && !*found && i < sizeof paths / sizeof *paths; i++) {
		OWNED(free_text) char *text = NULL;

		rc = read_file(&text, paths[i], DATABASE_MAX, err);
		*found = text;
		if (!rc && text)
			rc = packages_read_apk(out, text, err);
	}
	return rc;
}

/* The database has had many forms: rpm itself reads it. */
static int read_rpm(struct packages *out, bool *found, struct intoto_error **err)
{
	static const char *const folders[] = { "/usr/lib/sysimage/rpm", "/var/lib/rpm" };
	static const char *const ask[] = { "rpm", "-qa", "--qf", "%{NAME}\\t%{EVR}\\t%{ARCH}\\n",
					   NULL };
	OWNED(free_text) char *text = NULL;
	struct stat status;
	size_t length;
	int rc;

	for (size_t i = 0; !*found && i < sizeof folders / sizeof *folders; i++)
		*found = !stat(folders[i], &status) && S_ISDIR(status.st_mode);
	if (!*found)
		return INTOTO_OK;
	rc = intoto_program_output(&text, &length, ask, -1, DATABASE_MAX, RPM_SECONDS, err);
	return rc ? rc : packages_read_rpm(out, text, err);
}

static const struct database {
	const char *name;
	const char *purl; /* type of it in package URLs */
	int (*read)(struct packages *out, bool *found, struct intoto_error **err);
} databases[] = {
	{ "dpkg", "deb", read_dpkg },
	{ "apk", "apk", read_apk },
	{ "rpm", "rpm", read_rpm },
};

/* The first that has any package; NULL: none has. */
static int read_packages(struct packages *out, const struct database **database,
			 struct intoto_error **err)
{
	int rc = INTOTO_OK;

	*database = NULL;
	for (size_t i = 0; !rc && !out->count && i < sizeof databases / sizeof *databases; i++) {
		bool found = false;

		rc = databases[i].read(out, &found, err);
		if (!rc && out->count)
			*database = &databases[i];
	}
	packages_sort(out);
	return rc;
}

/* What a package URL must escape (purl specification, "Rules for each purl component"). */
static void escape(char *out, size_t size, const char *text)
{
	static const char digits[] = "0123456789ABCDEF";
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789.-_~:";
	size_t at = 0;

	for (; *text && at + 4 < size; text++) {
		unsigned char byte = (unsigned char)*text;

		if (strchr(plain, *text)) {
			out[at++] = *text;
			continue;
		}
		out[at++] = '%';
		out[at++] = digits[byte >> 4];
		out[at++] = digits[byte & 15];
	}
	out[at] = '\0';
}

static void write_purl(struct intoto_json_out *out, const struct database *database,
		       const char *vendor, const struct package *package)
{
	char name[3 * PACKAGE_WORD_MAX + 8];
	char version[3 * PACKAGE_WORD_MAX + 8];
	char architecture[3 * PACKAGE_WORD_MAX + 8];
	OWNED(free_text) char *purl = NULL;

	escape(name, sizeof name, package->name);
	escape(version, sizeof version, package->version);
	escape(architecture, sizeof architecture, package->architecture);
	if (asprintf(&purl, "pkg:%s/%s/%s@%s%s%s", database->purl, vendor, name, version,
		     *architecture ? "?arch=" : "", architecture) < 0)
		purl = NULL;
	intoto_out_member(out, "purl", purl);
}

static void write_package(struct intoto_json_out *out, const struct database *database,
			  const char *vendor, const struct package *package)
{
	intoto_out_object(out);
	if (*package->architecture)
		intoto_out_member(out, "architecture", package->architecture);
	intoto_out_member(out, "name", package->name);
	if (*vendor)
		write_purl(out, database, vendor, package);
	intoto_out_member(out, "version", package->version);
	intoto_out_object_end(out);
}

/* Whether the option "package" names it, or none is named. */
static bool is_wanted(const struct intoto_request *request, const struct package *package)
{
	size_t count = intoto_request_option_count(request, "package");

	for (size_t i = 0; i < count; i++)
		if (intoto_text_same(intoto_request_option_at(request, "package", i),
				     package->name))
			return true;
	return !count;
}

static void write_packages(struct intoto_json_out *out, const struct intoto_request *request,
			   const struct packages *packages, const struct database *database,
			   const char *release)
{
	char vendor[64] = "";

	if (release)
		(void)release_value(release, "ID", vendor, sizeof vendor); /* "" then */
	intoto_out_name(out, "packages");
	intoto_out_object(out);
	intoto_out_member(out, "database", database->name);
	intoto_out_name(out, "installed");
	intoto_out_int(out, (int64_t)packages->count);
	intoto_out_name(out, "list");
	intoto_out_list(out);
	for (size_t i = 0; i < packages->count; i++)
		if (is_wanted(request, &packages->items[i]))
			write_package(out, database, vendor, &packages->items[i]);
	intoto_out_list_end(out);
	intoto_out_object_end(out);
}

static int read_choice(bool *out, const struct intoto_request *request, struct intoto_error **err)
{
	const char *value = intoto_request_option(request, "packages");

	*out = !intoto_text_same(value, "no");
	if (value && *out && !intoto_text_same(value, "yes"))
		return intoto_attestor_fail(err, INTOTO_E_USAGE,
					    "the option \"packages\": want yes or no");
	return INTOTO_OK;
}

static int attest(const struct intoto_request *request, struct intoto_answer *answer,
		  struct intoto_error **err)
{
	OWNED(packages_done) struct packages packages = { 0 };
	OWNED(free_text) char *release = NULL;
	const struct database *database = NULL;
	struct intoto_json_out *out;
	struct utsname system;
	bool wanted = false;
	int rc = read_choice(&wanted, request, err);

	if (!rc && uname(&system))
		rc = intoto_attestor_fail(err, INTOTO_E_IO, "uname: %s", strerror(errno));
	if (!rc)
		rc = read_release(&release, err);
	if (!rc && wanted)
		rc = read_packages(&packages, &database, err);
	if (!rc)
		rc = intoto_answer_begin(answer, PREDICATE, &out, err);
	if (rc)
		return rc;
	intoto_out_object(out);
	if (release)
		write_release(out, release);
	write_kernel(out, &system);
	if (database)
		write_packages(out, request, &packages, database, release);
	intoto_out_object_end(out);
	rc = intoto_answer_end(answer, err);
	if (!rc && wanted && !database)
		rc = intoto_answer_note(answer, err, "no database of packages was found");
	return rc;
}

static const char *const predicates[] = { PREDICATE, NULL };
static const char *const paths[] = { "/etc/os-release",	      "/usr/lib/os-release",
				     "/var/lib/dpkg",	      "/lib/apk/db",
				     "/usr/lib/apk/db",	      "/var/lib/rpm",
				     "/usr/lib/sysimage/rpm", NULL };

static const struct intoto_attestor_option options[] = {
	{ "package", "NAME", "list this package, and no other that is not named", true },
	{ "packages", "yes|no", "list the packages that are installed", false },
	{ 0 },
};

static const struct intoto_attestor attestor = {
	.name = "host",
	.summary = "kernel, distribution and packages of the system",
	.predicates = predicates,
	.options = options,
	.needs = INTOTO_NEEDS_PROGRAMS,
	.paths = paths,
	.memory_bytes = UINT64_C(512) << 20,
	.attest = attest,
};

int main(int argc, char **argv)
{
	return intoto_attestor_main(argc, argv, &attestor);
}
