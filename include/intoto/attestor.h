/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For whoever writes an attestor in C: the other end of intoto-attestor(7).  An attestor is a
 * program of its own: "NAME describe" prints its manifest, "NAME attest" reads one request on
 * standard input and answers one document on standard output.  It has no key, computes no digest of
 * a subject, and decides nothing.
 *
 * libintoto-attestor does the talking:
 *
 *	static const struct intoto_attestor demo = { .name = "demo", …, .attest = attest };
 *
 *	int main(int argc, char **argv)
 *	{
 *		return intoto_attestor_main(argc, argv, &demo);
 *	}
 *
 * All texts are UTF-8.  Every function that can fail returns 0 or a negative enum intoto_code
 * (<intoto/error.h>) and a sentence; whoever gets one returns it, and intoto_attestor_main answers
 * "failed" with it.
 */
#ifndef INTOTO_ATTESTOR_H
#define INTOTO_ATTESTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <intoto/error.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { INTOTO_ATTESTOR_PROTOCOL = 1 };

/* --- writing JSON --- */

/* Into memory or straight to the answer; members may come in any order, each name once. */
struct intoto_json_out;
INTOTO_API void intoto_out_object(struct intoto_json_out *out);
INTOTO_API void intoto_out_object_end(struct intoto_json_out *out);
INTOTO_API void intoto_out_list(struct intoto_json_out *out);
INTOTO_API void intoto_out_list_end(struct intoto_json_out *out);
INTOTO_API void intoto_out_name(struct intoto_json_out *out, const char *name);
/* Bytes that are not UTF-8 become U+FFFD, and the answer has a note of it. */
INTOTO_API void intoto_out_text(struct intoto_json_out *out, const char *text);
INTOTO_API void intoto_out_bytes(struct intoto_json_out *out, const char *text, size_t length);
INTOTO_API void intoto_out_int(struct intoto_json_out *out, int64_t number);
/* Digits of a JSON number as they stood in a report. */
INTOTO_API void intoto_out_number(struct intoto_json_out *out, const char *digits, size_t length);
INTOTO_API void intoto_out_bool(struct intoto_json_out *out, bool value);
INTOTO_API void intoto_out_null(struct intoto_json_out *out);
/* "name": "text"; nothing at all when text is NULL. */
INTOTO_API void intoto_out_member(struct intoto_json_out *out, const char *name, const char *text);

/* --- reading JSON as a tree: for what is small --- */

enum intoto_value_kind {
	INTOTO_VALUE_NULL,
	INTOTO_VALUE_BOOL,
	INTOTO_VALUE_NUMBER,
	INTOTO_VALUE_TEXT,
	INTOTO_VALUE_LIST,
	INTOTO_VALUE_OBJECT,
};
struct intoto_value;
/* Duplicate names, bytes behind the end, more than 64 levels, more than limit bytes and bytes that
 * are no UTF-8 are refused, with the line. */
INTOTO_API int intoto_value_parse(struct intoto_value **out, const char *text, size_t length,
				  struct intoto_error **err);
INTOTO_API void intoto_value_free(struct intoto_value *value);
/* All take NULL for "not there". */
INTOTO_API enum intoto_value_kind intoto_value_kind(const struct intoto_value *value);
INTOTO_API const struct intoto_value *intoto_value_get(const struct intoto_value *object,
						       const char *name);
INTOTO_API size_t intoto_value_count(const struct intoto_value *list_or_object);
INTOTO_API const struct intoto_value *intoto_value_at(const struct intoto_value *list_or_object,
						      size_t index);
/* The name of member number index; NULL past the end and for a list. */
INTOTO_API const char *intoto_value_name(const struct intoto_value *object, size_t index);
/* NUL-terminated; NULL when value is no text.  A text with a NUL inside is refused by the parser.
 */
INTOTO_API const char *intoto_value_text(const struct intoto_value *value);
/* The digits as they stood. */
INTOTO_API const char *intoto_value_number(const struct intoto_value *value);
INTOTO_API bool intoto_value_int(const struct intoto_value *value, int64_t *out);
INTOTO_API bool intoto_value_bool(const struct intoto_value *value, bool *out);
/* The whole value again. */
INTOTO_API void intoto_out_value(struct intoto_json_out *out, const struct intoto_value *value);

/* --- reading JSON as events: for what may be large --- */

/* Where an event is: names of members, "[]" for an element of a list, joined with "/":
 * "matches/[]/vulnerability/id".  Inside a name "/" is "~1", "~" is "~0", and a member that is
 * called "[]" is "~2": no name looks like a path. */
