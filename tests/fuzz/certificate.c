/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Certificates, as PEM or as the DER of one.  What was read prints so that it reads back as the
 * same; everything that is asked of a certificate on a signature is asked, and the first one is
 * judged under all of them.
 */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

#include "base/text.h"
#include "crypto/certificate.h"
#include "crypto/pem.h"

enum { AT = 1790000000, DER_BEGINS = 0x30, TEXT_MAX = 4 * 1024 * 1024 };

static void must(bool true_always)
{
	if (!true_always)
		abort();
}

static void look_at(struct it_certificate certificate)
{
	IT_AUTO(it_certificate_names_done) struct it_certificate_names names = { 0 };
	IT_AUTO(it_certificates_done) struct it_certificates again = { 0 };
	IT_AUTO(intoto_key_freep) struct intoto_key *key = NULL;
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(TEXT_MAX);
	IT_AUTO(it_buf_done) struct it_buf subject = IT_BUF(TEXT_MAX);
	IT_AUTO(it_buf_done) struct it_buf issuer = IT_BUF(TEXT_MAX);
	int64_t from;
	int64_t until;

	(void)it_certificate_span(certificate, &from, &until);
	it_certificate_subject(&subject, certificate);
	it_certificate_issuer(&issuer, certificate);
	if (it_certificate_names(&names, certificate, NULL) == INTOTO_OK)
		for (size_t i = 0; i < IT_NAME_KINDS; i++)
			for (size_t j = 0; j < names.of[i].count; j++)
				must(*names.of[i].items[j] != '\0' || i > 0);
	if (it_certificate_check_signer(certificate, &names, NULL) == INTOTO_OK)
		must(!it_certificate_is_authority(certificate));
	must((it_certificate_key(&key, certificate, NULL) == INTOTO_OK) == (key != NULL));
	if (it_certificate_print(&text, certificate, NULL))
		return; /* DER may become longer than it was: then over the limit */
	must(it_certificates_parse(&again, it_buf_span(&text), NULL) == INTOTO_OK);
	must(again.count == 1 && it_certificate_same(again.items[0], certificate));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	IT_AUTO(it_certificates_done) struct it_certificates read = { 0 };
	IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
	IT_AUTO(it_buf_done) struct it_buf pem = IT_BUF(TEXT_MAX);
	size_t root = 0;
	int rc;

	if (size && data[0] == DER_BEGINS)
		must(it_pem_write(&pem, "CERTIFICATE", it_span(data, size), NULL) == INTOTO_OK);
	else
		(void)it_buf_add(&pem, data, size); /* sticky */
	rc = it_certificates_parse(&read, it_buf_span(&pem), &err);
	must((enum intoto_code)rc == intoto_error_code(err));
	for (size_t i = 0; i < read.count; i++)
		look_at(read.items[i]);
	if (read.count && it_certificate_chain(&root, read.items[0], &read, &read, AT, NULL) == 0)
		must(root < read.count);
	return 0;
}
