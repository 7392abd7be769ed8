/* SPDX-License-Identifier: Apache-2.0 */
/* The audit log of a server. */
#include "serve/audit.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "json/writer.h"

enum { LINE_MAX_BYTES = 256 * 1024, NS_PER_US = 1000 };

struct it_audit {
	pthread_mutex_t lock;
	int fd;
	bool own;
	bool good;
	bool torn; /* a line was cut short: the next one begins on its own */
};

int it_audit_open(struct it_audit **out, const char *path, struct intoto_error **err)
{
	IT_AUTO(it_audit_closep) struct it_audit *audit = calloc(1, sizeof *audit);

	*out = NULL;
	if (!audit || pthread_mutex_init(&audit->lock, NULL))
		return it_err_nomem(err);
	audit->good = true;
	audit->own = !it_streq(path, "-");
	audit->fd = STDERR_FILENO;
	if (audit->own) {
		IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(path));

		audit->fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
		if (audit->fd < 0)
			return it_err_errno(err, errno, "%s", quoted ? quoted : "");
	}
	*out = audit;
	audit = NULL; /* now the caller's */
	return INTOTO_OK;
}

void it_audit_close(struct it_audit *audit)
{
	if (!audit)
		return;
	if (audit->own)
		it_fd_close(&audit->fd);
	(void)pthread_mutex_destroy(&audit->lock); /* nobody holds it */
	free(audit);
}

static void put_text(struct it_writer *writer, const char *name, const char *text)
{
	IT_AUTO(it_buf_done) struct it_buf safe = IT_BUF(LINE_MAX_BYTES);

	if (!text)
		return;
	(void)it_utf8_replace(&safe, it_span_text(text)); /* it is UTF-8 either way */
	it_write_name(writer, name);
	it_write_text_span(writer, it_buf_span(&safe));
}

static void put_time(struct it_writer *writer)
{
	char now[IT_TIME_SIZE];

	it_time_format(now, it_clock_now());
	put_text(writer, "time", now);
}

static void write_line(struct it_audit *audit, struct it_buf *line)
{
	IT_AUTO(it_buf_done) struct it_buf tame = IT_BUF(4 * LINE_MAX_BYTES);

	it_text_tame_json(&tame, it_buf_span(line));
	(void)it_buf_add_byte(&tame, '\n');	/* is looked at */
	(void)pthread_mutex_lock(&audit->lock); /* a plain mutex: cannot fail */
	if (audit->torn)
		audit->torn = it_fd_write(audit->fd, it_span_text("\n"), NULL) != 0;
	audit->good = !it_buf_check(&tame, "a line", NULL) && !line->failed &&
		      !it_fd_write(audit->fd, it_buf_span(&tame), NULL);
	audit->torn = !audit->good;
	(void)pthread_mutex_unlock(&audit->lock); /* the same */
}

void it_audit_request(struct it_audit *audit, const struct it_exchange *exchange,
		      const char *outcome)
{
	IT_AUTO(it_buf_done) struct it_buf line = IT_BUF(LINE_MAX_BYTES);
	struct it_writer writer;

	it_writer_init(&writer, &line, IT_WRITE_COMPACT);
	it_write_object(&writer);
	put_text(&writer, "address", exchange->address);
	put_text(&writer, "method", exchange->verb);
	put_text(&writer, "object", exchange->object);
	put_text(&writer, "outcome", outcome);
	put_text(&writer, "reason", exchange->reason);
	it_write_name(&writer, "received");
	it_write_int(&writer, (int64_t)exchange->received);
	it_write_name(&writer, "sent");
	it_write_int(&writer, (int64_t)(exchange->answer.len + exchange->answer_len));
	it_write_name(&writer, "status");
	it_write_int(&writer, exchange->status);
	put_text(&writer, "target", exchange->asked);
	put_time(&writer);
	it_write_name(&writer, "us");
	it_write_int(&writer, (it_clock_monotonic() - exchange->begun) / NS_PER_US);
	put_text(&writer, "who", exchange->who);
	it_write_object_end(&writer);
	if (it_writer_finish(&writer, NULL))
		line.failed = line.failed ? line.failed : INTOTO_E_INTERNAL;
	write_line(audit, &line);
}

void it_audit_client(struct it_audit *audit, const char *address, const char *outcome)
{
	IT_AUTO(it_buf_done) struct it_buf line = IT_BUF(LINE_MAX_BYTES);
	struct it_writer writer;

	it_writer_init(&writer, &line, IT_WRITE_COMPACT);
	it_write_object(&writer);
	put_text(&writer, "address", address);
	put_text(&writer, "outcome", outcome);
	put_time(&writer);
	it_write_object_end(&writer);
	if (it_writer_finish(&writer, NULL))
		line.failed = line.failed ? line.failed : INTOTO_E_INTERNAL;
	write_line(audit, &line);
}

bool it_audit_is_good(struct it_audit *audit)
{
	bool good;

	(void)pthread_mutex_lock(&audit->lock); /* a plain mutex: cannot fail */
	good = audit->good;
	(void)pthread_mutex_unlock(&audit->lock); /* the same */
	return good;
}
