/* SPDX-License-Identifier: Apache-2.0 */
/* As the kernel reads them: fs/binfmt_script and fs/binfmt_elf. */
#include "run/tracer_program.h"

#include <elf.h>

/* "#!", blanks, a path up to the next blank or the end of the line. */
static struct it_span of_script(struct it_span head)
{
	enum { LINE_MAX_ = 256 }; /* what the kernel looks at */
	size_t end = head.len < LINE_MAX_ ? head.len : LINE_MAX_;
	size_t from = 2;
	size_t to;

	while (from < end && (head.data[from] == ' ' || head.data[from] == '\t'))
		from++;
	for (to = from; to < end && head.data[to] && !strchr(" \t\n", head.data[to]);)
		to++;
	return it_span(head.data + from, to - from);
}

/* A part of the file, if all of it is in its head. */
static struct it_span part(struct it_span head, uint64_t offset, uint64_t len)
{
	if (offset > head.len || len > head.len - offset)
		return it_span(NULL, 0);
	return it_span(head.data + offset, (size_t)len);
}

/* The two classes differ in the widths of their fields only. */
static struct it_span of_elf32(struct it_span head)
{
	Elf32_Ehdr file;
	Elf32_Phdr segment;

	if (head.len < sizeof file)
		return it_span(NULL, 0);
	memcpy(&file, head.data, sizeof file);
	for (uint64_t i = 0; i < file.e_phnum && file.e_phentsize == sizeof segment; i++) {
		struct it_span at = part(head, file.e_phoff + i * sizeof segment, sizeof segment);

		if (!at.len)
			break;
		memcpy(&segment, at.data, sizeof segment);
		if (segment.p_type == PT_INTERP)
			return part(head, segment.p_offset, segment.p_filesz);
	}
	return it_span(NULL, 0);
}

static struct it_span of_elf64(struct it_span head)
{
	Elf64_Ehdr file;
	Elf64_Phdr segment;

	if (head.len < sizeof file)
		return it_span(NULL, 0);
	memcpy(&file, head.data, sizeof file);
	for (uint64_t i = 0; i < file.e_phnum && file.e_phentsize == sizeof segment; i++) {
		uint64_t offset = i * sizeof segment;
		struct it_span at = file.e_phoff > head.len
					    ? it_span(NULL, 0)
					    : part(head, file.e_phoff + offset, sizeof segment);

		if (!at.len)
			break;
		memcpy(&segment, at.data, sizeof segment);
		if (segment.p_type == PT_INTERP)
			return part(head, segment.p_offset, segment.p_filesz);
	}
	return it_span(NULL, 0);
}

bool it_tracer_interpreter(struct it_span head, char out[PATH_MAX])
{
	struct it_span found = it_span(NULL, 0);
	size_t len;

	if (head.len > 2 && head.data[0] == '#' && head.data[1] == '!')
		found = of_script(head);
	else if (head.len > EI_CLASS &&
		 it_span_eq(it_span(head.data, SELFMAG), it_span(ELFMAG, SELFMAG)))
		found = head.data[EI_CLASS] == ELFCLASS32 ? of_elf32(head) : of_elf64(head);
	len = found.len ? strnlen(found.data, found.len) : 0;
	if (!len || len >= PATH_MAX)
		return false;
	memcpy(out, found.data, len);
	out[len] = '\0';
	return true;
}
