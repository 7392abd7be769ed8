/* SPDX-License-Identifier: Apache-2.0 */
/* What the formats of VEX documents share: a check each, and values that must be there. */
#ifndef INTOTO_ATTESTORS_VEX_VEX_H
#define INTOTO_ATTESTORS_VEX_VEX_H

#include <intoto/attestor.h>

/* How many statements of each status a document has, for the note. */
struct vex_counts {
	unsigned not_affected;
	unsigned affected;
	unsigned fixed;
	unsigned under_investigation;
};

struct vex_format {
	const char *name;      /* for --as */
	const char *title;     /* for people */
	const char *predicate; /* type URI */
	/* Whether a document says that it is one. */
	bool (*is)(const struct intoto_value *document);
	/* Whether it has what its format asks for; an error says where it has not. */
	int (*check)(struct vex_counts *counts, const struct intoto_value *document,
		     struct intoto_error **err);
};
extern const struct vex_format vex_openvex;
extern const struct vex_format vex_csaf;
extern const struct vex_format vex_cyclonedx;

int vex_attest(const struct intoto_request *request, struct intoto_answer *answer,
	       struct intoto_error **err);

/* --- values --- */

/* Where in a document, as a text; long names are cut. */
struct vex_place {
	char text[200];
};
struct vex_place vex_place(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The text of a member that must be there and not empty. */
int vex_need_text(const char **out, const struct intoto_value *object, const char *where,
		  const char *name, struct intoto_error **err);
/* The same, and it must be a time. */
int vex_need_time(const struct intoto_value *object, const char *where, const char *name,
		  struct intoto_error **err);
/* The same, and one of the words (NULL-terminated). */
int vex_need_word(const char **out, const struct intoto_value *object, const char *where,
		  const char *name, const char *const *words, struct intoto_error **err);
/* A list of at least one. */
int vex_need_list(const struct intoto_value **out, const struct intoto_value *object,
		  const char *where, const char *name, struct intoto_error **err);
int vex_need_object(const struct intoto_value **out, const struct intoto_value *object,
		    const char *where, const char *name, struct intoto_error **err);
/* A word that may be absent; if it is there, it is one of them. */
int vex_check_word(const struct intoto_value *object, const char *where, const char *name,
		   const char *const *words, struct intoto_error **err);
/* "WHERE: want WANT, found …". */
int vex_refuse(const char *where, const char *want, const struct intoto_value *found,
	       struct intoto_error **err);

/* The five of OpenVEX, which CSAF has too. */
extern const char *const vex_justifications[];

/* --- product trees of CSAF --- */

struct vex_ids {
	const char **items; /* sorted */
	size_t count;
	size_t room;
};
void vex_ids_done(struct vex_ids *ids);
int vex_ids_add(struct vex_ids *ids, const char *id, struct intoto_error **err);
void vex_ids_sort(struct vex_ids *ids);
bool vex_ids_have(const struct vex_ids *ids, const char *id);
/* All product_ids of a tree, each once. */
int vex_csaf_products(struct vex_ids *out, const struct intoto_value *tree,
		      struct intoto_error **err);

#endif
