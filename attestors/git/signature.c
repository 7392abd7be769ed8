/* SPDX-License-Identifier: Apache-2.0 */
/* Keys that the user gives, and what they say of a signature. */
#include "attestors/git/signature.h"

#include <string.h>

#include <intoto/key.h>

#include "attestors/git/ssh.h"

enum { KEY_FILE_MAX = 1 << 20 };

struct ssh_key {
	char *blob;
	size_t len;
	char *principals; /* of an allowed signer's line, or the comment */
};

struct repo_keys {
	struct intoto_key **openpgp;
	size_t openpgp_count;
	struct ssh_key *ssh;
	size_t ssh_count;
};

void repo_keys_free(struct repo_keys *keys)
{
	if (!keys)
		return;
	for (size_t i = 0; i < keys->openpgp_count; i++)
		intoto_key_free(keys->openpgp[i]);
	for (size_t i = 0; i < keys->ssh_count; i++) {
		free(keys->ssh[i].blob);
		free(keys->ssh[i].principals);
	}
	free(keys->openpgp);
	free(keys->ssh);
	free(keys);
}

static void keys_freep(struct repo_keys **keys)
{
	repo_keys_free(*keys);
}

void repo_verdict_done(struct repo_verdict *verdict)
{
	free(verdict->signer);
	free(verdict->reason);
	*verdict = (struct repo_verdict){ 0 };
}

static int no_memory(struct intoto_error **err)
{
	return intoto_attestor_fail(err, INTOTO_E_NOMEM, "out of memory");
}

/* --- reading keys --- */

static bool is_openpgp(const char *text, size_t len)
{
	return len &&
	       (((unsigned char)text[0] & 0x80) || strstr(text, "-----BEGIN PGP PUBLIC KEY"));
}

static int add_openpgp(struct repo_keys *keys, const struct intoto_input *input, const char *text,
		       size_t len, struct intoto_error **err)
{
	struct intoto_key **grown =
		reallocarray(keys->openpgp, keys->openpgp_count + 1, sizeof *grown);
	struct intoto_key *key = NULL;
	int rc;

	if (!grown)
		return no_memory(err);
	keys->openpgp = grown;
	rc = intoto_key_parse(&key, text, len, input->name, NULL, NULL, err);
	if (!rc)
		keys->openpgp[keys->openpgp_count++] = key;
	return rc;
}

/* The words that a line of ssh keys can begin with. */
static const char *const ssh_types[] = { "ssh-ed25519",
					 "ssh-rsa",
					 "ecdsa-sha2-nistp256",
					 "ecdsa-sha2-nistp384",
					 "ecdsa-sha2-nistp521",
					 "sk-ssh-ed25519@openssh.com",
					 "sk-ecdsa-sha2-nistp256@openssh.com",
					 NULL };

/* The next word of a line, or NULL; in options a quotation holds blanks.  *rest goes on behind it.
 */
static char *take_word(char **rest)
{
	char *word = *rest + strspn(*rest, " \t");
	char *end = word;
	bool quoted = false;

	for (; *end && (quoted || !strchr(" \t", *end)); end++)
		if (*end == '"')
			quoted = !quoted;
	*rest = *end ? end + 1 : end;
	*end = '\0';
	return *word ? word : NULL;
}

/* A comma list has that word, or one with "*" and "?" that we do not expand: such a line is
 * refused. */
static bool options_allow(const char *options)
{
	const char *found = strstr(options, "namespaces=");

	/* a term of time, or a certificate authority, is more than is looked at here */
	if (strstr(options, "cert-authority") || strstr(options, "valid-"))
		return false;
	return !found || strstr(found, "\"git\"") || strstr(found, ",git\"") ||
	       strstr(found, "\"git,") || strstr(found, ",git,");
}

static int add_ssh(struct repo_keys *keys, const char *base64, const char *principals,
		   struct intoto_error **err)
{
	struct at_buf blob = { .max = SSH_BLOB_MAX };
	struct ssh_key *grown = reallocarray(keys->ssh, keys->ssh_count + 1, sizeof *grown);
	char *name = strdup(principals ? principals : "");

	if (grown)
		keys->ssh = grown;
	if (!grown || !name || keys->ssh_count == REPO_KEYS_MAX ||
	    !at_base64(&blob, base64, strlen(base64)) || !blob.len) {
		free(name);
		at_buf_done(&blob);
		return intoto_attestor_fail(err, INTOTO_E_KEY,
					    "an ssh key is no base64, or there are more than %d",
					    REPO_KEYS_MAX);
	}
	keys->ssh[keys->ssh_count++] = (struct ssh_key){ blob.data, blob.len, name };
	return INTOTO_OK;
}

/* "TYPE BASE64 COMMENT" or "PRINCIPALS [OPTIONS] TYPE BASE64 COMMENT". */
static int read_ssh_line(struct repo_keys *keys, char *line, struct intoto_error **err)
{
	const char *principals = NULL, *options = NULL;
	char *word = take_word(&line);
	bool bare = word && at_list_has(ssh_types, word);
	const char *base64;

	if (!word || *word == '#')
		return INTOTO_OK;
	if (!bare) {
		principals = word;
		word = take_word(&line);
		if (word && !at_list_has(ssh_types, word)) {
			options = word;
			word = take_word(&line);
		}
	}
	base64 = word && at_list_has(ssh_types, word) ? take_word(&line) : NULL;
	if (!base64)
		return intoto_attestor_fail(err, INTOTO_E_KEY,
					    "a line is neither an ssh key nor an allowed signer");
	if (options && !options_allow(options))
		return INTOTO_OK; /* not for commits, or under terms that we cannot keep */
	return add_ssh(keys, base64, bare ? take_word(&line) : principals, err);
}

