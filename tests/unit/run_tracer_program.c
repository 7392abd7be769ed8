/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel starts for a program. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <elf.h>

#include "run/tracer_program.h"

static void check(const void *head, size_t len, const char *want)
{
	char out[PATH_MAX] = "untouched";

	assert_int_equal(it_tracer_interpreter(it_span(head, len), out), want != NULL);
	if (want)
		assert_string_equal(out, want);
}

static void check_text(const char *head, const char *want)
{
	check(head, strlen(head), want);
}

static void reads_the_first_line_of_a_script(void **state)
{
	char path[300] = "#!/";
	char want[255] = "";

	(void)state;
	check_text("#!/bin/sh\nexit\n", "/bin/sh");
	check_text("#! \t/bin/sh -e\n", "/bin/sh");
	check_text("#!/usr/bin/env python3\n", "/usr/bin/env");
	check_text("#!interpreter", "interpreter");
	check_text("#!\n/bin/sh\n", NULL);
	check_text("#!   ", NULL);
	check_text("#!", NULL);
	check_text("# !/bin/sh", NULL);
	check_text("", NULL);
	memset(path + 3, 'x', sizeof path - 4);
	memcpy(want, path + 2, 254); /* the kernel looks at 256 bytes */
	check_text(path, want);
}

struct program {
	Elf64_Ehdr file;
	Elf64_Phdr segments[2];
	char name[16];
};

static struct program dynamic(void)
{
	struct program program = { .name = "/lib/ld.so" };

	memcpy(program.file.e_ident, ELFMAG, SELFMAG);
	program.file.e_ident[EI_CLASS] = ELFCLASS64;
	program.file.e_phoff = offsetof(struct program, segments);
	program.file.e_phnum = 2;
	program.file.e_phentsize = sizeof(Elf64_Phdr);
	program.segments[0].p_type = PT_LOAD;
	program.segments[1].p_type = PT_INTERP;
	program.segments[1].p_offset = offsetof(struct program, name);
	program.segments[1].p_filesz = sizeof "/lib/ld.so";
	return program;
}

static void reads_the_loader_of_a_program(void **state)
{
	struct program program = dynamic();

	(void)state;
	check(&program, sizeof program, "/lib/ld.so");
	program.segments[1].p_type = PT_NOTE; /* a static one */
	check(&program, sizeof program, NULL);
}

static void does_not_read_what_is_not_there(void **state)
{
	struct program program = dynamic();

	(void)state;
	for (size_t len = 0; len < offsetof(struct program, name) + sizeof "/lib/ld.so"; len++)
		check(&program, len, NULL);
	program.segments[1].p_offset = UINT64_MAX - 4;
	check(&program, sizeof program, NULL);
	program = dynamic();
	program.segments[1].p_filesz = UINT64_MAX;
	check(&program, sizeof program, NULL);
	program = dynamic();
	program.file.e_phoff = UINT64_MAX - sizeof(Elf64_Phdr) + 1;
	check(&program, sizeof program, NULL);
	program = dynamic();
	program.file.e_phentsize = 1;
	check(&program, sizeof program, NULL);
	program = dynamic();
	program.segments[1].p_filesz = 0;
	check(&program, sizeof program, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_first_line_of_a_script),
		cmocka_unit_test(reads_the_loader_of_a_program),
		cmocka_unit_test(does_not_read_what_is_not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
