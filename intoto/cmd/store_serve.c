/* SPDX-License-Identifier: Apache-2.0 */
/* intoto store serve: a store over HTTPS, until it is told to stop. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/text.h"
#include "cmd/output.h"
#include "cmd/store_options.h"
#include "serve/server.h"

enum {
	CONNECTIONS = 512,
	CONNECTIONS_MAX = 100 * 1000,
	PER_ADDRESS = 128,
	PATIENCE = 30,
	RATE = 1024,
	GRACE = 30,
	WORKERS = 4,
	SECONDS_MAX = 24 * 60 * 60,
};

static const uint64_t upload_max = UINT64_C(1) << 30;
static const uint64_t document_max = UINT64_C(64) << 20;

static const char *const accept_words[] = { "trusted", "named", "any", NULL };

struct serve_options {
	struct it_store_words store;
	const char *listen, *certificate, *key, *client_ca;
	bool insecure_http, anonymous_read;
	const char *tokens, *accept, *audit_log, *spool;
	struct it_strings trusted_keys;
	const char *upload_max, *document_max, *connections, *per_address;
	const char *patience, *rate, *grace, *workers;
};

/* clang-format off */
static const struct it_option serve_options[] = {
	IT_STORE_OPTIONS(struct serve_options, store),
	IT_STORE_LOG_KEY_OPTION(struct serve_options, store),
	IT_VALUE(struct serve_options, listen, 0, "listen", "ADDRESS:PORT",
		 "where to listen (127.0.0.1:8443); port 0 is any that is free"),
	IT_VALUE(struct serve_options, certificate, 0, "certificate", "FILE",
		 "the server's certificate and its chain, PEM"),
	IT_VALUE(struct serve_options, key, 0, "key", "FILE", "the private key of that certificate, PEM"),
	IT_VALUE(struct serve_options, client_ca, 0, "client-ca", "FILE",
		 "take certificates of clients that these authorities have issued, PEM"),
	IT_FLAG(struct serve_options, insecure_http, 0, "insecure-http",
		"speak plain HTTP: everybody on the way can read and change everything"),
	IT_VALUE(struct serve_options, tokens, 0, "tokens", "FILE",
		 "who may do what (intoto store token create)"),
	IT_FLAG(struct serve_options, anonymous_read, 0, "anonymous-read",
		"let everybody read and search without a token"),
	IT_CHOICE(struct serve_options, accept, 0, "accept", "WHAT", accept_words,
		  "which uploads are taken"),
	IT_EACH(struct serve_options, trusted_keys, 0, "trusted-key", "FILE",
		"a public key whose signature makes an upload acceptable"),
	IT_VALUE(struct serve_options, upload_max, 0, "max-upload", "SIZE",
		 "the largest upload, with K, M or G (1G)"),
	IT_VALUE(struct serve_options, document_max, 0, "max-document", "SIZE",
		 "the largest document whose signatures are checked (64M)"),
	IT_VALUE(struct serve_options, connections, 0, "max-connections", "NUMBER",
		 "how many clients at once (512)"),
	IT_VALUE(struct serve_options, per_address, 0, "max-connections-per-address", "NUMBER",
		 "how many of them from one address (128); 0: no limit"),
	IT_VALUE(struct serve_options, patience, 0, "patience", "SECONDS",
		 "how long a client may take to say what it wants (30)"),
	IT_VALUE(struct serve_options, rate, 0, "min-rate", "BYTES",
		 "how much a client has to move each second beyond that (1024)"),
	IT_VALUE(struct serve_options, grace, 0, "grace", "SECONDS",
		 "how long requests may take to end when the server is stopped (30)"),
	IT_VALUE(struct serve_options, workers, 0, "workers", "NUMBER",
		 "how many requests look into the store at once (4)"),
	IT_VALUE(struct serve_options, spool, 0, "spool", "FOLDER",
		 "where uploads are kept until they are put ($TMPDIR, else /var/tmp)"),
	IT_VALUE(struct serve_options, audit_log, 0, "audit-log", "FILE",
		 "where a line for each request goes (standard error)"),
};
/* clang-format on */

static void notice(void *arg, const char *sentence)
{
	(void)arg; /* nothing to be known */
	(void)fprintf(stderr, "intoto store serve: %s\n", sentence);
}