static int read_input(struct repo_keys *keys, const struct intoto_input *input,
		      struct intoto_error **err)
{
	AT_AUTO(at_freep) char *text = NULL;
	struct intoto_error *why = NULL;
	size_t len = 0, before = keys->ssh_count;
	int rc = intoto_input_read(&text, &len, input, KEY_FILE_MAX, err);
	char *line = text;

	if (rc)
		return rc;
	if (is_openpgp(text, len))
		return add_openpgp(keys, input, text, len, err);
	while (!rc && *line) {
		size_t size = strcspn(line, "\r\n");
		char *rest = line + size + (line[size] ? 1 : 0);

		line[size] = '\0';
		rc = read_ssh_line(keys, line, &why);
		line = rest;
	}
	if (!rc && keys->ssh_count > before)
		return INTOTO_OK;
	rc = intoto_attestor_fail(err, INTOTO_E_KEY, "%s: %s", input->name,
				  why ? intoto_error_text(why) : "there is no key in it for git");
	intoto_error_free(why);
	return rc;
}

int repo_keys_read(struct repo_keys **out, const struct intoto_request *request,
		   struct intoto_error **err)
{
	AT_AUTO(keys_freep) struct repo_keys *keys = calloc(1, sizeof *keys);
	int rc = keys ? INTOTO_OK : no_memory(err);

	*out = NULL;
	for (size_t i = 0; !rc && i < intoto_request_input_count(request); i++)
		rc = read_input(keys, intoto_request_input(request, i), err);
	if (rc)
		return rc;
	*out = keys;
	keys = NULL; /* now the caller's */
	return INTOTO_OK;
}

/* --- judging --- */

static const char *format_of(struct repo_slice signature)
{
	static const char *const marks[][2] = {
		{ "-----BEGIN PGP SIGNATURE-----", "openpgp" },
		{ "-----BEGIN PGP MESSAGE-----", "openpgp" },
		{ "-----BEGIN SSH SIGNATURE-----", "ssh" },
		{ "-----BEGIN SIGNED MESSAGE-----", "x509" },
	};

	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
		if (signature.len >= strlen(marks[i][0]) &&
		    at_text_begins(signature.data, marks[i][0]))
			return marks[i][1];
	return "unknown";
}

static int reason(struct repo_verdict *out, const char *status, const char *why,
		  struct intoto_error **err)
{
	out->status = status;
	out->reason = strdup(why);
	return out->reason ? INTOTO_OK : no_memory(err);
}

static void copy_name(struct repo_verdict *out, const char *name)
{
	size_t len = strlen(name);

	if (len >= sizeof out->key)
		len = sizeof out->key - 1;
	memcpy(out->key, name, len);
	out->key[len] = '\0';
}

static int judge_openpgp(struct repo_verdict *out, const struct repo_keys *keys,
			 struct repo_slice signature, struct repo_slice covered,
			 struct intoto_error **err)
{
	struct intoto_error *why = NULL;
	int rc;

	if (!keys->openpgp_count)
		return reason(out, "unchecked", "no OpenPGP key was given", err);
	for (size_t i = 0; i < keys->openpgp_count; i++) {
		intoto_error_free(why);
		why = NULL;
		rc = intoto_key_verify(keys->openpgp[i], covered.data, covered.len, signature.data,
				       signature.len, &why);
		if (rc)
			continue;
		out->status = "good";
		copy_name(out, intoto_key_id(keys->openpgp[i], INTOTO_KEYID_CURRENT));
		return INTOTO_OK;
	}
	/* with several keys the last one's reason says little */
	rc = reason(out, "not-good",
		    keys->openpgp_count == 1 ? intoto_error_text(why)
					     : "it verifies with none of the given keys",
		    err);
	intoto_error_free(why);
	return rc;
}

static int judge_ssh(struct repo_verdict *out, const struct repo_keys *keys,
		     struct repo_slice signature, struct repo_slice covered,
		     struct intoto_error **err)
{
	AT_AUTO(at_buf_done) struct at_buf bytes = { .max = SSH_BLOB_MAX };
	const struct ssh_key *found = NULL;
	struct intoto_error *why = NULL;
	struct ssh_signature parts;
	int rc;

	if (!keys->ssh_count)
		return reason(out, "unchecked", "no ssh key was given", err);
	rc = ssh_signature_parse(&parts, &bytes, signature, &why);
	for (size_t i = 0; !rc && i < keys->ssh_count; i++)
		if (ssh_blob_same(parts.key,
				  (struct repo_slice){ keys->ssh[i].blob, keys->ssh[i].len }))
			found = &keys->ssh[i];
	if (!rc && !found)
		return reason(out, "not-good", "it was made with none of the given keys", err);
	if (!rc)
		rc = ssh_signature_verify(&parts, "git", covered, &why);
	if (rc) {
		rc = reason(out, "not-good", intoto_error_text(why), err);
		intoto_error_free(why);
		return rc;
	}
	out->status = "good";
	out->signer = *found->principals ? strdup(found->principals) : NULL;
	return ssh_fingerprint(out->key, sizeof out->key, parts.key, err);
}

int repo_signature_judge(struct repo_verdict *out, const struct repo_keys *keys,
			 struct repo_slice signature, struct repo_slice covered,
			 struct intoto_error **err)
{
	*out = (struct repo_verdict){ .format = format_of(signature), .status = "not-good" };
	if (intoto_text_same(out->format, "openpgp"))
		return judge_openpgp(out, keys, signature, covered, err);
	if (intoto_text_same(out->format, "ssh"))
		return judge_ssh(out, keys, signature, covered, err);
	return reason(out, "unchecked", "signatures of this kind are not checked here", err);
}
