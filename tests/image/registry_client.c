/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The registry client by hand, one call a run, for tests/image/registry*.t:
 *
 *	registry_client [OPTION]... HOST/NAME VERB [ARGUMENT]...
 *
 * What was got goes to standard output; failures end with the statuses of our commands.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/text.h"
#include "cmd/command.h"
#include "net/oci/registry.h"

struct client {
	struct it_strings insecure;
	struct it_registry_access access;
	struct it_upload_options upload;
	bool count;
	int stop_after; /* visits; 0: none */
	struct it_registry *registry;
	char **args;
	int arg_count;
};

static int print_piece(void *arg, struct it_span piece, struct intoto_error **err)
{
	(void)arg;
	if (fwrite(piece.data, 1, piece.len, stdout) != piece.len || fflush(stdout))
		return it_err_set(err, INTOTO_E_IO, "standard output");
	return INTOTO_OK;
}

static int pour_file(void *self, const struct it_sink *sink, struct intoto_error **err)
{
	FILE *file = fopen(self, "rb");
	char piece[64 * 1024];
	size_t len;
	int rc = INTOTO_OK;

	if (!file)
		return it_err_set(err, INTOTO_E_NOTFOUND, "%s", (const char *)self);
	while (!rc && (len = fread(piece, 1, sizeof piece, file)) > 0)
		rc = it_sink_take(sink, it_span(piece, len), err);
	(void)fclose(file); /* it was only read */
	return rc;
}

static uint64_t size_of(const char *path)
{
	FILE *file = fopen(path, "rb");
	long size = 0;

	if (!file)
		return 0;
	if (!fseek(file, 0, SEEK_END))
		size = ftell(file);
	(void)fclose(file); /* it was only read */
	return size < 0 ? 0 : (uint64_t)size;
}

static int read_file(struct it_buf *out, const char *path, struct intoto_error **err)
{
	const struct it_message message = { .pour = pour_file,
					    .self = (void *)(uintptr_t)path,
					    .len = size_of(path) };

	return it_message_read(out, &message, path, err);
}

static int do_manifest(struct client *client, struct intoto_error **err)
{
	IT_AUTO(it_oci_manifest_freep) struct it_oci_manifest *manifest = NULL;
	int rc = it_registry_manifest(client->registry, &manifest, client->args[0], err);

	return rc ? rc : print_piece(NULL, it_buf_span(&manifest->bytes), err);
}

static int do_resolve(struct client *client, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *type = NULL;
	char digest[IT_OCI_DIGEST_SIZE];
	uint64_t size;
	int rc = it_registry_resolve(client->registry, digest, &size, &type, client->args[0], err);

	if (!rc)
		printf("%s %llu %s\n", digest, (unsigned long long)size, type);
	return rc;
}

/* FILE TYPE [TAG] */
static int do_put(struct client *client, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf bytes = IT_BUF(IT_OCI_MANIFEST_BYTES_MAX);
	bool done = false;
	int rc = read_file(&bytes, client->args[0], err);

	if (!rc)
		rc = it_registry_put_manifest(
			client->registry, it_buf_span(&bytes), client->args[1],
			client->arg_count > 2 ? client->args[2] : NULL, &done, err);
	if (!rc)
		puts(done ? "subject" : "put");
	return rc;
}

static int do_delete(struct client *client, struct intoto_error **err)
{
	return it_registry_delete_manifest(client->registry, client->args[0], err);
}

static int do_has(struct client *client, struct intoto_error **err)
{
	bool has;
	int rc = it_registry_has_blob(client->registry, &has, client->args[0], err);

	if (!rc)
		puts(has ? "yes" : "no");
	return rc;
}

/* DIGEST SIZE */
static int do_blob(struct client *client, struct intoto_error **err)
{
	const struct it_sink sink = { print_piece, NULL };
	uint64_t size = 0;

	if (!it_parse_u64(client->args[1], UINT64_MAX, &size))
		return it_err_set(err, INTOTO_E_USAGE, "want a size");
	return it_registry_blob(client->registry, client->args[0], size, &sink, err);
}

/* DIGEST FILE */
static int do_push(struct client *client, struct intoto_error **err)
{
	const struct it_message message = { .pour = pour_file,
					    .self = client->args[1],
					    .len = size_of(client->args[1]) };

	return it_registry_put_blob(client->registry, client->args[0], &message, &client->upload,
				    err);
}

static int do_drop(struct client *client, struct intoto_error **err)
{
	return it_registry_delete_blob(client->registry, client->args[0], err);
}

static int visited(struct client *client)
{
	return client->stop_after && !--client->stop_after ? 1 : INTOTO_OK;
}

static int print_tag(void *arg, const char *tag, struct intoto_error **err)
{
	(void)err;
	puts(tag);
	return visited(arg);
}

static int do_tags(struct client *client, struct intoto_error **err)
{
	return it_registry_each_tag(client->registry, print_tag, client, err);
}