/* A number, or by default the one that is there. */
static int read_number(unsigned *out, const char *text, const char *name, uint64_t least,
		       uint64_t most, struct intoto_error **err)
{
	uint64_t number = *out;

	if (text && (!it_parse_u64(text, most, &number) || number < least))
		return it_err_set(err, INTOTO_E_USAGE, "option --%s: want a number from %ju to %ju",
				  name, (uintmax_t)least, (uintmax_t)most);
	*out = (unsigned)number;
	return INTOTO_OK;
}

static int read_size(uint64_t *out, const char *text, const char *name, struct intoto_error **err)
{
	static const char units[] = "KMG";
	size_t len = text ? strlen(text) : 0;
	const char *unit = len ? strchr(units, text[len - 1]) : NULL;
	unsigned shift = unit ? 10 * (unsigned)(unit - units + 1) : 0;
	IT_AUTO(it_freep) char *digits = NULL;
	uint64_t number = 0;

	if (!text)
		return INTOTO_OK;
	digits = strndup(text, len - (unit ? 1 : 0));
	if (!digits)
		return it_err_nomem(err);
	if (!it_parse_u64(digits, (uint64_t)INT64_MAX >> shift, &number) || !number)
		return it_err_set(err, INTOTO_E_USAGE,
				  "option --%s: want a number of bytes, with K, M or G behind it",
				  name);
	*out = number << shift;
	return INTOTO_OK;
}

static int check_words(const struct serve_options *self, struct intoto_error **err)
{
	if (self->insecure_http && (self->certificate || self->key || self->client_ca))
		return it_err_set(err, INTOTO_E_USAGE,
				  "--insecure-http has no certificates: leave --certificate, --key "
				  "and --client-ca away");
	if (!self->insecure_http && (!self->certificate || !self->key))
		return it_err_set(
			err, INTOTO_E_USAGE,
			"want --certificate and --key (or --insecure-http, which protects "
			"nothing)");
	if (it_streq(self->accept, "any") && self->trusted_keys.count)
		return it_err_set(err, INTOTO_E_USAGE,
				  "--accept=any looks at no signature: leave --trusted-key away");
	if (!self->tokens && !self->anonymous_read)
		return it_err_set(err, INTOTO_E_USAGE,
				  "want --tokens, since without it nobody may do anything (or "
				  "--anonymous-read)");
	return INTOTO_OK;
}

static void warn(const struct serve_options *self)
{
	if (self->insecure_http)
		notice(NULL, "WARNING: --insecure-http: tokens and evidence go over the network in "
			     "the clear, and can be changed on the way");
	if (self->anonymous_read)
		notice(NULL, "everybody who reaches this server may read all of the store");
	if (it_streq(self->accept, "any"))
		notice(NULL, "whoever may write can put anything, signed or not");
	else if (!self->trusted_keys.count)
		notice(NULL, "no --trusted-key: uploads will be refused");
}

static enum it_upload_accept accept_named(const char *word)
{
	if (it_streq(word, "any"))
		return IT_ACCEPT_ANY;
	return it_streq(word, "named") ? IT_ACCEPT_NAMED : IT_ACCEPT_TRUSTED;
}

static int read_limits(struct it_server_options *out, const struct serve_options *self,
		       struct intoto_error **err)
{
	int rc = read_size(&out->upload_max, self->upload_max, "max-upload", err);

	if (!rc)
		rc = read_size(&out->service.policy.document_max, self->document_max,
			       "max-document", err);
	if (!rc)
		rc = read_number(&out->connections, self->connections, "max-connections", 1,
				 CONNECTIONS_MAX, err);
	if (!rc)
		rc = read_number(&out->connections_per_address, self->per_address,
				 "max-connections-per-address", 0, CONNECTIONS_MAX, err);
	if (!rc)
		rc = read_number(&out->patience, self->patience, "patience", 1, SECONDS_MAX, err);
	if (!rc)
		rc = read_number(&out->rate, self->rate, "min-rate", 1, 1 << 30, err);
	if (!rc)
		rc = read_number(&out->grace, self->grace, "grace", 0, SECONDS_MAX, err);
	return rc ? rc
		  : read_number(&out->workers, self->workers, "workers", 1, IT_WORKERS_MAX, err);
}

