/* SPDX-License-Identifier: Apache-2.0 */
/* Package URLs: what is read, what is refused, and which two name the same package. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/text.h"
#include "model/purl.h"

static struct it_purl *purl_of(const char *text)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
	struct it_purl *purl = NULL;

	if (it_purl_parse(&purl, it_span_text(text), &err))
		fail_msg("%s: %s", text, intoto_error_text(err));
	return purl;
}

static void assert_canonical(const char *text, const char *want)
{
	IT_AUTO(it_purl_freep) struct it_purl *purl = purl_of(text);
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(4096);

	it_purl_print(&out, purl, IT_PURL_WHOLE);
	assert_string_equal(it_buf_text(&out), want);
}

static void writes_each_in_its_canonical_form(void **state)
{
	static const char *const cases[][2] = {
		{ "pkg:deb/Debian/Curl@7.50.3-1?arch=i386&distro=jessie",
		  "pkg:deb/debian/curl@7.50.3-1?arch=i386&distro=jessie" },
		{ "pkg:docker/customer/"
		  "dockerimage@sha256:244fd47e07d1004f0aed9c?repository_url=gcr.io",
		  "pkg:docker/customer/"
		  "dockerimage@sha256:244fd47e07d1004f0aed9c?repository_url=gcr.io" },
		{ "pkg:oci/"
		  "Debian@sha256%3A244fd47e07d10?tag=latest&arch=amd64&repository_url=ghcr.io/"
		  "debian",
		  "pkg:oci/"
		  "debian@sha256:244fd47e07d10?arch=amd64&repository_url=ghcr.io%2Fdebian&tag="
		  "latest" },
		{ "pkg:npm/%40angular/animation@12.3.1", "pkg:npm/%40angular/animation@12.3.1" },
		{ "pkg:npm/@angular/animation@12.3.1", "pkg:npm/%40angular/animation@12.3.1" },
		{ "pkg:npm/@angular/animation", "pkg:npm/%40angular/animation" },
		{ "pkg:pypi/Django_Allauth@1.11.1.Dev1", "pkg:pypi/django-allauth@1.11.1.dev1" },
		{ "PKG://Maven/org.apache.commons/io@1.3.4",
		  "pkg:maven/org.apache.commons/io@1.3.4" },
		{ "pkg:golang/google.golang.org/genproto@abcdedf#/googleapis/../api//annotations/",
		  "pkg:golang/google.golang.org/genproto@abcdedf#googleapis/api/annotations" },
		{ "pkg:golang/github.com/Masterminds/semver@v1.5.0",
		  "pkg:golang/github.com/masterminds/semver@v1.5.0" },
		{ "pkg:golang/GitHub.com/foo/Bar@v1.0.0-RC1#Sub/Path",
		  "pkg:golang/github.com/foo/bar@v1.0.0-RC1#Sub/Path" },
		{ "pkg:GitHub/Foo/Bar@V1", "pkg:github/foo/bar@V1" },
		{ "pkg:bitbucket/Foo/Bar", "pkg:bitbucket/foo/bar" },
		{ "pkg:composer/Laravel/Framework@1", "pkg:composer/laravel/framework@1" },
		{ "pkg:hex/Acme/Foo@1", "pkg:hex/acme/foo@1" },
		{ "pkg:alpm/Arch/Pacman", "pkg:alpm/arch/pacman" },
		{ "pkg:apk/Alpine/Curl", "pkg:apk/alpine/curl" },
		{ "pkg:luarocks/Hisham/LuaFileSystem", "pkg:luarocks/hisham/luafilesystem" },
		{ "pkg:maven/Org.Apache/IO@1.A", "pkg:maven/Org.Apache/IO@1.A" },
		{ "pkg:npm/JSONStream@1", "pkg:npm/JSONStream@1" },
		{ "pkg:cargo/Inflector@0.11.4", "pkg:cargo/Inflector@0.11.4" },
		{ "pkg:nuget/Newtonsoft.Json@13", "pkg:nuget/Newtonsoft.Json@13" },
		{ "pkg:rpm/Fedora/curl@7.50.3-1.fc25?Arch=i386&empty=",
		  "pkg:rpm/fedora/curl@7.50.3-1.fc25?arch=i386" },
		{ "pkg:deb/debian/libstdc++6@12.2.0-14+deb12u1",
		  "pkg:deb/debian/libstdc%2B%2B6@12.2.0-14%2Bdeb12u1" },
		{ "pkg:pub/Frog-Life@1", "pkg:pub/frog_life@1" },
		{ "pkg:generic/a%20b/c%23d", "pkg:generic/a%20b/c%23d" },
	};

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(cases); i++) {
		assert_canonical(cases[i][0], cases[i][1]);
		assert_canonical(cases[i][1], cases[i][1]);
	}
}

static void refuses_what_is_none(void **state)
{
	static const char *const cases[][2] = {
		{ "", "is no package URL: it does not begin with \"pkg:\"" },
		{ "pkg", "is no package URL: it does not begin with \"pkg:\"" },
		{ "http://example.com/x", "is no package URL: it does not begin with \"pkg:\"" },
		{ "pkg:", "is no package URL: it has no type" },
		{ "pkg:/npm", "is no package URL: it has no name" },
		{ "pkg:n&g?inx/nginx@0.8.9", "is no package URL: it has no type" },
		{ "pkg:3nginx/nginx@0.8.9", "is no package URL: it has no type" },
		{ "pkg:npm/", "is no package URL: it has no name" },
		{ "pkg:npm/@1.0", "is no package URL: it has no name" },
		{ "pkg:maven/a/@1.0", "is no package URL: it has no name" },
		{ "pkg:npm/a%2", "is no package URL: a percent sign without two hex digits" },
		{ "pkg:npm/a%zz", "is no package URL: a percent sign without two hex digits" },
		{ "pkg:npm/a%00b", "is no package URL: a control character" },
		{ "pkg:npm/a\nb", "is no package URL: a control character" },
		{ "pkg:npm/a%ff", "is no package URL: it is not UTF-8" },
		{ "pkg:npm/a%2Fb/c", "is no package URL: a slash is encoded in a segment" },
		{ "pkg:npm/a?x", "is no package URL: a qualifier without a value" },
		{ "pkg:npm/a?in%20 =1", "is no package URL: the name of a qualifier" },
		{ "pkg:npm/a?x=1&X=2", "is no package URL: a qualifier that is there twice" },
	};

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(cases); i++) {
		IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
		IT_AUTO(it_purl_freep) struct it_purl *purl = NULL;
		int rc = it_purl_parse(&purl, it_span_text(cases[i][0]), &err);

		assert_int_equal(rc, INTOTO_E_FORMAT);
		assert_null(purl);
		assert_string_equal(intoto_error_text(err), cases[i][1]);
	}
}

static void refuses_one_that_is_too_large(void **state)
{
	static char text[IT_PURL_BYTES_MAX + 2] = "pkg:npm/a?";
	IT_AUTO(it_purl_freep) struct it_purl *purl = NULL;

	(void)state;
	for (size_t i = strlen(text); i < sizeof text - 1; i++)
		text[i] = 'a';
	assert_int_equal(it_purl_parse(&purl, it_span_text(text), NULL), INTOTO_E_LIMIT);
	for (size_t i = 10; i < 400; i++)
		text[i] = "a=1&"[i % 4];
	assert_int_equal(it_purl_parse(&purl, it_span(text, 400), NULL), INTOTO_E_LIMIT);
	assert_null(purl);
}

static bool same(const char *left, const char *right, unsigned parts)
{
	IT_AUTO(it_purl_freep) struct it_purl *a = purl_of(left);
	IT_AUTO(it_purl_freep) struct it_purl *b = purl_of(right);

	return it_purl_same(a, b, parts);
}

static void compares_with_and_without_the_version(void **state)
{
	(void)state;
	assert_true(same("pkg:npm/a@1", "pkg:npm/a@2", 0));
	assert_false(same("pkg:npm/a@1", "pkg:npm/a@2", IT_PURL_VERSION));
	assert_false(same("pkg:npm/a@1", "pkg:npm/a", IT_PURL_VERSION));
	assert_true(same("pkg:npm/a", "pkg:npm/a", IT_PURL_VERSION));
	assert_false(same("pkg:npm/a", "pkg:npm/%40x/a", 0));
	assert_false(same("pkg:npm/a", "pkg:pypi/a", 0));
	assert_true(same("pkg:npm/a@1?x=1", "pkg:npm/a@1?x=2", IT_PURL_VERSION));
	assert_false(same("pkg:npm/a@1?x=1", "pkg:npm/a@1?x=2", IT_PURL_WHOLE));
	assert_false(same("pkg:npm/a@1?x=1", "pkg:npm/a@1", IT_PURL_WHOLE));
	assert_true(same("pkg:npm/a@1?y=1&x=2", "pkg:npm/a@1?x=2&y=1", IT_PURL_WHOLE));
	assert_false(same("pkg:npm/a@1#x", "pkg:npm/a@1", IT_PURL_WHOLE));
}

static void takes_an_epoch_wherever_it_is_written(void **state)
{
	(void)state;
	assert_true(same("pkg:rpm/redhat/openssl@3.0.7-27.el9?epoch=1",
			 "pkg:rpm/redhat/openssl@1:3.0.7-27.el9", IT_PURL_VERSION));
	assert_false(same("pkg:rpm/redhat/openssl@3.0.7-27.el9?epoch=1",
			  "pkg:rpm/redhat/openssl@3.0.7-27.el9", IT_PURL_VERSION));
	assert_true(
		same("pkg:rpm/redhat/bash@5?epoch=0", "pkg:rpm/redhat/bash@5", IT_PURL_VERSION));
	assert_true(same("pkg:golang/x/y@v1.2.3", "pkg:golang/x/y@1.2.3", IT_PURL_VERSION));
	assert_false(
		same("pkg:golang/x/y@v1.2.3+build1", "pkg:golang/x/y@v1.2.3", IT_PURL_VERSION));
	assert_true(same("pkg:pypi/x@1.0", "pkg:pypi/x@1.0.0", IT_PURL_VERSION));
	assert_false(same("pkg:npm/x@1.0", "pkg:npm/x@1.0.0", IT_PURL_VERSION));
}

static void names_a_package_as_people_do(void **state)
{
	static const char *const cases[][2] = {
		{ "pkg:maven/org.slf4j/slf4j-api@1", "org.slf4j:slf4j-api" },
		{ "pkg:npm/%40babel/core@7", "@babel/core" },
		{ "pkg:deb/debian/zlib1g@1", "zlib1g" },
		{ "pkg:pypi/Flask", "flask" },
	};

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(cases); i++) {
		IT_AUTO(it_purl_freep) struct it_purl *purl = purl_of(cases[i][0]);
		IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(256);

		it_purl_package_name(&out, purl);
		assert_string_equal(it_buf_text(&out), cases[i][1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_each_in_its_canonical_form),
		cmocka_unit_test(refuses_what_is_none),
		cmocka_unit_test(refuses_one_that_is_too_large),
		cmocka_unit_test(compares_with_and_without_the_version),
		cmocka_unit_test(takes_an_epoch_wherever_it_is_written),
		cmocka_unit_test(names_a_package_as_people_do),
	};

	return cmocka_run_group_tests_name("package URLs", tests, NULL, NULL);
}
