/* SPDX-License-Identifier: Apache-2.0 */
/* Who we are at a registry: challenges, and the files and programs that know names and passwords.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "net/oci/access.h"

/* --- challenges --- */

static void reads_challenges(void **state)
{
	static const struct {
		const char *header;
		bool bearer;
		const char *realm, *service, *scope;
	} cases[] = {
		{ "Basic realm=\"registry\"", false, "registry", NULL, NULL },
		{ "basic", false, NULL, NULL, NULL },
		{ "Bearer "
		  "realm=\"https://a.b/token\",service=\"r\",scope=\"repository:x:pull,push\"",
		  true, "https://a.b/token", "r", "repository:x:pull,push" },
		{ "bearer Realm=https , SERVICE = \"a\\\"b\" ", true, "https", "a\"b", NULL },
		{ "Basic realm=\"x\", Bearer realm=\"y\",service=s", true, "y", "s", NULL },
		{ "Bearer realm=\"y\", Basic realm=\"x\"", true, "y", NULL, NULL },
		{ "Negotiate, Basic realm=\"x\"", false, "x", NULL, NULL },
		{ "Negotiate YII+/a==, Basic realm=\"x\"", false, "x", NULL, NULL },
		{ "Digest realm=\"d\", nonce=\"n,\", qop=\"auth\", Basic realm=\"x\"", false, "x",
		  NULL, NULL },
		{ "Bearer realm=\"one\",realm=\"two\"", true, "one", NULL, NULL },
		{ ", ,Basic realm=\"x\",,", false, "x", NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
		IT_AUTO(it_challenge_done) struct it_challenge found;

		if (it_challenge_parse(&found, cases[i].header, &err))
			fail_msg("%s: %s", cases[i].header, intoto_error_text(err));
		if (found.bearer != cases[i].bearer || !it_streq(found.realm, cases[i].realm) ||
		    !it_streq(found.service, cases[i].service) ||
		    !it_streq(found.scope, cases[i].scope))
			fail_msg("%s: %d %s %s %s", cases[i].header, found.bearer, found.realm,
				 found.service, found.scope);
	}
}

static void refuses_challenges_that_nobody_can_answer(void **state)
{
	static const char *const cases[][2] = {
		{ "", "none that it names" },
		{ "Negotiate", "Negotiate (Bearer and Basic are)" },
		{ "Digest realm=\"d\"", "Digest" },
		{ "Bearer realm=\"never ends", "does not end" },
		{ "Basic \x01", "Basic" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
		IT_AUTO(it_challenge_done) struct it_challenge found;

		if (!it_challenge_parse(&found, cases[i][0], &err))
			fail_msg("%s was taken", cases[i][0]);
		if (!strstr(intoto_error_text(err), cases[i][1]))
			fail_msg("%s: %s", cases[i][0], intoto_error_text(err));
	}
}

/* --- files --- */

static char folder[] = "/tmp/net_access.XXXXXX";

static int make_folder(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	return unsetenv("REGISTRY_AUTH_FILE") || unsetenv("XDG_RUNTIME_DIR") ||
	       unsetenv("XDG_CONFIG_HOME") || setenv("HOME", folder, 1) ||
	       setenv("DOCKER_CONFIG", folder, 1);
}

static const char *const names[] = { "config.json",
				     "docker-credential-good",
				     "docker-credential-bad",
				     "docker-credential-nobody",
				     "docker-credential-token",
				     "other.json" };

static int remove_folder(void **state)
{
	char path[128];

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		(void)snprintf(path, sizeof path, "%s/%s", folder, names[i]);
		(void)unlink(path); /* it may not be there */
	}
	return rmdir(folder);
}

static void write_named(const char *name, const char *text, mode_t mode)
{
	char path[128];

	(void)snprintf(path, sizeof path, "%s/%s", folder, name);
	assert_int_equal(it_file_write(path, it_span_text(text), mode, 0, NULL), INTOTO_OK);
	assert_int_equal(chmod(path, mode), 0);
}

static int find(struct it_credentials *out, const char *image, const char *file,
		struct intoto_error **err)
{
	struct it_registry_access access = { .auth_file = file };
	struct it_image_reference reference;
	int rc;

	assert_int_equal(it_image_reference_parse(&reference, image, NULL), INTOTO_OK);
	rc = it_credentials_find(out, &access, &reference, err);
	it_image_reference_done(&reference);
	return rc;
}

static void assert_user(const char *image, const char *user, const char *password)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
	IT_AUTO(it_credentials_done) struct it_credentials found;

	if (find(&found, image, NULL, &err))
		fail_msg("%s: %s", image, intoto_error_text(err));
	if (!it_streq(found.user, user) || (user && !it_streq(found.password, password)))
		fail_msg("%s: %s %s", image, found.user, found.password);
}

static void takes_the_narrowest_entry(void **state)
{
	(void)state;
	write_named("config.json",
		    "{\"auths\":{\"a.b\":{\"auth\":\"d2lkZTpw\"},\"a.b/"
		    "team\":{\"auth\":\"dGVhbTpwOnE=\"},"
		    "\"a.b/team/app\":{\"username\":\"app\",\"password\":\"r\"},\"c.d:5000\":{},"
		    "\"https://e.f/v2/\":{\"auth\":\"dXJsOnA=\"},"
		    "\"https://index.docker.io/v1/\":{\"auth\":\"aHViOnA=\"}}}",
		    0600);
	assert_user("a.b/x", "wide", "p");
	assert_user("a.b/teams/x", "wide", "p");
	assert_user("a.b/team/x", "team", "p:q");
	assert_user("a.b/team/app", "app", "r");
	assert_user("c.d:5000/x", NULL, NULL);
	assert_user("a.b.c/x", NULL, NULL);
	assert_user("e.f/x", "url", "p");
	assert_user("app", "hub", "p");
}

