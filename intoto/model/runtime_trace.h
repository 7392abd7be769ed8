/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a command touched, as a statement: the in-toto predicate "runtime-trace" v0.1.
 *
 *   monitor.type           IT_RUNTIME_TRACE_MONITOR
 *   monitor.tracePolicy    { "folders": [URI…], "mechanism", "tier" }: what was watched, and how
 *   monitoredProcess       hostID, type IT_RUNTIME_TRACE_PROCESS, event: the name of the step
 *   monitorLog.process     { "parent", "pid", and "program" or "programUri" }
 *   monitorLog.network     { "address", "events", "operation": "connect"|"bind"|"send" }
 *   monitorLog.fileAccess  resource descriptors: "name" where the path is UTF-8, "uri" (file:, each
 *                          byte that must be is escaped) where it is not or where there is no
 *                          digest; annotations "accessed": [words], "events", "state", and
 *                          "resolved", a URI, where symbolic links lead elsewhere
 *   intotoCompleteness     an extension member: what the mechanism can prove, and what went missing
 */
#ifndef IT_MODEL_RUNTIME_TRACE_H
#define IT_MODEL_RUNTIME_TRACE_H

#include "base/strings.h"
#include "json/writer.h"
#include "model/artifacts.h"

#define IT_RUNTIME_TRACE_TYPE "https://in-toto.io/attestation/runtime-trace/v0.1"
#define IT_RUNTIME_TRACE_MONITOR "https://in-toto.io/intoto/monitor/v1"
#define IT_RUNTIME_TRACE_PROCESS "https://in-toto.io/intoto/step/v1"
#define IT_RUNTIME_TRACE_SUFFIX ".trace.intoto.json"

struct it_runtime_file {
	const char *path;    /* bytes, perhaps no UTF-8 */
	const char *real;    /* where its symbolic links lead; NULL: path itself */
	const char *digests; /* as in <model/artifacts.h>; NULL: has none */
	const char *state;   /* a word: what the digest is worth, or why there is none */
	unsigned touches;    /* bits; their words are in the trace */
	uint64_t events;     /* 0: none of its own */
};

struct it_runtime_process {
	int64_t pid;
	int64_t parent;	     /* 0: not known */
	const char *program; /* bytes; NULL: what its parent was */
};

struct it_runtime_address {
	const char *operation;
	const char *address;
	uint64_t events;
};

/* Everything is borrowed. */
struct it_runtime_trace {
	const struct it_artifacts *subjects; /* sealed; at least one */
	const char *step;
	const char *host; /* URI */
	const char *tier;
	const char *mechanism;
	const struct it_strings *folders;   /* absolute paths */
	const struct it_json *completeness; /* an object */
	const char *const *touch_words;	    /* by bit, NULL-terminated */
	int64_t started;
	int64_t finished;
	size_t file_count;
	size_t process_count;
	size_t address_count;
	bool network_seen; /* false: nothing is said about addresses */
	/* Fill the one with that number; its texts live until the next call. */
	void (*file)(void *arg, size_t index, struct it_runtime_file *out);
	void (*process)(void *arg, size_t index, struct it_runtime_process *out);
	void (*address)(void *arg, size_t index, struct it_runtime_address *out);
	void *arg;
};

/* Appends "file:///…": of the bytes of an absolute path, those that RFC 3986 reserves are escaped.
 */
void it_file_uri(struct it_buf *out, const char *path);

/* The predicate alone, as the value of a member. */
void it_runtime_trace_write(struct it_writer *writer, const struct it_runtime_trace *trace);

/* The whole statement, the same each time; arg is the struct it_runtime_trace. */
void it_runtime_trace_write_statement(struct it_writer *writer, const void *arg);

/* "<step>.<first 8 hex digits of the keyid>.trace.intoto.json"; owned, NULL without memory.  The
 * caller has checked both (it_name_is_safe). */
char *it_runtime_trace_file_name(const char *step, const char *keyid);

#endif
