/* SPDX-License-Identifier: Apache-2.0 */
/* The socket that a server listens on. */
#include "serve/server_part.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/file.h"
#include "base/text.h"

enum { HOST_MAX = 256, BACKLOG = 511 };

static int refuse(const char *text, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(text));

	return it_err_set(err, INTOTO_E_USAGE,
			  "want ADDRESS:PORT or [ADDRESS]:PORT to listen on, found '%s'",
			  quoted ? quoted : "");
}

/* Splits at the last colon; brackets around an IPv6 address are left off. */
static int split(char host[HOST_MAX], const char **port, const char *text,
		 struct intoto_error **err)
{
	const char *colon = strrchr(text, ':');
	size_t len = colon ? (size_t)(colon - text) : 0;
	uint64_t number = 0;

	if (!colon || !it_parse_u64(colon + 1, UINT16_MAX, &number))
		return refuse(text, err);
	if (len >= 2 && text[0] == '[' && text[len - 1] == ']') {
		text++;
		len -= 2;
	} else if (memchr(text, ':', len)) {
		return refuse(text, err);
	}
	if (!len || len >= HOST_MAX)
		return refuse(text, err);
	memcpy(host, text, len);
	host[len] = '\0';
	*port = colon + 1;
	return INTOTO_OK;
}

static int open_socket(int *out, const struct addrinfo *address)
{
	IT_AUTO(it_fd_close)
	int fd = socket(address->ai_family, address->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK,
			address->ai_protocol);
	int one = 1;

	if (fd < 0)
		return errno;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) ||
	    bind(fd, address->ai_addr, address->ai_addrlen) || listen(fd, BACKLOG))
		return errno;
	*out = fd;
	fd = -1;
	return 0;
}

/* "https://127.0.0.1:8443" */
static int name_socket(struct it_server *server, struct it_buf *url, struct intoto_error **err)
{
	struct sockaddr_storage bound;
	socklen_t len = sizeof bound;
	char host[NI_MAXHOST];
	char port[NI_MAXSERV];

	if (getsockname(server->listener, (struct sockaddr *)&bound, &len) ||
	    getnameinfo((struct sockaddr *)&bound, len, host, sizeof host, port, sizeof port,
			NI_NUMERICHOST | NI_NUMERICSERV))
		return it_err_errno(err, errno ? errno : EIO, "the address that is listened on");
	(void)it_buf_printf(url, bound.ss_family == AF_INET6 ? "%s://[%s]:%s" : "%s://%s:%s",
			    server->options->plain ? "http" : "https", host,
			    port); /* is looked at */
	return it_buf_check(url, "the address that is listened on", err);
}

int it_server_listen(struct it_server *server, struct it_buf *url, struct intoto_error **err)
{
	const struct addrinfo hints = { .ai_flags = AI_PASSIVE | AI_NUMERICSERV,
					.ai_socktype = SOCK_STREAM };
	struct addrinfo *found = NULL;
	char host[HOST_MAX];
	const char *port = NULL;
	int number;
	int rc = split(host, &port, server->options->listen, err);

	if (rc)
		return rc;
	number = getaddrinfo(host, port, &hints, &found);
	if (number)
		return it_err_set(err, INTOTO_E_USAGE, "listening on '%s': %s",
				  server->options->listen, gai_strerror(number));
	number = open_socket(&server->listener, found);
	freeaddrinfo(found);
	if (number)
		return it_err_errno(err, number, "listening on '%s'", server->options->listen);
	return name_socket(server, url, err);
}
