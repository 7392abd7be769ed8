/* SPDX-License-Identifier: Apache-2.0 */
/* Databases of packages, as the attestor "host" reads them. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "attestors/host/packages.h"

typedef int reader(struct packages *out, const char *text, struct intoto_error **err);

static void is(const struct package *package, const char *name, const char *version,
	       const char *architecture)
{
	assert_string_equal(package->name, name);
	assert_string_equal(package->version, version);
	assert_string_equal(package->architecture, architecture);
}

static void refuses(reader *read, const char *text, enum intoto_code code, const char *why)
{
	struct packages packages = { 0 };
	struct intoto_error *err = NULL;

	assert_int_equal(read(&packages, text, &err), code);
	if (!strstr(intoto_error_text(err), why))
		fail_msg("found '%s', wanted '%s'", intoto_error_text(err), why);
	intoto_error_free(err);
	packages_done(&packages);
}

static void reads_what_dpkg_has_installed(void **state)
{
	struct packages packages = { 0 };

	(void)state;
	assert_int_equal(packages_read_dpkg(&packages,
					    "Package: zlib1g\nStatus: install ok installed\n"
					    "Architecture: amd64\nVersion: 1:1.2.13.dfsg-1\n"
					    "Description: a library\n Package: no\n\n"
					    "Package: gone\nStatus: deinstall ok config-files\n"
					    "Version: 1\nArchitecture: all\n\n"
					    "Package: half\nStatus: install ok unpacked\n"
					    "Version: 1\nArchitecture: all\n\n"
					    "Package: adduser\nStatus: hold ok installed\n"
					    "Version: 3.134\nArchitecture: all\n",
					    NULL),
			 0);
	packages_sort(&packages);
	assert_int_equal(packages.count, 2);
	is(&packages.items[0], "adduser", "3.134", "all");
	is(&packages.items[1], "zlib1g", "1:1.2.13.dfsg-1", "amd64");
	packages_done(&packages);
}

static void reads_apk_and_rpm(void **state)
{
	struct packages packages = { 0 };

	(void)state;
	assert_int_equal(packages_read_apk(&packages,
					   "C:Q1x\nP:musl\nV:1.2.5-r0\nA:x86_64\nS:1\n\n"
					   "P:busybox\nV:1.36.1-r29\nA:x86_64\n\n",
					   NULL),
			 0);
	packages_sort(&packages);
	assert_int_equal(packages.count, 2);
	is(&packages.items[0], "busybox", "1.36.1-r29", "x86_64");
	packages_done(&packages);
	assert_int_equal(packages_read_rpm(&packages,
					   "bash\t5.2.26-3.fc40\tx86_64\n"
					   "gpg-pubkey\ta15b79cc-63d04c2c\t(none)\n",
					   NULL),
			 0);
	assert_int_equal(packages.count, 2);
	is(&packages.items[0], "bash", "5.2.26-3.fc40", "x86_64");
	packages_done(&packages);
}

static void reads_no_database_as_no_package(void **state)
{
	struct packages packages = { 0 };

	(void)state;
	assert_int_equal(packages_read_dpkg(&packages, "", NULL), 0);
	assert_int_equal(packages_read_apk(&packages, "\n\n\n", NULL), 0);
	assert_int_equal(packages_read_rpm(&packages, "\n", NULL), 0);
	assert_int_equal(packages.count, 0);
	packages_done(&packages);
}

static void refuses_databases_that_are_broken(void **state)
{
	(void)state;
	refuses(packages_read_dpkg, "Package: a\nPackage: b\n", INTOTO_E_FORMAT, "a field twice");
	refuses(packages_read_dpkg, "Package:\n", INTOTO_E_FORMAT, "empty");
	refuses(packages_read_rpm, "bash 5.2\n", INTOTO_E_FORMAT,
		"want NAME, VERSION and ARCHITECTURE");
	refuses(packages_read_rpm, "bash\t5.2\n", INTOTO_E_FORMAT, "want NAME");
	refuses(packages_read_rpm, "bash\t\tx\n", INTOTO_E_FORMAT, "want NAME");
	refuses(packages_read_rpm, "a\tb\t\n", INTOTO_E_FORMAT, "want NAME");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_dpkg_has_installed),
		cmocka_unit_test(reads_apk_and_rpm),
		cmocka_unit_test(reads_no_database_as_no_package),
		cmocka_unit_test(refuses_databases_that_are_broken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
