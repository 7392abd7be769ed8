/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever stood in a step's memory as an address, as text. */
#include "run/touched_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/text.h"

static void write_host(struct it_buf *out, int family, const void *host, unsigned port)
{
	char text[INET6_ADDRSTRLEN];

	if (!inet_ntop(family, host, text, sizeof text))
		return; /* cannot be: there is room for the longest */
	it_buf_printf(out, family == AF_INET ? "inet %s:%u" : "inet6 [%s]:%u", text, port);
}

/* A name may be abstract (a NUL first), end without a NUL, or be missing. */
static void write_local(struct it_buf *out, const struct sockaddr_un *address, size_t len)
{
	size_t start = offsetof(struct sockaddr_un, sun_path);
	const char *path = (const char *)address + start;
	size_t path_len = len > start ? len - start : 0;

	(void)it_buf_add_text(out, path_len ? "unix " : "unix"); /* sticky */
	if (!path_len)
		return;
	if (*path)
		path_len = strnlen(path, path_len);
	else
		(void)it_buf_add_byte(out, '@'); /* sticky */
	it_text_quote(out, *path ? it_span(path, path_len) : it_span(path + 1, path_len - 1));
}

void it_touched_write_address(struct it_buf *out, const struct sockaddr *address, size_t len)
{
	union {
		struct sockaddr_storage any;
		struct sockaddr_in inet;
		struct sockaddr_in6 inet6;
		struct sockaddr_un local;
	} copy = { 0 };

	memcpy(&copy, address, len < sizeof copy ? len : sizeof copy);
	if (copy.any.ss_family == AF_INET && len >= sizeof copy.inet)
		write_host(out, AF_INET, &copy.inet.sin_addr, ntohs(copy.inet.sin_port));
	else if (copy.any.ss_family == AF_INET6 &&
		 len >= offsetof(struct sockaddr_in6, sin6_scope_id))
		write_host(out, AF_INET6, &copy.inet6.sin6_addr, ntohs(copy.inet6.sin6_port));
	else if (copy.any.ss_family == AF_UNIX)
		write_local(out, &copy.local, len < sizeof copy ? len : sizeof copy);
	else if (copy.any.ss_family == AF_NETLINK)
		(void)it_buf_add_text(out, "netlink"); /* sticky */
	else
		it_buf_printf(out, "family %u", (unsigned)copy.any.ss_family);
}
