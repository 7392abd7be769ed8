/* SPDX-License-Identifier: Apache-2.0 */
/* The store over HTTPS: started, watched, stopped. */
#include "serve/server.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "serve/server_part.h"

#define NS_PER_S INT64_C(1000000000)

enum {
	PEM_MAX = 1024 * 1024,
	MEMORY = 64 * 1024, /* of a connection: its head, and pieces of a body */
	OTHER_FILES = 256,  /* besides connections, each of which may have a file */
	MOVERS_MAX = 4,	    /* threads that move bytes */
	TICK_NS = 250 * 1000 * 1000,
};

static void notice(const struct it_server *server, const char *sentence)
{
	if (server->options->notice)
		server->options->notice(server->options->notice_arg, sentence);
}

/* Escapes are read once, by us. */
static size_t leave_escapes(void *arg, struct MHD_Connection *connection, char *text)
{
	(void)arg; /* nothing to be known */
	(void)connection;
	return strlen(text);
}

static int read_files(struct it_server *server, struct intoto_error **err)
{
	const struct it_server_options *options = server->options;
	int rc = INTOTO_OK;

	server->certificate.max = server->key.max = server->client_ca.max = PEM_MAX;
	if (options->plain)
		return INTOTO_OK;
	if (MHD_is_feature_supported(MHD_FEATURE_TLS) != MHD_YES)
		return it_err_set(err, INTOTO_E_UNSUPPORTED,
				  "this libmicrohttpd was built without TLS");
	rc = it_file_read(&server->certificate, options->certificate, err);
	if (!rc)
		rc = it_file_read(&server->key, options->key, err);
	if (!rc && options->client_ca)
		rc = it_file_read(&server->client_ca, options->client_ca, err);
	return rc;
}

/* As many files as connections may need, or an error: not some day in the middle of the night. */
static int raise_files(const struct it_server_options *options, struct intoto_error **err)
{
	rlim_t wanted = (rlim_t)options->connections * 2 + OTHER_FILES;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return it_err_errno(err, errno, "the limit of open files");
	if (limit.rlim_cur >= wanted)
		return INTOTO_OK;
	if (limit.rlim_max != RLIM_INFINITY && limit.rlim_max < wanted)
		return it_err_set(
			err, INTOTO_E_USAGE,
			"%u connections want %ju open files, and this process may have %ju "
			"(ulimit -n)",
			options->connections, (uintmax_t)wanted, (uintmax_t)limit.rlim_max);
	limit.rlim_cur = wanted;
	return setrlimit(RLIMIT_NOFILE, &limit)
		       ? it_err_errno(err, errno, "the limit of open files")
		       : INTOTO_OK;
}

static unsigned movers(void)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	return cores < 1 ? 1 : cores > MOVERS_MAX ? MOVERS_MAX : (unsigned)cores;
}

static int start_daemon(struct it_server *server, struct intoto_error **err)
{
	const struct it_server_options *options = server->options;
	unsigned threads = options->connections < movers() ? 1 : movers();
	struct MHD_OptionItem more[8];
	size_t count = 0;

	if (threads > 1)
		more[count++] =
			(struct MHD_OptionItem){ MHD_OPTION_THREAD_POOL_SIZE, threads, NULL };
	if (!options->plain) {
		more[count++] = (struct MHD_OptionItem){ MHD_OPTION_HTTPS_MEM_CERT, 0,
							 server->certificate.data };
		more[count++] =
			(struct MHD_OptionItem){ MHD_OPTION_HTTPS_MEM_KEY, 0, server->key.data };
		more[count++] = (struct MHD_OptionItem){
			MHD_OPTION_HTTPS_PRIORITIES, 0,
			(void *)(uintptr_t) "SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"
		};
	}
	if (!options->plain && options->client_ca)
		more[count++] = (struct MHD_OptionItem){ MHD_OPTION_HTTPS_MEM_TRUST, 0,
							 server->client_ca.data };
	more[count] = (struct MHD_OptionItem){ MHD_OPTION_END, 0, NULL };
	server->daemon = MHD_start_daemon(
		MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC |
			(options->plain ? 0 : MHD_USE_TLS),
		0, NULL, NULL, it_server_request, server, MHD_OPTION_LISTEN_SOCKET,
		(MHD_socket)server->listener, MHD_OPTION_URI_LOG_CALLBACK, it_server_target, server,
		MHD_OPTION_NOTIFY_COMPLETED, it_server_completed, server,
		MHD_OPTION_NOTIFY_CONNECTION, it_server_connected, server,
		MHD_OPTION_UNESCAPE_CALLBACK, leave_escapes, NULL,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MEMORY, MHD_OPTION_CONNECTION_LIMIT,
		options->connections, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
		options->connections_per_address, MHD_OPTION_STRICT_FOR_CLIENT, 1,
		MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, MHD_OPTION_ARRAY, more, MHD_OPTION_END);
	if (!server->daemon)
		return it_err_set(err, INTOTO_E_FORMAT, "the server cannot be started%s%s",
				  options->plain ? ""
						 : ": want a certificate and its key in PEM, from ",
				  options->plain ? "" : options->certificate);
	server->listener = -1; /* now the daemon's */
	return INTOTO_OK;
}

