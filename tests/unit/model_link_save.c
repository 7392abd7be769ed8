/* SPDX-License-Identifier: Apache-2.0 */
/* Links written in passes: the same bytes as through memory, whole or not at all. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "model/link_save.h"

#include <dirent.h>
#include <signal.h>
#include <sys/resource.h>

#include "base/file.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "model/envelope.h"
#include "tests/unit/crypto_keys.h"
#include "tests/unit/refused.h"
#include "tests/unit/workspace.h"

enum { TEXT_MAX = 64 * 1024 * 1024, MODE = 0644 };

/* --- links of any size, the same for the same seed --- */

struct dice {
	uint32_t at;
};

static uint32_t roll(struct dice *dice, uint32_t sides)
{
	dice->at = dice->at * 1664525 + 1013904223;
	return (dice->at >> 8) % sides;
}

/* Names with everything that is written in more than one way. */
static void add_name(struct it_buf *out, struct dice *dice, size_t number)
{
	static const char *const parts[] = { "src/", "\"",	 "\\",	"\n",
					     "\x01", "\xc3\xa9", "a b", "\t",
					     "/",    "\x7f.c",	 "\r",	"\xf0\x9f\x98\x80" };

	assert_int_equal(it_buf_printf(out, "%05zu", number), INTOTO_OK);
	for (uint32_t left = roll(dice, 12); left; left--)
		assert_int_equal(it_buf_add_text(out, parts[roll(dice, IT_COUNT_OF(parts))]),
				 INTOTO_OK);
}

static void add_artifact(struct it_artifacts *side, struct dice *dice, size_t number)
{
	IT_AUTO(it_buf_done) struct it_buf name = IT_BUF(4096);
	IT_AUTO(it_buf_done) struct it_buf digests = IT_BUF(4096);

	add_name(&name, dice, number);
	assert_int_equal(it_buf_add_text(&digests, "sha256:"), INTOTO_OK);
	it_sha256_hex(&digests, it_buf_span(&name));
	if (roll(dice, 3) == 0) {
		assert_int_equal(it_buf_add_text(&digests, ",sha512:"), INTOTO_OK);
		it_sha256_hex(&digests, it_span_text("a"));
		it_sha256_hex(&digests, it_span_text("b"));
	}
	assert_int_equal(it_artifacts_add(side, it_buf_span(&name), it_buf_span(&digests), NULL),
			 INTOTO_OK);
}

static struct it_json *object_of(const char *text)
{
	struct it_json *json = NULL;

	assert_int_equal(it_json_parse(&json, it_span_text(text), &it_json_signed_limits, NULL),
			 INTOTO_OK);
	return json;
}

static struct intoto_link *make_link(size_t materials, size_t products, uint32_t seed)
{
	struct dice dice = { seed };
	struct intoto_link *link = NULL;

	assert_int_equal(it_link_new(&link, "build \"it\"", NULL), INTOTO_OK);
	assert_int_equal(it_strings_add(&link->command, "cc", NULL), INTOTO_OK);
	assert_int_equal(it_strings_add(&link->command, "-DX=\"\\\n\"", NULL), INTOTO_OK);
	for (size_t i = 0; i < materials; i++)
		add_artifact(&link->materials, &dice, i);
	for (size_t i = 0; i < products; i++)
		add_artifact(&link->products, &dice, i);
	assert_int_equal(it_artifacts_seal(&link->materials, NULL), INTOTO_OK);
	assert_int_equal(it_artifacts_seal(&link->products, NULL), INTOTO_OK);
	if (roll(&dice, 2))
		link->byproducts = object_of("{\"return-value\": -1, \"stdout\": \"a\\nb\\u0007\", "
					     "\"list\": [1, true, null, {}], \"a\": {}}");
	if (roll(&dice, 2))
		link->environment = object_of("{\"z\": {\"b\": \"\\\\\", \"a\": []}}");
	return link;
}

/* --- saving it --- */

static struct intoto_key *load_key(const char *pem)
{
	struct intoto_key *key = NULL;

	assert_int_equal(intoto_key_parse(&key, pem, strlen(pem), "test", NULL, NULL, NULL),
			 INTOTO_OK);
	return key;
}

static struct it_signer *signer_of(const struct intoto_key *key)
{
	struct it_signer *signer = NULL;

	assert_int_equal(it_signer_borrow(&signer, key, NULL), INTOTO_OK);
	return signer;
}

static struct it_link_saving saving(const struct it_signer *signer,
				    enum intoto_envelope_format format)
{
	return (struct it_link_saving){
		.path = "it.link", .mode = MODE, .format = format, .signer = signer
	};
}

