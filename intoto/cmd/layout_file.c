/* SPDX-License-Identifier: Apache-2.0 */
/* Layout files: opened, changed, written. */
#include "cmd/layout_file.h"

#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "cmd/layout_yaml.h"
#include "crypto/openpgp.h"
#include "layouts/words.h"
#include "model/envelope.h"

int it_layout_envelope_load(struct intoto_envelope **out, const char *path,
			    struct intoto_error **err)
{
	struct it_yaml_options yaml = { .now = it_clock_now() };

	if (!it_is_yaml(path))
		return intoto_envelope_load(out, path, err);
	return it_yaml_layout_load(out, path, &yaml, err);
}

int it_layout_file_load(struct it_layout_file *file, const char *path, struct intoto_error **err)
{
	int rc;

	file->path = path;
	rc = it_layout_envelope_load(&file->envelope, path, err);
	if (rc)
		return rc;
	rc = intoto_layout_from_envelope(&file->layout, file->envelope, err);
	return it_err_wrap(err, rc, "%s", path);
}

int it_layout_file_open(struct it_layout_file *file, const char *path, bool drop_signatures,
			struct intoto_error **err)
{
	int rc;

	if (it_is_yaml(path))
		return it_err_set(err, INTOTO_E_USAGE,
				  "%s: is written in YAML: change it with an editor", path);
	rc = it_layout_file_load(file, path, err);
	if (rc)
		return rc;
	if (intoto_envelope_signature_count(file->envelope) && !drop_signatures)
		return it_err_set(err, INTOTO_E_POLICY,
				  "%s: is signed, and a change makes its signatures wrong "
				  "(--drop-signatures removes them)",
				  path);
	return INTOTO_OK;
}

int it_layout_file_save(const struct it_layout_file *file, struct intoto_error **err)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	IT_AUTO(it_freep) char *text = NULL;
	size_t len = 0;
	int rc = it_layout_to_envelope(&envelope, file->layout,
				       intoto_envelope_format(file->envelope), err);

	if (!rc)
		rc = intoto_envelope_print(envelope, &text, &len, err);
	if (rc)
		return it_err_wrap(err, rc, "%s", file->path);
	return it_file_write(file->path, it_span(text, len), IT_LAYOUT_MODE, IT_FILE_SYNC, err);
}

void it_layout_file_done(struct it_layout_file *file)
{
	intoto_layout_free(file->layout);
	intoto_envelope_free(file->envelope);
	*file = (struct it_layout_file){ 0 };
}

int it_layout_file_put_key(struct it_layout_file *file, const struct intoto_key *key,
			   enum intoto_keyid_style style, const char **id,
			   struct intoto_error **err)
{
	int rc = it_openpgp_check_fresh(key, it_clock_now(), err);

	return rc ? rc : it_layout_add_key(file->layout, key, style, id, err);
}

int it_layout_file_add_key(struct it_layout_file *file, const char *key_path,
			   enum intoto_keyid_style style, const char **id,
			   struct intoto_error **err)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = NULL;
	int rc = intoto_key_load(&key, key_path, NULL, NULL, err);

	if (rc)
		return rc;
	return it_err_wrap(err, it_layout_file_put_key(file, key, style, id, err), "%s", key_path);
}

static int add_rule(struct it_rules *rules, const char *text, const char *option,
		    struct intoto_error **err)
{
	IT_AUTO(it_strings_done) struct it_strings tokens = { 0 };
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(text));
	int rc = it_words_split(&tokens, text, err);

	if (!rc)
		rc = it_rules_add(rules, &tokens, NULL, err);
	if (!rc && it_rule_has_open_bracket(&rules->items[rules->count - 1]))
		rc = it_err_set(err, INTOTO_E_FORMAT, "the pattern has a [ without its ]");
	return it_err_wrap(err, rc, "%s '%s'", option, quoted ? quoted : "");
}

int it_layout_add_rules(struct it_rules *rules, const struct it_strings *texts, const char *option,
			struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < texts->count; i++)
		rc = add_rule(rules, texts->items[i], option, err);
	return rc;
}

int it_layout_add_command(struct it_strings *out, const struct it_strings *words,
			  const struct it_strings *operands, size_t named,
			  struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < words->count; i++)
		rc = it_strings_add(out, words->items[i], err);
	for (size_t i = named; !rc && i < operands->count; i++)
		rc = it_strings_add(out, operands->items[i], err);
	return rc;
}
