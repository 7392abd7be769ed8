/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An attestor that misbehaves as its option "act" says.  Under each of its names it describes
 * itself as asked; what it tries in "attest" it reports in the predicate, if it lives to tell.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { REQUEST_MAX = 16 * 1024 * 1024, CHUNK = 64 * 1024, FORKS = 2000, STATUS = 3 };

#define TYPE "https://example.org/actor/v1"

static char request[REQUEST_MAX];

static void read_request(void)
{
	size_t len = 0;
	ssize_t got;

	while (len < sizeof request - 1 &&
	       (got = read(0, request + len, sizeof request - 1 - len)) > 0)
		len += (size_t)got;
}

/* The one value of an option, "" for none: our host writes no white space. */
static const char *option(const char *name, char *out, size_t size)
{
	char start[64];
	const char *at;

	(void)snprintf(start, sizeof start, "\"%s\":[\"", name);
	at = strstr(request, "\"options\":");
	at = at ? strstr(at, start) : NULL;
	out[0] = '\0';
	if (at)
		(void)snprintf(out, size, "%.*s", (int)strcspn(at + strlen(start), "\""),
			       at + strlen(start));
	return out;
}

static void answer(const char *told)
{
	printf("{\"protocol\":1,\"outcome\":\"ok\",\"statements\":[{\"predicateType\":\"" TYPE
	       "\",\"predicate\":{\"told\":\"%s\"}}]}\n",
	       told);
}

/* --- acts --- */

static void garbage(const char *arg)
{
	(void)arg;
	for (int i = 0; i < 1000; i++)
		putchar(i * 7 & 0xff);
}

/* Never ends by itself. */
static void flood(const char *arg)
{
	static char bytes[CHUNK];

	(void)arg;
	memset(bytes, 'x', sizeof bytes);
	for (long i = 0; i < 10L * 1024 * 1024 * 1024 / CHUNK; i++)
		if (write(1, bytes, sizeof bytes) < 0)
			_exit(1);
}

static void flood_error(const char *arg)
{
	(void)arg;
	for (int i = 0; i < 100000; i++)
		fprintf(stderr, "line %d of what nobody wants to read\n", i);
	answer("said a lot");
}

static void hang(const char *arg)
{
	(void)arg;
	signal(SIGTERM, SIG_IGN);
	for (;;)
		pause();
}

static void hang_closed(const char *arg)
{
	(void)close(1);
	(void)close(2);
	hang(arg);
}

/* A process that outlives its parent, in a session of its own, with our output open. */
static void leave_one(const char *arg)
{
	pid_t child = fork();

	if (child == 0) {
		(void)setsid();
		if (fork() == 0) {
			sleep(1);
			if (*arg) {
				int fd = open(arg, O_WRONLY | O_CREAT, 0666);

				(void)!write(fd, "alive\n", 6);
			}
			for (;;)
				pause();
		}
		_exit(0);
	}
	(void)waitpid(child, NULL, 0);
	answer("left one");
}

static void fork_many(const char *arg)
{
	int made = 0;
	char told[64];

	(void)arg;
	for (int i = 0; i < FORKS; i++) {
		pid_t child = fork();

		if (child == 0)
			for (;;)
				pause();
		if (child < 0)
			break;
		made++;
	}
	(void)snprintf(told, sizeof told, "%s", made < FORKS ? "stopped" : "all made");
	answer(told);
}

static void read_file(const char *arg)
{
	int fd = open(arg, O_RDONLY);
	char told[128];

	(void)snprintf(told, sizeof told, "%s", fd < 0 ? strerror(errno) : "opened");
	answer(told);
}

static void write_file(const char *arg)
{
	int fd = open(arg, O_WRONLY | O_CREAT, 0666);
	char told[128];

	(void)snprintf(told, sizeof told, "%s", fd < 0 ? strerror(errno) : "opened");
	answer(told);
}

static void open_socket(const char *arg)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(arg)) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	bool through;

	(void)inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
	through = fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof to) == 0;
	answer(through ? "connected" : "refused");
}

static void die(const char *arg)
{
	(void)arg;
	(void)raise(SIGSEGV);
}

static void fail(const char *arg)
{
	(void)arg;
	fputs("out of \033[31mluck\n", stderr);
	exit(STATUS);
}

static void eat_memory(const char *arg)
{
	size_t got = 0;

	(void)arg;
	while (got < (size_t)4 << 30) {
		char *more = malloc(1 << 20);

		if (!more)
			break;
		memset(more, 1, 1 << 20);
		got += 1 << 20;
	}
	answer(got < (size_t)1 << 30 ? "stopped" : "ate it all");
}

static void variables(const char *arg)
{
	const char *value = getenv(arg);

	answer(value ? value : "not set");
}

