/* SPDX-License-Identifier: Apache-2.0 */
/* References to images: what they stand for, and what is none. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "model/image_reference.h"

#define DIGEST "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"

static void reads_references_as_docker_does(void **state)
{
	static const char *const cases[][2] = {
		{ "app", "docker.io/library/app" },
		{ "app:1.4", "docker.io/library/app:1.4" },
		{ "team/app", "docker.io/team/app" },
		{ "docker.io/app", "docker.io/library/app" },
		{ "index.docker.io/app", "docker.io/library/app" },
		{ "library/app", "docker.io/library/app" },
		{ "localhost/app", "localhost/app" },
		{ "localhost:5000/app:x", "localhost:5000/app:x" },
		{ "127.0.0.1:5000/demo/app:v1", "127.0.0.1:5000/demo/app:v1" },
		{ "[::1]:5000/app", "[::1]:5000/app" },
		{ "[fe80::1]/app:a", "[fe80::1]/app:a" },
		{ "Registry.Example/app", "registry.example/app" },
		{ "registry.example/a/b/c-d__e.f_g:V1.0-rc_1",
		  "registry.example/a/b/c-d__e.f_g:V1.0-rc_1" },
		{ "registry.example/a---b", "registry.example/a---b" },
		{ "app@" DIGEST, "docker.io/library/app@" DIGEST },
		{ "registry.example:5000/app:1.4@" DIGEST,
		  "registry.example:5000/app:1.4@" DIGEST },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
		IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(4096);
		struct it_image_reference reference;

		if (it_image_reference_parse(&reference, cases[i][0], &err))
			fail_msg("%s: %s", cases[i][0], intoto_error_text(err));
		it_image_reference_print(&text, &reference);
		assert_string_equal(it_buf_text(&text), cases[i][1]);
		it_image_reference_done(&reference);
	}
}

static void refuses_what_is_no_reference(void **state)
{
	static const char *const cases[][2] = {
		{ "", "want a repository" },
		{ "App", "want a repository" },
		{ "team/App", "want a repository" },
		{ "app:", "want a tag" },
		{ "app:.x", "want a tag" },
		{ "app:-x", "want a tag" },
		{ "app:a b", "want a tag" },
		{ "app@", "behind \"@\" want" },
		{ "app@sha256:44136f", "behind \"@\" want" },
		{ "app@md5:d41d8cd98f00b204e9800998ecf8427e", "behind \"@\" want" },
		{ "app@sha256:44136FA355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
		  "behind \"@\" want" },
		{ "app@" DIGEST "@" DIGEST, "behind \"@\" want" },
		{ "app//b", "want a repository" },
		{ "/app", "want a repository" },
		{ "app/", "want a repository" },
		{ "a.b/", "want a repository" },
		{ "a..b/app", "want a registry" },
		{ "-a.b/app", "want a registry" },
		{ "a.b:/app", "want a registry" },
		{ "a.b:123456/app", "want a registry" },
		{ "a.b:80x/app", "want a registry" },
		{ "[::1/app", "want a registry" },
		{ "[]/app", "want a repository" },
		{ "[]:1/app", "want a registry" },
		{ "[g::1]:1/app", "want a registry" },
		{ "registry.example/a___b", "want a repository" },
		{ "registry.example/a..b", "want a repository" },
		{ "registry.example/a-", "want a repository" },
		{ "registry.example/_a", "want a repository" },
		{ "registry.example/a/../b", "want a repository" },
		{ "registry.example/a?b", "want a repository" },
		{ "user@registry.example/app", "behind \"@\" want" },
		{ "https://registry.example/app", "want a registry" },
		{ "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
		  "64 hex digits" },
		{ "app\n", "want a repository" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
		struct it_image_reference reference;

		if (it_image_reference_parse(&reference, cases[i][0], &err) != INTOTO_E_FORMAT)
			fail_msg("%s was taken", cases[i][0]);
		if (!strstr(intoto_error_text(err), cases[i][1]))
			fail_msg("%s: %s", cases[i][0], intoto_error_text(err));
	}
}

static void refuses_what_is_too_long(void **state)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
	struct it_image_reference reference;
	char text[400] = "registry.example/";
	size_t prefix = strlen(text);

	(void)state;
	memset(text + prefix, 'a', IT_IMAGE_REPOSITORY_MAX - prefix);
	assert_int_equal(it_image_reference_parse(&reference, text, &err), INTOTO_OK);
	it_image_reference_done(&reference);
	text[IT_IMAGE_REPOSITORY_MAX] = 'a';
	assert_int_equal(it_image_reference_parse(&reference, text, &err), INTOTO_E_FORMAT);
	assert_non_null(strstr(intoto_error_text(err), "longer than 255 bytes"));
}

static void knows_which_tag_is_meant(void **state)
{
	static const char *const cases[][2] = { { "a.b/app", "latest" },
						{ "a.b/app:1", "1" },
						{ "a.b/app@" DIGEST, "" },
						{ "a.b/app:1@" DIGEST, "1" } };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct it_image_reference reference;
		struct it_image_reference again;

		assert_int_equal(it_image_reference_parse(&reference, cases[i][0], NULL),
				 INTOTO_OK);
		assert_string_equal(it_image_reference_tag(&reference), cases[i][1]);
		assert_int_equal(it_image_reference_copy(&again, &reference, NULL), INTOTO_OK);
		assert_string_equal(again.repository, reference.repository);
		it_image_reference_done(&again);
		it_image_reference_done(&reference);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_references_as_docker_does),
		cmocka_unit_test(refuses_what_is_no_reference),
		cmocka_unit_test(refuses_what_is_too_long),
		cmocka_unit_test(knows_which_tag_is_meant),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