struct intoto_event {
	enum intoto_value_kind kind;
	bool end;	  /* of the list or object */
	const char *path; /* of the value; "" is the document */
	const char *name; /* last part of it */
	unsigned depth;	  /* 0: the document */
	const char *text; /* of a text, and the digits of a number; NUL-terminated */
	size_t length;
	bool value; /* of a truth value */
};
/* Returns 0 to go on, INTOTO_EVENT_SKIP to pass over the list or object that begins, or an error.
 */
enum { INTOTO_EVENT_SKIP = 1 };
typedef int intoto_event_fn(void *arg, const struct intoto_event *event, struct intoto_error **err);

struct intoto_event_limits {
	uint64_t bytes; /* of the document */
	unsigned depth;
	size_t text; /* bytes of one text; a longer one is an error */
};
/* 1 GiB, 64, 16 MiB. */
INTOTO_API extern const struct intoto_event_limits intoto_event_defaults;
/*
 * Reads a whole document from a descriptor in pieces.  Duplicate names in one object, bytes behind
 * the end, a document that is cut off, are errors with the byte.  limits may be NULL.
 */
INTOTO_API int intoto_events_read(int fd, const struct intoto_event_limits *limits,
				  intoto_event_fn *each, void *arg, struct intoto_error **err);
/*
 * Collects a value as a tree: call it for its event, the begin of a list or object; the events up
 * to its end are swallowed, then done is called with the tree, which is borrowed for that call. For
 * lists of small things in large reports.
 */
typedef int intoto_collected_fn(void *arg, const struct intoto_value *value,
				struct intoto_error **err);
INTOTO_API int intoto_events_collect(const struct intoto_event *event, intoto_collected_fn *done,
				     void *arg, struct intoto_error **err);

/* --- the request --- */

struct intoto_request;

/* A file that the user gave; it was hashed by the host before. */
struct intoto_input {
	const char *name;   /* as the user named it, below the work folder */
	const char *path;   /* to open */
	const char *sha256; /* hex digits */
	uint64_t size;
	int64_t modified; /* nanoseconds since 1970 */
};
INTOTO_API size_t intoto_request_input_count(const struct intoto_request *request);
INTOTO_API const struct intoto_input *intoto_request_input(const struct intoto_request *request,
							   size_t index);
/* The last value of an option, or NULL; all of them. */
INTOTO_API const char *intoto_request_option(const struct intoto_request *request,
					     const char *name);
INTOTO_API size_t intoto_request_option_count(const struct intoto_request *request,
					      const char *name);
INTOTO_API const char *intoto_request_option_at(const struct intoto_request *request,
						const char *name, size_t index);
/* "" outside of a step. */
INTOTO_API const char *intoto_request_step(const struct intoto_request *request);
/* When the step's command began and ended, nanoseconds since 1970; 0 outside of a step. */
INTOTO_API int64_t intoto_request_started(const struct intoto_request *request);
INTOTO_API int64_t intoto_request_finished(const struct intoto_request *request);
/* The work folder, absolute. */
INTOTO_API const char *intoto_request_folder(const struct intoto_request *request);
/* The bytes of a captured stream ("stdout", "stderr"), NUL-terminated beyond the length and freed
 * by the caller; *bytes is NULL when it was not captured. */
INTOTO_API int intoto_request_captured(const struct intoto_request *request, const char *stream,
				       char **bytes, size_t *length, struct intoto_error **err);
/* The document itself: members that have no function here. */
INTOTO_API const struct intoto_value *intoto_request_document(const struct intoto_request *request);

/* Opens an input; its size may be no more than limit (0: what the manifest says).  What was changed
 * since the host hashed it is refused. */
INTOTO_API int intoto_input_open(int *fd, const struct intoto_input *input, uint64_t limit,
				 struct intoto_error **err);
/* The whole of it, NUL-terminated beyond its length. */
INTOTO_API int intoto_input_read(char **out, size_t *length, const struct intoto_input *input,
				 uint64_t limit, struct intoto_error **err);

/* Refuses a report that is older than the step that should have made it; passes outside of a step.
 * A file system that keeps coarse times is given one of its units. */
INTOTO_API int intoto_input_check_fresh(const struct intoto_request *request,
					const struct intoto_input *input,
					struct intoto_error **err);

/* --- the answer --- */

struct intoto_answer;
/* Begins the statement with that type URI; what is written to *out until intoto_answer_end is its
 * predicate, which must be one object. */
INTOTO_API int intoto_answer_begin(struct intoto_answer *answer, const char *predicate_type,
				   struct intoto_json_out **out, struct intoto_error **err);