static void block_signals(sigset_t *waited)
{
	sigset_t blocked;

	(void)sigemptyset(waited); /* these cannot fail */
	(void)sigaddset(waited, SIGTERM);
	(void)sigaddset(waited, SIGINT);
	blocked = *waited;
	(void)sigaddset(&blocked, SIGPIPE);
	(void)pthread_sigmask(SIG_BLOCK, &blocked, NULL);
}

/* Whether a signal came within a tick. */
static bool was_told(const sigset_t *waited)
{
	const struct timespec tick = { .tv_nsec = TICK_NS };

	return sigtimedwait(waited, NULL, &tick) > 0;
}

/* No new ones; those that are idle go at once, the others have their time. */
static void stop(struct it_server *server, const sigset_t *waited)
{
	int64_t end = it_clock_monotonic() + (int64_t)server->options->grace * NS_PER_S;
	MHD_socket listener = MHD_quiesce_daemon(server->daemon);

	atomic_store(&server->stopping, true);
	if (listener != MHD_INVALID_SOCKET)
		(void)close(listener); /* nothing was written to it */
	notice(server, "stopping");
	do {
		it_clients_sweep(server);
	} while (it_clients_any_busy(server) && it_clock_monotonic() < end && !was_told(waited));
}

static int serve(struct it_server *server, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf url = IT_BUF(1024);
	IT_AUTO(it_buf_done) struct it_buf sentence = IT_BUF(2048);
	const struct it_server_options *options = server->options;
	sigset_t waited;
	int rc = read_files(server, err);

	if (!rc)
		rc = raise_files(options, err);
	if (!rc)
		rc = it_server_listen(server, &url, err);
	if (rc)
		return rc;
	block_signals(&waited);
	rc = it_workers_start(&server->workers, &options->service, options->workers,
			      it_server_answered, server, err);
	if (!rc)
		rc = start_daemon(server, err);
	if (rc)
		return rc;
	(void)it_buf_printf(&sentence, "listening on %s", it_buf_text(&url)); /* short */
	notice(server, it_buf_text(&sentence));
	while (!was_told(&waited))
		it_clients_sweep(server);
	stop(server, &waited);
	return INTOTO_OK;
}

int it_server_run(const struct it_server_options *options, struct intoto_error **err)
{
	struct it_server server = { .options = options, .listener = -1 };
	int rc = it_guard_new(&server.guard, options->tokens,
			      options->anonymous_read ? IT_RIGHT_READ : 0, err);

	(void)pthread_mutex_init(&server.lock, NULL); /* of the default kind: cannot fail */
	if (!rc)
		rc = it_audit_open(&server.audit, options->audit, err);
	if (!rc)
		rc = serve(&server, err);
	/* In this order: nobody is suspended any more when the daemon goes. */
	it_workers_stop(server.workers);
	if (server.daemon)
		MHD_stop_daemon(server.daemon);
	it_workers_free(server.workers);
	it_fd_close(&server.listener);
	it_guard_free(server.guard);
	it_audit_close(server.audit);
	it_buf_done(&server.certificate);
	it_buf_wipe(&server.key);
	it_buf_done(&server.client_ca);
	(void)pthread_mutex_destroy(&server.lock); /* nobody holds it */
	return rc;
}