/* The keys of --trusted-key. */
struct keys {
	struct intoto_key **items;
	size_t count;
};

static void keys_done(struct keys *keys)
{
	for (size_t i = 0; i < keys->count; i++)
		intoto_key_free(keys->items[i]);
	free(keys->items);
}

static int load_keys(struct keys *keys, struct serve_options *self, struct intoto_error **err)
{
	keys->items = calloc(self->trusted_keys.count + 1, sizeof(struct intoto_key *));
	if (!keys->items)
		return it_err_nomem(err);
	for (size_t i = 0; i < self->trusted_keys.count; i++) {
		int rc = intoto_key_load(&keys->items[i], self->trusted_keys.items[i], NULL, NULL,
					 err);

		if (rc)
			return rc;
		keys->count++;
	}
	return INTOTO_OK;
}

/* A folder that is ours alone, so that nobody else's files get in the way. */
static int make_spool(char **out, const char *folder, struct intoto_error **err)
{
	const char *parent = folder ? folder : getenv("TMPDIR");
	IT_AUTO(it_freep) char *quoted = NULL;

	parent = parent && *parent ? parent : "/var/tmp";
	quoted = it_text_quoted(it_span_text(parent));
	if (asprintf(out, "%s/intoto-store-XXXXXX", parent) < 0) {
		*out = NULL;
		return it_err_nomem(err);
	}
	if (mkdtemp(*out))
		return INTOTO_OK;
	free(*out);
	*out = NULL;
	return it_err_errno(err, errno, "%s", quoted ? quoted : "");
}

static int serve(struct serve_options *self, struct it_server_options *options,
		 struct intoto_error **err)
{
	char *spool = NULL;
	int rc = make_spool(&spool, self->spool, err);

	if (rc)
		return rc;
	options->service.spool = spool;
	warn(self);
	rc = it_server_run(options, err);
	if (rmdir(spool))
		notice(NULL, "files of uploads that were broken off are left in its --spool");
	free(spool);
	return rc;
}

static int serve_run(void *parsed, const struct it_strings *operands, struct intoto_error **err)
{
	struct serve_options *self = parsed;
	IT_AUTO(keys_done) struct keys keys = { 0 };
	struct it_server_options options = {
		.listen = self->listen ? self->listen : "127.0.0.1:8443",
		.certificate = self->certificate,
		.key = self->key,
		.client_ca = self->client_ca,
		.plain = self->insecure_http,
		.tokens = self->tokens,
		.anonymous_read = self->anonymous_read,
		.audit = self->audit_log ? self->audit_log : "-",
		.upload_max = upload_max,
		.connections = CONNECTIONS,
		.connections_per_address = PER_ADDRESS,
		.patience = PATIENCE,
		.rate = RATE,
		.grace = GRACE,
		.workers = WORKERS,
		.service.policy.document_max = document_max,
		.notice = notice,
	};
	int rc;

	if (operands->count)
		return it_refuse_operand(operands, 0, err);
	rc = check_words(self, err);
	if (!rc)
		rc = read_limits(&options, self, err);
	if (!rc)
		rc = load_keys(&keys, self, err);
	options.service.policy.accept = accept_named(self->accept);
	options.service.policy.keys = (const struct intoto_key *const *)keys.items;
	options.service.policy.key_count = keys.count;
	if (!rc)
		rc = it_store_words_read(&options.service.store, &self->store, err);
	if (!rc)
		rc = serve(self, &options, err);
	return rc ? IT_EXIT_FROM_ERROR : IT_EXIT_YES;
}

const struct it_command it_cmd_store_serve = {
	.name = "serve",
	.synopsis = "--store PLACE --certificate FILE --key FILE --tokens FILE [OPTIONS]",
	.summary = "offer a store over HTTPS",
	.examples = "intoto store serve --store evidence --listen 0.0.0.0:8443 --certificate "
		    "server.crt \\\n"
		    "--key server.key --tokens tokens.json --trusted-key release.pub",
	.options = serve_options,
	.option_count = IT_COUNT_OF(serve_options),
	.options_size = sizeof(struct serve_options),
	.run = serve_run,
	.manual = "intoto-store-serve",
};