INTOTO_API int intoto_answer_end(struct intoto_answer *answer, struct intoto_error **err);
/* For people, in the host's output and in the signed evidence: "11 unknown members were ignored".
 */
INTOTO_API int intoto_answer_note(struct intoto_answer *answer, struct intoto_error **err,
				  const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Bytes of a captured stream ("stdout", "stderr") that must not be signed. */
INTOTO_API int intoto_answer_redact(struct intoto_answer *answer, const char *stream,
				    uint64_t offset, uint64_t length, const char *rule,
				    struct intoto_error **err);

/* --- the program --- */

struct intoto_attestor_option {
	const char *name;
	const char *argument; /* as in "--help" */
	const char *summary;
	bool many;
};

enum intoto_attestor_needs {
	INTOTO_NEEDS_NETWORK = 1,   /* only if the user grants it */
	INTOTO_NEEDS_ARTIFACTS = 2, /* "materials" and "products" in the request */
	INTOTO_NEEDS_OUTPUT = 4,    /* "captured": what the step printed */
	INTOTO_NEEDS_PROGRAMS = 8,  /* it starts programs of the system */
	INTOTO_NEEDS_FOLDER = 16,   /* it reads the whole work folder, not only its inputs */
	INTOTO_NEEDS_STEP = 32,	    /* makes no sense outside of a step */
};

struct intoto_attestor {
	const char *name;
	const char *version; /* NULL: that of the library */
	const char *summary;
	const char *const *predicates;		      /* type URIs, NULL-terminated */
	const struct intoto_attestor_option *options; /* ends with a name NULL */
	unsigned inputs_least;
	unsigned inputs_most;
	unsigned needs;			/* of enum intoto_attestor_needs */
	const char *const *environment; /* variables that it wants, "NAME" or "PREFIX_*"; or NULL */
	const char *const *secrets;	/* likewise, passed on only if the user names each */
	const char *const *paths;	/* files and folders of the system that it reads; or NULL */
	uint64_t memory_bytes;		/* what it needs at most; 0: 256 MiB */
	uint64_t output_bytes;		/* of its answer; 0: 64 MiB */
	unsigned seconds;		/* 0: 60 */
	/* Fills the answer.  An error is answered as "failed": what was begun is dropped. */
	int (*attest)(const struct intoto_request *request, struct intoto_answer *answer,
		      struct intoto_error **err);
};

/* describe, attest, --help, --version; the exit status. */
INTOTO_API int intoto_attestor_main(int argc, char **argv, const struct intoto_attestor *attestor);

/* Sets *err to a sentence with that code and returns it; err may be NULL, and an *err that is set
 * stays.  At most 4095 bytes. */
INTOTO_API int intoto_attestor_fail(struct intoto_error **err, enum intoto_code code,
				    const char *format, ...) __attribute__((format(printf, 3, 4)));

/*
 * What a program of the system prints on standard output and standard error, for who has the need
 * "programs"; argv ends with NULL, argv[0] is looked for in PATH.  Its standard input is the
 * descriptor in, or nothing when that is negative.  More than limit bytes, more than seconds and a
 * status that is not 0 are errors (HELPER, LIMIT); NOTFOUND: there is no such program.  *out is
 * NUL-terminated beyond its length, and the caller frees it.
 */
INTOTO_API int intoto_program_output(char **out, size_t *length, const char *const *argv, int in,
				     size_t limit, unsigned seconds, struct intoto_error **err);

/* --- texts and times --- */

/* NULL is the same as NULL only; begins and ends with nothing. */
INTOTO_API bool intoto_text_same(const char *a, const char *b);
/* ASCII letters only, whatever the locale. */
INTOTO_API bool intoto_text_same_nocase(const char *a, const char *b);
INTOTO_API bool intoto_text_begins(const char *text, const char *with);
INTOTO_API bool intoto_text_ends(const char *text, const char *with);
/* Hostile text for a sentence or a terminal: what is no plain character becomes visible.  The
 * caller frees it; NULL when memory ran out. */
INTOTO_API char *intoto_text_quoted(const char *text);

enum { INTOTO_TIME_SIZE = sizeof "2026-01-31T23:59:59Z" };
/* RFC 3339 with any offset and fraction, years 1970 to 9999 (a blank for the "T" and an offset
 * without ":" too); false and *nanoseconds untouched for anything else. */
INTOTO_API bool intoto_time_parse(int64_t *nanoseconds, const char *text);
/* Whole seconds in UTC. */
INTOTO_API void intoto_time_format(char out[INTOTO_TIME_SIZE], int64_t nanoseconds);

#ifdef __cplusplus
}
#endif

#endif