static void read_file(struct it_buf *out, const char *path)
{
	assert_int_equal(it_file_read(out, path, NULL), INTOTO_OK);
}

/* What the way through memory gives; Ed25519 has one signature only. */
static void assert_same_as_in_memory(const struct intoto_link *link, const struct it_signer *signer,
				     enum intoto_envelope_format format)
{
	const struct it_link_saving how = saving(signer, format);
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	IT_AUTO(it_buf_done) struct it_buf written = IT_BUF(TEXT_MAX);
	IT_AUTO(it_freep) char *text = NULL;
	size_t len = 0;

	assert_int_equal(it_link_save(link, &how, NULL), INTOTO_OK);
	read_file(&written, "it.link");
	assert_int_equal(it_link_to_envelope(&envelope, link, format, NULL), INTOTO_OK);
	assert_int_equal(it_envelope_sign(envelope, signer, how.keyid_style, NULL), INTOTO_OK);
	assert_int_equal(intoto_envelope_print(envelope, &text, &len, NULL), INTOTO_OK);
	assert_int_equal(written.len, len);
	assert_memory_equal(written.data, text, len);
}

static void writes_links_of_every_size_as_through_memory(void **state)
{
	static const size_t counts[][2] = { { 0, 0 },	 { 1, 0 },	{ 0, 700 },   { 300, 100 },
					    { 0, 450 },	 { 900, 0 },	{ 700, 700 }, { 3000, 1 },
					    { 1, 2500 }, { 2000, 2001 } };
	IT_AUTO(intoto_key_freep) struct intoto_key *key = load_key(ed25519_pem);
	IT_AUTO(it_signer_freep) struct it_signer *signer = signer_of(key);

	(void)state;
	for (uint32_t i = 0; i < IT_COUNT_OF(counts); i++) {
		IT_AUTO(intoto_link_freep)
		struct intoto_link *link = make_link(counts[i][0], counts[i][1], i);

		assert_same_as_in_memory(link, signer, INTOTO_DSSE);
		assert_same_as_in_memory(link, signer, INTOTO_METABLOCK);
	}
}

/* One byte at a time past the length where the ways part, and past the ends of chunks and groups.
 */
static void writes_links_of_neighbouring_lengths_as_through_memory(void **state)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = load_key(ed25519_pem);
	IT_AUTO(it_signer_freep) struct it_signer *signer = signer_of(key);
	IT_AUTO(it_buf_done) struct it_buf word = IT_BUF(IT_LINK_SHORT * 2);

	(void)state;
	for (size_t len = IT_LINK_SHORT - 300; len < IT_LINK_SHORT + 20; len += len % 7 + 1) {
		IT_AUTO(intoto_link_freep) struct intoto_link *link = make_link(1, 1, 3);

		it_buf_reset(&word);
		while (word.len < len)
			assert_int_equal(it_buf_add_byte(&word, word.len % 100 ? 'x' : '\n'),
					 INTOTO_OK);
		assert_int_equal(it_strings_add(&link->command, it_buf_text(&word), NULL),
				 INTOTO_OK);
		assert_same_as_in_memory(link, signer, INTOTO_DSSE);
		assert_same_as_in_memory(link, signer, INTOTO_METABLOCK);
	}
}

static void signs_long_links_with_every_scheme(void **state)
{
	static const char *const schemes[] = {
		"ed25519",	     "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp521",
		"rsassa-pss-sha256", "rsassa-pss-sha224",   "rsa-pkcs1v15-sha512"
	};
	IT_AUTO(intoto_link_freep) struct intoto_link *link = make_link(800, 800, 5);

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(schemes); i++) {
		IT_AUTO(intoto_key_freep) struct intoto_key *key = NULL;
		IT_AUTO(it_signer_freep) struct it_signer *signer = NULL;

		if (it_starts_with(schemes[i], "rsa")) {
			key = load_key(rsa_pem); /* one takes long to make */
			key->scheme = it_scheme_find(schemes[i]);
			assert_non_null(key->scheme);
		} else {
			assert_int_equal(intoto_key_generate(&key, schemes[i], NULL), INTOTO_OK);
		}
		signer = signer_of(key);
		for (int format = INTOTO_DSSE; format <= (int)INTOTO_METABLOCK; format++) {
			IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
			const struct it_link_saving how =
				saving(signer, (enum intoto_envelope_format)format);

			assert_int_equal(it_link_save(link, &how, NULL), INTOTO_OK);
			assert_int_equal(intoto_envelope_load(&envelope, how.path, NULL),
					 INTOTO_OK);
			assert_int_equal(intoto_envelope_verify(envelope, key, NULL), INTOTO_OK);
		}
	}
}