static int print_referrer(void *arg, const struct it_oci_descriptor *found,
			  struct intoto_error **err)
{
	(void)err;
	printf("%s %s %llu\n", found->digest, found->artifact_type,
	       (unsigned long long)found->size);
	return visited(arg);
}

/* DIGEST [TYPE] */
static int do_referrers(struct client *client, struct intoto_error **err)
{
	return it_registry_each_referrer(client->registry, client->args[0],
					 client->arg_count > 1 ? client->args[1] : NULL,
					 print_referrer, client, err);
}

/* FILE */
static int do_attach(struct client *client, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf bytes = IT_BUF(IT_OCI_MANIFEST_BYTES_MAX);
	int rc = read_file(&bytes, client->args[0], err);

	return rc ? rc
		  : it_registry_put_referrer(client->registry, it_buf_span(&bytes), IT_OCI_MANIFEST,
					     err);
}

/* SUBJECT DIGEST */
static int do_detach(struct client *client, struct intoto_error **err)
{
	return it_registry_delete_referrer(client->registry, client->args[0], client->args[1], err);
}

static const struct verb {
	const char *name;
	int arguments; /* at least */
	int (*run)(struct client *client, struct intoto_error **err);
} verbs[] = {
	{ "attach", 1, do_attach },	  { "blob", 2, do_blob },	{ "delete", 1, do_delete },
	{ "detach", 2, do_detach },	  { "drop", 1, do_drop },	{ "has", 1, do_has },
	{ "manifest", 1, do_manifest },	  { "push", 2, do_push },	{ "put", 2, do_put },
	{ "referrers", 1, do_referrers }, { "resolve", 1, do_resolve }, { "tags", 0, do_tags },
};

static uint64_t number(const char *text)
{
	uint64_t value = 0;

	if (!text || !it_parse_u64(text, UINT32_MAX, &value))
		exit(IT_EXIT_USAGE);
	return value;
}

/* One option and its value; how many words that were. */
static int take_option(struct client *client, char **args)
{
	if (it_streq(args[0], "--plain"))
		return it_strings_add(&client->insecure, "", NULL) ? 0 : 1;
	if (it_streq(args[0], "--plain-host"))
		return it_strings_add(&client->insecure, args[1], NULL) ? 0 : 2;
	if (it_streq(args[0], "--ca"))
		return client->access.ca = args[1], 2;
	if (it_streq(args[0], "--cert"))
		return client->access.cert = args[1], 2;
	if (it_streq(args[0], "--key"))
		return client->access.key = args[1], 2;
	if (it_streq(args[0], "--auth"))
		return client->access.auth_file = args[1], 2;
	if (it_streq(args[0], "--chunk"))
		return client->upload.chunk = number(args[1]), 2;
	if (it_streq(args[0], "--mount"))
		return client->upload.mount_from = args[1], 2;
	if (it_streq(args[0], "--attempts"))
		return client->access.attempts = (unsigned)number(args[1]), 2;
	if (it_streq(args[0], "--seconds"))
		return client->access.retry_seconds = (unsigned)number(args[1]), 2;
	if (it_streq(args[0], "--stall"))
		return client->access.stall_seconds = (unsigned)number(args[1]), 2;
	if (it_streq(args[0], "--stop-after"))
		return client->stop_after = (int)number(args[1]), 2;
	if (it_streq(args[0], "--count"))
		return client->count = true, 1;
	return 0;
}

static int run_verb(struct client *client, const char *name, struct intoto_error **err)
{
	for (size_t i = 0; i < IT_COUNT_OF(verbs); i++)
		if (it_streq(verbs[i].name, name) && client->arg_count >= verbs[i].arguments)
			return verbs[i].run(client, err);
	return it_err_set(err, INTOTO_E_USAGE, "what is %s?", name);
}

static int run(struct client *client, struct intoto_error **err)
{
	struct it_image_reference reference = { 0 };
	int rc;

	if (client->arg_count < 2)
		return it_err_set(err, INTOTO_E_USAGE, "want HOST/NAME VERB");
	rc = it_image_reference_parse(&reference, client->args[0], err);
	if (!rc)
		rc = it_registry_open(&client->registry, &reference, &client->access, err);
	it_image_reference_done(&reference);
	client->args += 2;
	client->arg_count -= 2;
	return rc ? rc : run_verb(client, client->args[-1], err);
}

int main(int count, char **args)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
	struct client client = { 0 };
	int step, rc;

	client.access.insecure = &client.insecure;
	for (args++, count--; count > 1 && **args == '-'; args += step, count -= step) {
		step = take_option(&client, args);
		if (!step)
			return IT_EXIT_USAGE;
	}
	client.args = args;
	client.arg_count = count;
	rc = run(&client, &err);
	if (client.count && client.registry)
		fprintf(stderr, "%llu round trips\n",
			(unsigned long long)it_registry_round_trips(client.registry));
	it_registry_free(client.registry);
	it_strings_done(&client.insecure);
	if (rc < 0)
		fprintf(stderr, "registry_client: %s\n", intoto_error_text(err));
	return rc > 0 ? 0 : it_exit_of((enum intoto_code)rc);
}
