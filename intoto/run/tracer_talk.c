/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses that calls talk to. */
#include <fcntl.h>
#include <sys/un.h>

#include "run/tracer_look.h"

enum { MESSAGES_MAX = 1024 }; /* of sendmmsg, as the kernel has it */

/* A socket that is bound to a name of the file system is made there. */
static void make_local(const struct it_look *look, const struct sockaddr_storage *address,
		       size_t len)
{
	struct sockaddr_un local = { 0 };
	char name[sizeof local.sun_path + 1] = { 0 };
	char link[PATH_MAX];
	char path[PATH_MAX];

	memcpy(&local, address, len < sizeof local ? len : sizeof local);
	memcpy(name, local.sun_path, sizeof local.sun_path); /* which may have no NUL */
	if (local.sun_family != AF_UNIX || !name[0])
		return;
	if (name[0] != '/' &&
	    (!it_look_link(look, AT_FDCWD, link) || !it_look_join(look, link, name, path)))
		return;
	it_look_make(look, name[0] == '/' ? name : path, IT_TOUCH_CREATED);
}

static void look_at_address(const struct it_look *look, enum it_touched_talk talk, uint64_t address,
			    uint64_t len)
{
	struct it_tracer_deed *deed = look->deed;
	size_t i = deed->address_count;

	if (!address || len < sizeof(sa_family_t) || len > sizeof deed->addresses[0].address)
		return; /* there is none, or the call fails */
	if (i == IT_DEED_ADDRESSES) {
		deed->lost = "more than 8 addresses of one call";
		return;
	}
	deed->addresses[i].talk = talk;
	deed->addresses[i].len = (size_t)len;
	deed->addresses[i].address = (struct sockaddr_storage){ 0 };
	if (!it_look_bytes(look, address, &deed->addresses[i].address, (size_t)len))
		return;
	if (talk == IT_TALK_BIND)
		make_local(look, &deed->addresses[i].address, (size_t)len);
	if (look->follow->tier != IT_TRACE_WRITES)
		deed->address_count++;
}

void it_look_at_socket(const struct it_look *look)
{
	static const enum it_touched_talk talks[] = { [IT_CALL_CONNECT] = IT_TALK_CONNECT,
						      [IT_CALL_BIND] = IT_TALK_BIND,
						      [IT_CALL_SENDTO] = IT_TALK_SEND };

	look_at_address(look, talks[look->call->kind], it_look_argument(look, look->call->new_path),
			(uint32_t)it_look_argument(look, look->call->flags));
}

/* The first two members of a message's header. */
static bool look_at_message(const struct it_look *look, uint64_t at)
{
	struct {
		uint64_t name;
		uint32_t len;
	} wide = { 0 };
	uint32_t narrow[2];

	if (!look->narrow) {
		if (!it_look_bytes(look, at, &wide, sizeof wide.name + sizeof wide.len))
			return false;
	} else {
		if (!it_look_bytes(look, at, narrow, sizeof narrow))
			return false;
		wide.name = narrow[0];
		wide.len = narrow[1];
	}
	look_at_address(look, IT_TALK_SEND, wide.name, wide.len);
	return true;
}

void it_look_at_sendmsg(const struct it_look *look)
{
	(void)look_at_message(
		look, it_look_argument(look, look->call->new_path)); /* it notes what fails */
}

void it_look_at_sendmmsg(const struct it_look *look)
{
	const uint64_t size = look->narrow ? 32 : 64;
	uint64_t at = it_look_argument(look, look->call->new_path);
	uint64_t count = (uint32_t)it_look_argument(look, look->call->flags);

	for (uint64_t i = 0; i < count && i < MESSAGES_MAX && !look->deed->lost; i++)
		if (!look_at_message(look, at + i * size))
			return;
}

/* i386 had one call for all of them, with the arguments in memory. */
void it_look_at_socketcall(const struct it_look *look)
{
	enum { BIND = 2, CONNECT = 3, SENDTO = 11, SENDMSG = 16, SENDMMSG = 20 };
	uint64_t which = it_look_argument(look, look->call->flags);
	uint32_t args[6] = { 0 };
	size_t count = which == SENDTO ? 6 : which == SENDMMSG ? 4 : which == SENDMSG ? 2 : 3;

	if (which != BIND && which != CONNECT && which != SENDTO && which != SENDMSG &&
	    which != SENDMMSG)
		return;
	if (!it_look_bytes(look, it_look_argument(look, look->call->new_path), args,
			   count * sizeof *args))
		return;
	if (which == BIND || which == CONNECT)
		look_at_address(look, which == BIND ? IT_TALK_BIND : IT_TALK_CONNECT, args[1],
				args[2]);
	else if (which == SENDTO)
		look_at_address(look, IT_TALK_SEND, args[4], args[5]);
	else if (which == SENDMSG)
		(void)look_at_message(look, args[1]); /* it notes what fails */
	else
		for (uint32_t i = 0; i < args[2] && i < MESSAGES_MAX && !look->deed->lost; i++)
			if (!look_at_message(look, args[1] + (uint64_t)i * 32))
				return;
}