/* --- when it goes wrong --- */

static size_t files_here(void)
{
	DIR *dir = opendir(".");
	size_t count = 0;

	assert_non_null(dir);
	for (const struct dirent *entry; (entry = readdir(dir));)
		count += !it_streq(entry->d_name, ".") && !it_streq(entry->d_name, "..");
	assert_int_equal(closedir(dir), 0);
	return count;
}

/* Signs like the key, and meanwhile changes what is signed: a digit, or a whole product. */
struct meddler {
	struct intoto_link *link;
	int after; /* how many passes are left alone */
	bool shorten;
};

static void meddle(struct meddler *meddler)
{
	char *digit = (char *)(uintptr_t)meddler->link->products.items[7].digests + 20;

	if (meddler->after-- > 0)
		return;
	if (meddler->shorten)
		meddler->link->products.count--;
	else
		*digit = *digit == '0' ? '1' : '0';
}

static int pour_and_meddle(void *self, const struct it_sink *sink, struct intoto_error **err)
{
	const struct it_signer *signer = self;
	const struct it_message *message = ((void **)signer->state)[0];
	int rc = it_message_pour(message, sink, err);

	meddle(((void **)signer->state)[1]);
	return rc;
}

static int meddling_sign(const struct it_signer *signer, const struct it_message *message,
			 struct it_buf *signature, struct intoto_error **err)
{
	void *both[] = { (void *)(uintptr_t)message, signer->state };
	struct it_signer inner = *signer;
	const struct it_message meddled = { .pour = pour_and_meddle,
					    .self = &inner,
					    .len = message->len };

	inner.state = both;
	return it_key_sign_stream(signer->key, &meddled, signature, err);
}

static const struct it_signer_kind meddling_kind = { .sign_stream = meddling_sign };

/* The second pass of the signature is the one into a DSSE file; what comes later changes nothing.
 */
static void writes_what_was_signed_though_it_changes_afterwards(void **state)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = load_key(ed25519_pem);
	IT_AUTO(intoto_link_freep) struct intoto_link *link = make_link(10, 900, 11);
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	struct meddler meddler = { link, 1, true };
	const struct it_signer signer = { .kind = &meddling_kind, .key = key, .state = &meddler };
	const struct it_link_saving how = saving(&signer, INTOTO_DSSE);

	(void)state;
	assert_int_equal(it_link_save(link, &how, NULL), INTOTO_OK);
	assert_int_equal(intoto_envelope_load(&envelope, how.path, NULL), INTOTO_OK);
	assert_int_equal(intoto_envelope_verify(envelope, key, NULL), INTOTO_OK);
	assert_int_equal(link->products.count, 899);
}

static int ignore(void *arg, struct it_span piece, struct intoto_error **err)
{
	(void)arg;
	(void)piece;
	(void)err;
	return INTOTO_OK;
}

/* Signs in one pass more, or one less, than its key would. */
static int odd_sign(const struct it_signer *signer, const struct it_message *message,
		    struct it_buf *signature, struct intoto_error **err)
{
	const int *passes = signer->state;
	const struct it_sink sink = { ignore, NULL };
	int rc = INTOTO_OK;

	for (int i = 0; !rc && i < *passes; i++)
		rc = it_message_pour(message, &sink, err);
	return rc ? rc : it_buf_add_text(signature, "no signature");
}

static void refuses_a_signature_in_more_or_fewer_passes(void **state)
{
	static const struct it_signer_kind kind = { .sign_stream = odd_sign };
	IT_AUTO(intoto_key_freep) struct intoto_key *key = load_key(ed25519_pem);
	IT_AUTO(intoto_link_freep) struct intoto_link *link = make_link(10, 900, 11);

	(void)state;
	for (int passes = 0; passes < 4; passes++) {
		const struct it_signer signer = { .kind = &kind, .key = key, .state = &passes };
		const struct it_link_saving how = saving(&signer, INTOTO_DSSE);
		struct intoto_error *err = NULL;

		if (passes == 2)
			continue; /* that many it has */
		assert_refused(it_link_save(link, &how, &err), &err, INTOTO_E_INTERNAL,
			       "it.link: a signature in ");
		assert_int_equal(files_here(), 0);
	}
}