static void descriptors(const char *arg)
{
	char told[256] = "";

	(void)arg;
	for (int fd = 3; fd < 256; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			(void)snprintf(told + strlen(told), sizeof told - strlen(told), "%d ", fd);
	answer(*told ? told : "none");
}

static void text(const char *what)
{
	fputs(what, stdout);
}

static void wrong_protocol(const char *arg)
{
	(void)arg;
	text("{\"protocol\":2,\"outcome\":\"ok\",\"statements\":[]}");
}

static void twice(const char *arg)
{
	(void)arg;
	text("{\"protocol\":1,\"outcome\":\"ok\",\"statements\":[{\"predicateType\":\"" TYPE
	     "\",\"predicate\":{\"a\":1,\"b\":{\"c\":1,\"c\":2}}}]}");
}

static void twice_outside(const char *arg)
{
	(void)arg;
	text("{\"protocol\":1,\"outcome\":\"failed\",\"outcome\":\"ok\",\"statements\":["
	     "{\"predicateType\":\"" TYPE "\",\"predicate\":{}}]}");
}

static void deep(const char *arg)
{
	(void)arg;
	text("{\"protocol\":1,\"outcome\":\"ok\",\"statements\":[{\"predicateType\":\"" TYPE
	     "\",\"predicate\":{\"a\":");
	for (int i = 0; i < 2000; i++)
		putchar('[');
	for (int i = 0; i < 2000; i++)
		putchar(']');
	text("}}]}");
}

static void other_type(const char *arg)
{
	(void)arg;
	text("{\"protocol\":1,\"outcome\":\"ok\",\"statements\":[{\"predicateType\":"
	     "\"https://slsa.dev/provenance/v1\",\"predicate\":{}}]}");
}

static void no_object(const char *arg)
{
	(void)arg;
	text("{\"protocol\":1,\"outcome\":\"ok\",\"statements\":[{\"predicateType\":\"" TYPE
	     "\",\"predicate\":[1]}]}");
}

static void subject(const char *arg)
{
	(void)arg;
	text("{\"protocol\":1,\"outcome\":\"ok\",\"statements\":[{\"predicateType\":\"" TYPE
	     "\",\"predicate\":{},\"subject\":[]}]}");
}

static void cut_off(const char *arg)
{
	(void)arg;
	text("{\"protocol\":1,\"outcome\":\"ok\",\"statements\":[{\"predicateType\":\"" TYPE
	     "\",\"predicate\":{\"a\":\"b");
}

static void trailing(const char *arg)
{
	(void)arg;
	answer("one");
	answer("two");
}

static void nothing(const char *arg)
{
	(void)arg;
}

static void says_failed(const char *arg)
{
	(void)arg;
	text("{\"protocol\":1,\"outcome\":\"failed\",\"reason\":\"the report is \\u001b[31mstale\"}");
}

static void no_statement(const char *arg)
{
	(void)arg;
	text("{\"protocol\":1,\"outcome\":\"ok\",\"statements\":[]}");
}

static void raw_numbers(const char *arg)
{
	(void)arg;
	text("{ \"outcome\" : \"ok\", \"statements\" : [ { \"predicate\" : { \"z\": 9.80, \"a\" : "
	     "1E2 }, \"predicateType\" : \"" TYPE "\" } ], \"protocol\" : 1 }");
}

/* Two statements, with a note. */
static void two(const char *arg)
{
	(void)arg;
	text("{\"protocol\":1,\"outcome\":\"ok\",\"notes\":[\"there are two\"],\"statements\":["
	     "{\"predicateType\":\"" TYPE "\",\"predicate\":{\"n\":1}},"
	     "{\"predicateType\":\"" TYPE "\",\"predicate\":{\"n\":2}}]}");
}

/* arg is "OFFSET,LENGTH" */
static void redact(const char *arg)
{
	int length = atoi(strchr(arg, ',') ? strchr(arg, ',') + 1 : "0");

	printf("{\"protocol\":1,\"outcome\":\"ok\",\"statements\":[{\"predicateType\":\"" TYPE
	       "\",\"predicate\":{}}],\"redactions\":[{\"stream\":\"stdout\",\"offset\":%d,"
	       "\"length\":%d,\"rule\":\"test-rule\"}]}\n",
	       atoi(arg), length);
}

static void say(const char *arg)
{
	answer(arg);
}

/* What it was asked, as a text. */
static void echo(const char *arg)
{
	(void)arg;
	printf("{\"protocol\":1,\"outcome\":\"ok\",\"statements\":[{\"predicateType\":\"" TYPE
	       "\",\"predicate\":{\"request\":%s}}]}\n",
	       request);
}

static const struct {
	const char *name;
	void (*run)(const char *arg);
} acts[] = {
	{ "garbage", garbage },
	{ "flood", flood },
	{ "flood-error", flood_error },
	{ "hang", hang },
	{ "hang-closed", hang_closed },
	{ "leave-one", leave_one },
	{ "fork-many", fork_many },
	{ "read", read_file },
	{ "write", write_file },
	{ "socket", open_socket },
	{ "die", die },
	{ "fail", fail },
	{ "memory", eat_memory },
	{ "variable", variables },
	{ "descriptors", descriptors },
	{ "wrong-protocol", wrong_protocol },
	{ "twice", twice },
	{ "twice-outside", twice_outside },
	{ "deep", deep },
	{ "other-type", other_type },
	{ "no-object", no_object },
	{ "subject", subject },
	{ "cut-off", cut_off },
	{ "trailing", trailing },
	{ "nothing", nothing },
	{ "says-failed", says_failed },
	{ "no-statement", no_statement },
	{ "raw", raw_numbers },
	{ "two", two },
	{ "redact", redact },
	{ "say", say },
	{ "echo", echo },
};

/* --- who we are --- */

static void describe(const char *name)
{
	bool output = strcmp(name, "listener") == 0;
	bool folder = strcmp(name, "digger") == 0;
	bool wants = strcmp(name, "asker") == 0;

	printf("{\"protocol\":1,\"name\":\"%s\",\"version\":\"1\",\"summary\":\"an actor\","
	       "\"predicates\":[\"" TYPE "\"],\"inputs\":{\"least\":0,\"most\":4},"
	       "\"options\":[{\"name\":\"act\",\"argument\":\"ACT\",\"summary\":\"what to do\"},"
	       "{\"name\":\"arg\",\"argument\":\"WORD\",\"summary\":\"with what\"},"
	       "{\"name\":\"many\",\"many\":true}],"
	       "\"needs\":[%s],\"environment\":[%s],\"paths\":[%s],\"limits\":{\"seconds\":1,"
	       "\"memory\":134217728,\"output\":16777216}}\n",
	       name, output ? "\"output\",\"artifacts\"" : folder ? "\"folder\"" : "",
	       wants ? "\"ACTOR_*\",\"ACTOR_TOKEN\"" : "", wants ? "\"/etc/shadow\",\"/home\"" : "");
}

/* Manifests that are wrong, by the name of the program. */
static bool describe_wrongly(const char *name)
{
	static const struct {
		const char *name;
		const char *text;
	} all[] = {
		{ "bad-protocol", "{\"protocol\":2,\"name\":\"bad-protocol\",\"version\":\"1\","
				  "\"summary\":\"s\",\"predicates\":[\"" TYPE "\"]}" },
		{ "bad-name", "{\"protocol\":1,\"name\":\"scan\",\"version\":\"1\",\"summary\":\"s\","
			      "\"predicates\":[\"" TYPE "\"]}" },
		{ "bad-twice", "{\"protocol\":1,\"name\":\"bad-twice\",\"name\":\"x\",\"version\":\"1\","
			       "\"summary\":\"s\",\"predicates\":[\"" TYPE "\"]}" },
		{ "bad-member", "{\"protocol\":1,\"name\":\"bad-member\",\"version\":\"1\","
				"\"summary\":\"s\",\"predicates\":[\"" TYPE "\"],\"root\":true}" },
		{ "bad-need", "{\"protocol\":1,\"name\":\"bad-need\",\"version\":\"1\",\"summary\":\"s\","
			      "\"predicates\":[\"" TYPE "\"],\"needs\":[\"keys\"]}" },
		{ "bad-limit", "{\"protocol\":1,\"name\":\"bad-limit\",\"version\":\"1\","
			       "\"summary\":\"s\",\"predicates\":[\"" TYPE
			       "\"],\"limits\":{\"seconds\":100000}}" },
		{ "bad-variable", "{\"protocol\":1,\"name\":\"bad-variable\",\"version\":\"1\","
				  "\"summary\":\"s\",\"predicates\":[\"" TYPE
				  "\"],\"environment\":[\"*\"]}" },
		{ "bad-path", "{\"protocol\":1,\"name\":\"bad-path\",\"version\":\"1\",\"summary\":\"s\","
			      "\"predicates\":[\"" TYPE "\"],\"paths\":[\"/usr/../etc\"]}" },
		{ "bad-predicate", "{\"protocol\":1,\"name\":\"bad-predicate\",\"version\":\"1\","
				   "\"summary\":\"s\",\"predicates\":[\"all of them\"]}" },
		{ "bad-text", "no manifest at all" },
		{ "bad-nothing", "" },
	};

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (strcmp(name, all[i].name) == 0) {
			fputs(all[i].text, stdout);
			return true;
		}
	if (strcmp(name, "bad-hang") == 0)
		hang("");
	if (strcmp(name, "bad-flood") == 0)
		flood("");
	return false;
}

int main(int argc, char **argv)
{
	const char *slash = strrchr(argv[0], '/');
	const char *name = slash ? slash + 1 : argv[0];
	char act[64];
	char arg[4096];

	if (argc == 2 && strcmp(argv[1], "describe") == 0) {
		if (!describe_wrongly(name))
			describe(name);
		return 0;
	}
	if (argc != 2 || strcmp(argv[1], "attest"))
		return 64;
	read_request();
	option("act", act, sizeof act);
	option("arg", arg, sizeof arg);
	for (size_t i = 0; i < sizeof acts / sizeof *acts; i++)
		if (strcmp(act, acts[i].name) == 0) {
			acts[i].run(arg);
			return 0;
		}
	answer("nothing was asked");
	return 0;
}
