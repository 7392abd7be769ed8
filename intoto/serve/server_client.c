/* SPDX-License-Identifier: Apache-2.0 */
/* Connections: who they are from, and how long they may take. */
#include "serve/server_part.h"

#include <arpa/inet.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <netdb.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/clock.h"

#define NS_PER_S INT64_C(1000000000)

struct it_client *it_client_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info ? info->socket_context : NULL;
}

void it_client_allow(struct it_client *client, int64_t since, uint64_t bytes)
{
	const struct it_server_options *options = client->server->options;
	int64_t seconds = (int64_t)(bytes / (options->rate ? options->rate : 1));
	int64_t most = INT64_C(7) * 24 * 60 * 60;

	if (seconds > most)
		seconds = most;
	atomic_store(&client->deadline, since + (seconds + options->patience) * NS_PER_S);
}

/* The name of an IPv4 address is the same on a socket of both kinds. */
static char *address_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	const struct sockaddr *address = info ? info->client_addr : NULL;
	char text[NI_MAXHOST] = "";

	if (address && address->sa_family == AF_INET)
		(void)getnameinfo(address, sizeof(struct sockaddr_in), text, sizeof text, NULL, 0,
				  NI_NUMERICHOST); /* "" then */
	if (address && address->sa_family == AF_INET6)
		(void)getnameinfo(address, sizeof(struct sockaddr_in6), text, sizeof text, NULL, 0,
				  NI_NUMERICHOST); /* "" then */
	return strdup(text);
}

static void connected(struct it_server *server, struct MHD_Connection *connection, void **context)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct it_client *client = calloc(1, sizeof *client);

	*context = client;
	if (!client)
		return; /* its first request is refused */
	client->server = server;
	client->fd = info ? info->connect_fd : -1;
	client->address = address_of(connection);
	it_client_allow(client, it_clock_monotonic(), 0);
	(void)pthread_mutex_lock(&server->lock); /* a plain mutex: cannot fail */
	client->next = server->clients;
	client->slot = &server->clients;
	if (client->next)
		client->next->slot = &client->next;
	server->clients = client;
	(void)pthread_mutex_unlock(&server->lock); /* the same */
}

static void closed(struct it_server *server, struct it_client *client)
{
	(void)pthread_mutex_lock(&server->lock); /* a plain mutex: cannot fail */
	*client->slot = client->next;
	if (client->next)
		client->next->slot = client->slot;
	(void)pthread_mutex_unlock(&server->lock); /* the same */
	if (atomic_load(&client->slow) && !client->told)
		it_audit_client(server->audit, client->address ? client->address : "", "slow");
	it_exchange_free(client->exchange);
	free(client->address);
	free(client);
}

void it_server_connected(void *server, struct MHD_Connection *connection, void **context,
			 enum MHD_ConnectionNotificationCode what)
{
	if (what == MHD_CONNECTION_NOTIFY_STARTED)
		connected(server, connection, context);
	else if (*context)
		closed(server, *context);
}

void it_clients_sweep(struct it_server *server)
{
	int64_t now = it_clock_monotonic();
	bool stopping = atomic_load(&server->stopping);

	(void)pthread_mutex_lock(&server->lock); /* a plain mutex: cannot fail */
	for (struct it_client *client = server->clients; client; client = client->next) {
		int64_t deadline = atomic_load(&client->deadline);
		bool idle = stopping && !atomic_load(&client->busy);

		if (!idle && (!deadline || now < deadline))
			continue;
		if (!idle)
			atomic_store(&client->slow, true);
		/* Its thread finds it shut and closes it; the number is ours until it says so. */
		(void)shutdown(client->fd, SHUT_RDWR); /* or it was shut by the client */
	}
	(void)pthread_mutex_unlock(&server->lock); /* the same */
}

bool it_clients_any_busy(struct it_server *server)
{
	bool busy = false;

	(void)pthread_mutex_lock(&server->lock); /* a plain mutex: cannot fail */
	for (struct it_client *client = server->clients; client; client = client->next)
		busy = busy || atomic_load(&client->busy);
	(void)pthread_mutex_unlock(&server->lock); /* the same */
	return busy;
}

/* It must stand under one of the roots for clients, be in its time, and be meant for clients. */
static bool is_verified(gnutls_session_t session)
{
	char purpose[] = GNUTLS_KP_TLS_WWW_CLIENT;
	gnutls_typed_vdata_st wanted = { .type = GNUTLS_DT_KEY_PURPOSE_OID,
					 .data = (unsigned char *)purpose };
	unsigned status = GNUTLS_CERT_INVALID;

	if (gnutls_certificate_type_get(session) != GNUTLS_CRT_X509)
		return false;
	return !gnutls_certificate_verify_peers(session, &wanted, 1, &status) && !status;
}

const unsigned char *it_client_certificate(struct it_client *client,
					   struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info;
	const gnutls_datum_t *shown;
	unsigned count = 0;

	if (client->certified || !client->server->options->client_ca)
		return client->has_certificate ? client->certificate : NULL;
	client->certified = true;
	info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
	if (!info || !info->tls_session)
		return NULL;
	shown = gnutls_certificate_get_peers(info->tls_session, &count);
	if (!shown || !count || !is_verified(info->tls_session))
		return NULL;
	it_sha256(client->certificate, it_span(shown[0].data, shown[0].size));
	client->has_certificate = true;
	return client->certificate;
}
