/* SPDX-License-Identifier: Apache-2.0 */
/* The deny list: what it denies, and what is none. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "model/deny_list.h"

#define A "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define HEAD                                                                                       \
	"{\"_type\":\"" IT_DENY_LIST_TYPE                                                          \
	"\",\"expires\":\"2030-01-01T00:00:00Z\",\"issued\":\"2026-01-01T00:00:00Z\""
#define ENTRY                                                                                      \
	"{\"kind\":\"digest\",\"value\":\"" A                                                      \
	"\",\"reason\":\"r\",\"since\":\"2026-01-01T00:00:00Z\"}"

static struct it_deny_entry entry(enum it_deny_kind kind, const char *value)
{
	return (struct it_deny_entry){
		.kind = kind, .value = value, .reason = "stolen", .by = "alice", .since = 7
	};
}

static const struct it_deny_entry *find(const struct it_deny_list *list, enum it_deny_kind kind,
					const char *value)
{
	const struct it_deny_entry *found;

	assert_int_equal(it_deny_list_find(&found, list, kind, value, NULL), INTOTO_OK);
	return found;
}

static int read_text(struct it_deny_list **out, const char *text, struct intoto_error **err)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	struct it_buf json = IT_BUF(1 << 20);

	assert_int_equal(it_buf_add_text(&json, text), 0);
	assert_int_equal(it_envelope_wrap(&envelope, INTOTO_DSSE, &json, NULL, NULL), INTOTO_OK);
	free(envelope->payload_type);
	envelope->payload_type = strdup(IT_DENY_LIST_PAYLOAD);
	return it_deny_list_read(out, envelope, err);
}

static void finds_what_was_added_and_written(void **state)
{
	IT_AUTO(it_deny_list_freep) struct it_deny_list *list = NULL;
	IT_AUTO(it_deny_list_freep) struct it_deny_list *again = NULL;
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	IT_AUTO(intoto_key_freep) struct intoto_key *key = NULL;
	IT_AUTO(it_buf_done) struct it_buf value = IT_BUF(128);
	const struct it_deny_entry *found;
	struct it_deny_entry entries[3];

	(void)state;
	assert_int_equal(intoto_key_generate(&key, "ed25519", NULL), INTOTO_OK);
	assert_int_equal(it_deny_key_value(&value, key, NULL), INTOTO_OK);
	entries[0] = entry(IT_DENY_DIGEST, A);
	entries[1] = entry(IT_DENY_KEY, it_buf_text(&value));
	entries[2] = entry(IT_DENY_IDENTITY, "mallory@example.org");
	assert_int_equal(it_deny_list_new(&list, NULL), INTOTO_OK);
	list->version = 3;
	list->expires = 1893456000;
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(it_deny_list_add(list, &entries[i], NULL), INTOTO_OK);
	assert_int_equal(it_deny_list_add(list, &entries[0], NULL), INTOTO_OK);
	assert_int_equal(list->entry_count, 3);
	assert_int_equal(it_deny_list_to_envelope(&envelope, list, NULL), INTOTO_OK);
	assert_string_equal(intoto_envelope_payload_type(envelope), IT_DENY_LIST_PAYLOAD);
	assert_int_equal(it_deny_list_read(&again, envelope, NULL), INTOTO_OK);
	assert_int_equal(again->version, 3);
	found = find(again, IT_DENY_DIGEST, A);
	assert_non_null(found);
	assert_string_equal(found->reason, "stolen");
	assert_int_equal(found->since, 7);
	assert_int_equal(it_deny_list_find_key(&found, again, key, NULL), INTOTO_OK);
	assert_non_null(found);
	assert_non_null(find(again, IT_DENY_IDENTITY, "mallory@example.org"));
	assert_null(find(again, IT_DENY_IDENTITY, "mallory@example.or"));
	assert_null(find(again, IT_DENY_KEY, A));
	assert_null(find(NULL, IT_DENY_KEY, A));
}

static void knows_an_identity_in_every_spelling(void **state)
{
	static const struct {
		const char *listed, *found, *other;
	} cases[] = {
		{ "mallory@example.org", "Mallory@EXAMPLE.org.", "mallory@example.com" },
		{ "https://GitHub.com/acme/app/.github/w.yml@refs/heads/main",
		  "HTTPS://github.com:443/acme/%61pp/.github/w.yml@refs/heads/main",
		  "https://github.com/acme/App/.github/w.yml@refs/heads/main" },
		{ "https://gate.example", "https://gate.example./", "https://gate.example:8443/" },
		{ "http://gate.example:80/a%2fb", "http://GATE.example/a%2Fb",
		  "http://gate.example/a/b" },
		{ "https://gate.example:/x", "https://gate.example:443/x",
		  "https://gate.example:80/x" },
		{ "spiffe://Td.example/ns/a", "SPIFFE://td.example/ns/a",
		  "spiffe://td.example/ns/A" },
		{ "https://[::1]/x", "https://[::1]:443/x", "https://[::1]:444/x" },
		{ "app", "docker.io/library/app", "docker.io/other/app" },
		{ "Registry.example/team/app", "registry.EXAMPLE/team/app",
		  "registry.example/team/ap" },
		{ "a name that is none of these", "a name that is none of these",
		  "A name that is none of these" },
	};

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(cases); i++) {
		IT_AUTO(it_deny_list_freep) struct it_deny_list *list = NULL;
		struct it_deny_entry one = entry(IT_DENY_IDENTITY, cases[i].listed);
		struct it_deny_entry again = entry(IT_DENY_IDENTITY, cases[i].found);

		assert_int_equal(it_deny_list_new(&list, NULL), INTOTO_OK);
		assert_int_equal(it_deny_list_add(list, &one, NULL), INTOTO_OK);
		assert_non_null(find(list, IT_DENY_IDENTITY, cases[i].listed));
		assert_non_null(find(list, IT_DENY_IDENTITY, cases[i].found));
		assert_string_equal(find(list, IT_DENY_IDENTITY, cases[i].found)->value,
				    cases[i].listed);
		assert_null(find(list, IT_DENY_IDENTITY, cases[i].other));
		assert_int_equal(it_deny_list_add(list, &again, NULL), INTOTO_OK);
		assert_int_equal(list->entry_count, 1);
		assert_int_equal(it_deny_list_remove(list, IT_DENY_IDENTITY, cases[i].found, NULL),
				 INTOTO_OK);
	}
}

static void takes_entries_out(void **state)
{
	IT_AUTO(it_deny_list_freep) struct it_deny_list *list = NULL;
	IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
	struct it_deny_entry one = entry(IT_DENY_DIGEST, A);

	(void)state;
	assert_int_equal(it_deny_list_new(&list, NULL), INTOTO_OK);
	assert_int_equal(it_deny_list_add(list, &one, NULL), INTOTO_OK);
	assert_int_equal(it_deny_list_remove(list, IT_DENY_DIGEST, A, NULL), INTOTO_OK);
	assert_null(find(list, IT_DENY_DIGEST, A));
	assert_int_equal(it_deny_list_remove(list, IT_DENY_DIGEST, A, &err), INTOTO_E_NOTFOUND);
	assert_non_null(strstr(intoto_error_text(err), "does not deny the digest"));
}

static void refuses_wrong_entries(void **state)
{
	static const struct {
		enum it_deny_kind kind;
		const char *value, *reason, *sentence;
	} cases[] = {
		{ IT_DENY_KEY, "abc", "r", "value: want \"sha256:\"" },
		{ IT_DENY_DIGEST, "sha256:AA", "r", "value: want \"sha256:\"" },
		{ IT_DENY_IDENTITY, "", "r", "value: want a text" },
		{ IT_DENY_DIGEST, A, "", "reason: want" },
		{ IT_DENY_DIGEST, A, NULL, "reason: want" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		IT_AUTO(it_deny_list_freep) struct it_deny_list *list = NULL;
		IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
		struct it_deny_entry one = { .kind = cases[i].kind,
					     .value = cases[i].value,
					     .reason = cases[i].reason };

		assert_int_equal(it_deny_list_new(&list, NULL), INTOTO_OK);
		assert_int_equal(it_deny_list_add(list, &one, &err), INTOTO_E_FORMAT);
		if (!strstr(intoto_error_text(err), cases[i].sentence))
			fail_msg("%s", intoto_error_text(err));
	}
}

static void refuses_what_is_no_list(void **state)
{
	static const struct {
		const char *text;
		int code;
		const char *sentence;
	} cases[] = {
		{ HEAD ",\"version\":1,\"entries\":[" ENTRY "]}", INTOTO_OK, "" },
		{ HEAD ",\"version\":0,\"entries\":[]}", INTOTO_E_FORMAT,
		  "version: want 1 or more" },
		{ HEAD ",\"version\":1}", INTOTO_E_FORMAT, "\"entries\" is missing" },
		{ "{\"_type\":\"x\",\"expires\":\"2030-01-01T00:00:00Z\",\"issued\":\"2030-01-"
		  "01T00:00:00Z\",\"version\":1,"
		  "\"entries\":[]}",
		  INTOTO_E_FORMAT, "_type: want" },
		{ "{\"_type\":\"" IT_DENY_LIST_TYPE
		  "\",\"issued\":\"2030-01-01T00:00:00Z\",\"version\":1,\"entries\":[]}",
		  INTOTO_E_FORMAT, "\"expires\" is missing" },
		{ HEAD ",\"version\":1,\"entries\":[" ENTRY "," ENTRY "]}", INTOTO_E_FORMAT,
		  "entries[1]: is there twice" },
		{ HEAD ",\"version\":1,\"entries\":[{\"kind\":\"log\",\"value\":\"1\",\"reason\":"
		       "\"r\",\"since\":"
		       "\"2026-01-01T00:00:00Z\"}]}",
		  INTOTO_E_UNSUPPORTED, "entries[0].kind: want key, identity or digest" },
		{ HEAD ",\"version\":1,\"entries\":[{\"kind\":\"key\",\"value\":\"" A
		       "\",\"reason\":\"r\",\"since\":\"yesterday\"}]}",
		  INTOTO_E_FORMAT, "entries[0].since: want a time" },
		{ HEAD ",\"version\":1,\"entries\":[],\"more\":1}", INTOTO_E_FORMAT,
		  "unknown member" },
		{ "not json", INTOTO_E_FORMAT, "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		IT_AUTO(it_deny_list_freep) struct it_deny_list *list = NULL;
		IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
		int rc = read_text(&list, cases[i].text, &err);

		if (rc != cases[i].code || !strstr(intoto_error_text(err), cases[i].sentence))
			fail_msg("%s: %d %s", cases[i].text, rc, intoto_error_text(err));
	}
}

/* A layout that was signed by the same key is no deny list. */
static void refuses_another_payload_type(void **state)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	IT_AUTO(it_deny_list_freep) struct it_deny_list *list = NULL;
	IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
	struct it_buf json = IT_BUF(1 << 20);

	(void)state;
	assert_int_equal(it_buf_add_text(&json, HEAD ",\"version\":1,\"entries\":[]}"), 0);
	assert_int_equal(it_envelope_wrap(&envelope, INTOTO_DSSE, &json, NULL, NULL), INTOTO_OK);
	assert_int_equal(it_deny_list_read(&list, envelope, &err), INTOTO_E_FORMAT);
	assert_non_null(strstr(intoto_error_text(err), "want a DSSE envelope of type"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_was_added_and_written),
		cmocka_unit_test(knows_an_identity_in_every_spelling),
		cmocka_unit_test(takes_entries_out),
		cmocka_unit_test(refuses_wrong_entries),
		cmocka_unit_test(refuses_what_is_no_list),
		cmocka_unit_test(refuses_another_payload_type),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
