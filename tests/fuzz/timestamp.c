/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Timestamps over the bytes "signature", under the root of who made the inputs.  One that verifies
 * was read before, and its token verifies as well as the whole.
 */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

#include "crypto/timestamp.h"

static const char root[] = "-----BEGIN CERTIFICATE-----\n"
			   "MIIBizCCATGgAwIBAgIUbL9DCEC6/+NTD4ql2jrWzDRouvQwCgYIKoZIzj0EAwIw\n"
			   "EjEQMA4GA1UEAwwHdHNhcm9vdDAgFw0yNjExMjIxNzMxMDFaGA8yMDgxMDgyNTE3\n"
			   "MzEwMVowEjEQMA4GA1UEAwwHdHNhcm9vdDBZMBMGByqGSM49AgEGCCqGSM49AwEH\n"
			   "A0IABNiTEV7P3Fn/WGYwMjsIFWuw+Oz4h+4cAx8RJNJEbtEGn3cQ8ixB3BzldAqv\n"
			   "dBpvLPau9ZJddOyqlPSPmmWuKHCjYzBhMB0GA1UdDgQWBBQPh35S88tArL6x2Is9\n"
			   "ZvEwwMFMEDAfBgNVHSMEGDAWgBQPh35S88tArL6x2Is9ZvEwwMFMEDAPBgNVHRMB\n"
			   "Af8EBTADAQH/MA4GA1UdDwEB/wQEAwICBDAKBggqhkjOPQQDAgNIADBFAiEAnjgr\n"
			   "tKFy+tb50ryVCBa9rBfofHQ9J4MZu2+K8IgWOjYCIDtyEmXnQepqHhI3Hlvr9jIC\n"
			   "xhrPbwsKMAk4uobbAHZB\n"
			   "-----END CERTIFICATE-----\n";

static const struct it_span message = { "signature", 9 };

static void must(bool true_always)
{
	if (!true_always)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	IT_AUTO(it_certificates_done) struct it_certificates roots = { 0 };
	IT_AUTO(it_buf_done) struct it_buf token = IT_BUF(IT_TIMESTAMP_MAX);
	IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
	struct it_span timestamp = it_span(data, size);
	int64_t read = 0;
	int64_t verified = 0;
	int rc;

	must(it_certificates_parse(&roots, it_span_text(root), NULL) == INTOTO_OK);
	rc = it_timestamp_verify(&verified, timestamp, message, &roots, &err);
	must((enum intoto_code)rc == intoto_error_code(err));
	if (it_timestamp_read(&read, &token, timestamp, message, NULL)) {
		must(rc != INTOTO_OK);
		return 0;
	}
	if (rc)
		return 0;
	must(read == verified);
	must(it_timestamp_verify(&read, it_buf_span(&token), message, &roots, NULL) == INTOTO_OK);
	must(read == verified);
	return 0;
}