static void refuses_to_write_other_bytes_than_were_signed(void **state)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = load_key(ed25519_pem);

	(void)state;
	for (int i = 0; i < 6; i++) { /* after the first pass, and after the second */
		IT_AUTO(intoto_link_freep) struct intoto_link *link = make_link(10, 900, 11);
		struct meddler meddler = { link, i / 4, i % 2 };
		const struct it_signer signer = { .kind = &meddling_kind,
						  .key = key,
						  .state = &meddler };
		const struct it_link_saving how =
			saving(&signer, i & 2 ? INTOTO_DSSE : INTOTO_METABLOCK);
		struct intoto_error *err = NULL;

		assert_refused(it_link_save(link, &how, &err), &err, INTOTO_E_INTERNAL,
			       "it.link: the link was another one when it was written again");
		assert_int_equal(files_here(), 0);
	}
}

static void leaves_nothing_when_the_disk_is_full(void **state)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = load_key(ed25519_pem);
	IT_AUTO(it_signer_freep) struct it_signer *signer = signer_of(key);
	IT_AUTO(intoto_link_freep) struct intoto_link *link = make_link(2000, 2000, 13);
	const struct rlimit small = { 200 * 1024, 200 * 1024 };
	int status;
	pid_t pid;

	(void)state;
	workspace_write("it.link", "what was there");
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		const struct it_link_saving how = saving(signer, INTOTO_DSSE);
		struct intoto_error *err = NULL;

		(void)signal(SIGXFSZ, SIG_IGN); /* write() then says EFBIG */
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
		assert_refused(it_link_save(link, &how, &err), &err, INTOTO_E_IO,
			       "it.link: write: File too large");
		_exit(files_here() == 1 ? 0 : 9);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	{
		IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(100);

		read_file(&text, "it.link");
		assert_string_equal(it_buf_text(&text), "what was there");
	}
}

static void refuses_a_full_device_a_missing_folder_and_an_existing_file(void **state)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = load_key(ed25519_pem);
	IT_AUTO(it_signer_freep) struct it_signer *signer = signer_of(key);
	IT_AUTO(intoto_link_freep) struct intoto_link *link = make_link(0, 2000, 17);
	struct it_link_saving how = saving(signer, INTOTO_DSSE);
	struct intoto_error *err = NULL;

	(void)state;
	how.path = "/dev/full";
	assert_refused(it_link_save(link, &how, &err), &err, INTOTO_E_IO,
		       "/dev/full: write: No space left on device");
	how.path = "none/it.link";
	assert_refused(it_link_save(link, &how, &err), &err, INTOTO_E_NOTFOUND, "none/it.link: ");
	how.path = "it.link";
	workspace_write("it.link", "old");
	how.flags = IT_FILE_NEW;
	assert_refused(it_link_save(link, &how, &err), &err, INTOTO_E_IO, "it.link: File exists");
	assert_int_equal(files_here(), 1);
}

static void refuses_a_public_key_and_a_text_that_is_no_utf_8(void **state)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = load_key(ed25519_pem);
	IT_AUTO(it_signer_freep) struct it_signer *signer = signer_of(key);
	IT_AUTO(intoto_link_freep) struct intoto_link *link = make_link(0, 2000, 19);
	const struct it_link_saving how = saving(signer, INTOTO_DSSE);
	struct intoto_error *err = NULL;

	(void)state;
	key->is_private = false;
	assert_refused(it_link_save(link, &how, &err), &err, INTOTO_E_KEY,
		       "it.link: this key is public");
	key->is_private = true;
	assert_int_equal(it_strings_add(&link->command, "\xff", NULL), INTOTO_OK);
	assert_refused(it_link_save(link, &how, &err), &err, INTOTO_E_FORMAT,
		       "it.link: a text is not UTF-8");
	assert_int_equal(files_here(), 0);
}

int main(void)
{
#define IN_WORKSPACE(test) cmocka_unit_test_setup_teardown(test, workspace_enter, workspace_leave)
	static const struct CMUnitTest tests[] = {
		IN_WORKSPACE(writes_links_of_every_size_as_through_memory),
		IN_WORKSPACE(writes_links_of_neighbouring_lengths_as_through_memory),
		IN_WORKSPACE(signs_long_links_with_every_scheme),
		IN_WORKSPACE(refuses_to_write_other_bytes_than_were_signed),
		IN_WORKSPACE(writes_what_was_signed_though_it_changes_afterwards),
		IN_WORKSPACE(refuses_a_signature_in_more_or_fewer_passes),
		IN_WORKSPACE(leaves_nothing_when_the_disk_is_full),
		IN_WORKSPACE(refuses_a_full_device_a_missing_folder_and_an_existing_file),
		IN_WORKSPACE(refuses_a_public_key_and_a_text_that_is_no_utf_8),
	};

	return cmocka_run_group_tests_name("model_link_save", tests, NULL, NULL);
}