static void asks_helpers_first(void **state)
{
	IT_AUTO(it_credentials_done) struct it_credentials token;
	IT_AUTO(it_freep) char *path = NULL;

	(void)state;
	assert_true(asprintf(&path, "%s:%s", folder, getenv("PATH")) > 0);
	assert_int_equal(setenv("PATH", path, 1), 0);
	write_named("docker-credential-good",
		    "#!/bin/sh\n[ \"$1\" = get ] && read -r host\n"
		    "printf '{\"ServerURL\":\"%s\",\"Username\":\"%s\",\"Secret\":\"s\"}' "
		    "\"$host\" \"$host\"\n",
		    0700);
	write_named("docker-credential-nobody",
		    "#!/bin/sh\necho credentials not found in native keychain\nexit 1\n", 0700);
	write_named("docker-credential-bad", "#!/bin/sh\necho broken >&2\nexit 3\n", 0700);
	write_named("docker-credential-token",
		    "#!/bin/sh\nprintf '{\"Username\":\"<token>\",\"Secret\":\"t\"}'\n", 0700);
	write_named("config.json",
		    "{\"credHelpers\":{\"a.b\":\"good\",\"n.b\":\"nobody\",\"b.b\":\"bad\",\"t.b\":"
		    "\"token\",\"e.b\":\"../x\","
		    "\"m.b\":\"missing\"},\"auths\":{\"a.b\":{\"auth\":\"d2lkZTpw\"},\"n.b\":{"
		    "\"auth\":\"d2lkZTpw\"}}}",
		    0600);
	assert_user("a.b/x", "a.b", "s");
	assert_user("n.b/x", "wide", "p");
	assert_int_equal(find(&token, "t.b/x", NULL, NULL), INTOTO_OK);
	assert_null(token.user);
	assert_string_equal(token.identity, "t");
	for (int i = 0; i < 3; i++) {
		static const char *const cases[][2] = { { "b.b/x", "ended with status 3: broken" },
							{ "e.b/x",
							  "is no name of a credential helper" },
							{ "m.b/x", "docker-credential-missing" } };
		IT_AUTO(it_credentials_done) struct it_credentials none;
		IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;

		assert_int_not_equal(find(&none, cases[i][0], NULL, &why), INTOTO_OK);
		if (!strstr(intoto_error_text(why), cases[i][1]))
			fail_msg("%s: %s", cases[i][0], intoto_error_text(why));
	}
}

/* "Nobody" and "the file is broken" are two things: the second would be a silent anonymous pull. */
static void refuses_broken_files(void **state)
{
	static const char *const cases[][2] = {
		{ "{", "config.json" },
		{ "[]", "want an object" },
		{ "{\"auths\":[]}", "auths: want an object" },
		{ "{\"credHelpers\":1}", "credHelpers: want an object" },
		{ "{\"credHelpers\":{\"a.b\":[]}}", "a.b: want a text, found a list" },
		{ "{\"credHelpers\":{\"a.b\":\"x\\u0000y\"}}", "a.b: has a NUL" },
		{ "{\"credsStore\":5}", "credsStore: want a text, found a number" },
		{ "{\"credsStore\":\"x\\u0000y\"}", "credsStore: has a NUL" },
		{ "{\"auths\":{\"a.b\":\"d2lkZTpw\"}}", "a.b: want an object, found a text" },
		{ "{\"auths\":{\"a.b\":{\"auth\":5}}}", "a.b: want a text, found a number" },
		{ "{\"auths\":{\"a.b\":{\"identitytoken\":{}}}}", "a.b: want a text" },
		{ "{\"auths\":{\"a.b\":{\"auth\":\"!\"}}}", "is not base64" },
		{ "{\"auths\":{\"a.b\":{\"auth\":\"bm9jb2xvbg==\"}}}",
		  "with a colon between them" },
		{ "{\"auths\":{\"a.b\":{\"username\":\"a\\u0000b\",\"password\":\"x\"}}}", "NUL" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		IT_AUTO(it_credentials_done) struct it_credentials none;
		IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;

		write_named("config.json", cases[i][0], 0600);
		assert_int_equal(find(&none, "a.b/x", NULL, &err), INTOTO_E_FORMAT);
		if (!strstr(intoto_error_text(err), cases[i][1]))
			fail_msg("%s: %s", cases[i][0], intoto_error_text(err));
		assert_null(none.user);
	}
}

static void a_named_file_must_be_there(void **state)
{
	IT_AUTO(it_credentials_done) struct it_credentials none;
	IT_AUTO(it_credentials_done) struct it_credentials found;
	IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
	char path[128];

	(void)state;
	(void)snprintf(path, sizeof path, "%s/other.json", folder);
	assert_int_equal(find(&none, "a.b/x", path, &err), INTOTO_E_NOTFOUND);
	write_named("other.json", "{\"auths\":{\"a.b\":{\"identitytoken\":\"t\"}}}", 0600);
	assert_int_equal(find(&found, "a.b/x", path, NULL), INTOTO_OK);
	assert_string_equal(found.identity, "t");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_challenges),
		cmocka_unit_test(refuses_challenges_that_nobody_can_answer),
		cmocka_unit_test(takes_the_narrowest_entry),
		cmocka_unit_test(asks_helpers_first),
		cmocka_unit_test(refuses_broken_files),
		cmocka_unit_test(a_named_file_must_be_there),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
