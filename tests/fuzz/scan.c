/* SPDX-License-Identifier: Apache-2.0 */
/* Any report: the attestor answers, and its answer is JSON.  The first byte forces a format. */
#include "tests/fuzz/fuzz.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attestors/kit/answer.h"
#include "attestors/kit/request.h"
#include "attestors/scan/scan.h"
#include "base/error.h"

static const struct intoto_attestor_option options[] = {
	{ "as", "FORMAT", "", false },
	{ NULL, NULL, NULL, false },
};
static const struct intoto_attestor scan = {
	.name = "scan",
	.options = options,
	.inputs_most = 1,
};
static const char *const formats[] = { "grype",	 "trivy",     "osv",   "npm",
				       "npm-v1", "cyclonedx", "clair", "sarif" };

static void request_of(struct intoto_request **out, int fd, unsigned format)
{
	struct stat is;
	char json[1024];
	int len;

	if (fstat(fd, &is))
		abort();
	len = snprintf(
		json, sizeof json,
		"{\"protocol\":1,\"folder\":\"/\",\"inputs\":[{\"name\":\"r\",\"path\":"
		"\"/proc/self/fd/%d\",\"sha256\":\"\",\"size\":%jd,\"modified\":\"%jd%09ld\"}],"
		"\"options\":{%s%s%s}}",
		fd, (intmax_t)is.st_size, (intmax_t)is.st_mtim.tv_sec, is.st_mtim.tv_nsec,
		format < 8 ? "\"as\":[\"" : "", format < 8 ? formats[format] : "",
		format < 8 ? "\"]" : "");
	if (it_request_parse(out, it_span(json, (size_t)len), &scan, NULL))
		abort();
}

static void check(struct intoto_answer *answer, struct intoto_error *err)
{
	struct intoto_value *value = NULL;
	int fd = memfd_create("answer", 0);
	off_t size;
	char *text;

	if (it_answer_send(answer, err ? intoto_error_text(err) : NULL, fd, NULL))
		abort();
	size = lseek(fd, 0, SEEK_END);
	text = malloc((size_t)size + 1);
	if (!text || pread(fd, text, (size_t)size, 0) != size ||
	    intoto_value_parse(&value, text, (size_t)size, NULL))
		abort();
	intoto_value_free(value);
	free(text);
	close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	IT_AUTO(it_request_freep) struct intoto_request *request = NULL;
	IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
	struct intoto_answer answer;
	int fd;
	int rc;

	if (!size)
		return 0;
	fd = memfd_create("report", 0);
	if (fd < 0 || write(fd, data + 1, size - 1) != (ssize_t)size - 1)
		abort();
	request_of(&request, fd, data[0] & 15);
	it_answer_init(&answer, (uint64_t)64 << 20);
	rc = scan_attest(request, &answer, &err);
	if ((rc != 0) != (err != NULL))
		abort();
	check(&answer, err);
	it_answer_done(&answer);
	close(fd);
	return 0;
}
