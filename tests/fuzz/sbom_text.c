/* SPDX-License-Identifier: Apache-2.0 */
/* Tag-value and XML: what was converted is JSON that the reader of SBOMs takes or refuses. */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "attestors/kit/out.h"
#include "attestors/sbom/tag_value.h"
#include "attestors/sbom/xml.h"
#include "base/error.h"

enum { OUT_MAX = 64 << 20 };

/* What was converted must read back. */
static void check(struct intoto_json_out *out)
{
	struct intoto_value *value = NULL;
	struct it_span text = it_buf_span(&out->buf);

	if (!it_out_check(out, NULL)) {
		if (intoto_value_parse(&value, text.data, text.len, NULL) == INTOTO_E_FORMAT)
			abort();
	}
	intoto_value_free(value);
}

static void convert_xml(struct intoto_json_out *out, const uint8_t *data, size_t size)
{
	struct sbom_tally tally = { 0 };
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	if (fd < 0)
		abort();
	if (write(fd, data, size) != (ssize_t)size || lseek(fd, 0, SEEK_SET))
		abort();
	if (!sbom_xml_convert(out, fd, &tally, NULL))
		check(out);
	(void)close(fd); /* memory */
}

static void convert_tags(struct intoto_json_out *out, const uint8_t *data, size_t size)
{
	struct sbom_tally tally = { 0 };
	char *text = malloc(size + 1);

	if (!text)
		abort();
	memcpy(text, data, size);
	text[size] = '\0';
	if (!sbom_tag_value_convert_text(out, text, size, &tally, NULL))
		check(out);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct intoto_json_out out;

	it_out_init(&out, OUT_MAX);
	if (size && data[0] == '<')
		convert_xml(&out, data, size);
	else if (size)
		convert_tags(&out, data, size);
	it_out_done(&out);
	return 0;
}
