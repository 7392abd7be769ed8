/* SPDX-License-Identifier: Apache-2.0 */
/* intoto sign --extract and --timestamp: the two ends of asking an authority for a timestamp. */
#include <stdio.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/path.h"
#include "base/text.h"
#include "cmd/output.h"
#include "cmd/sign.h"
#include "crypto/timestamp.h"
#include "model/envelope.h"

enum { FILE_MODE = 0666 }; /* and umask */

static void tell(const struct it_sign_options *self, int64_t seconds)
{
	char time[IT_TIME_SIZE];

	it_time_format(time, seconds);
	if (!self->quiet)
		(void)fprintf(stderr, "intoto sign: put on a timestamp of %s\n",
			      time); /* nowhere else to say it */
}

int it_sign_stamp(const struct it_sign_options *self, struct intoto_error **err)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	IT_AUTO(it_buf_done) struct it_buf timestamp = IT_BUF(IT_TIMESTAMP_MAX);
	IT_AUTO(it_freep) char *path = NULL;
	int64_t time = 0;
	int rc = intoto_envelope_load(&envelope, self->file, err);

	if (!rc)
		rc = it_file_read(&timestamp, self->timestamp, err);
	if (rc)
		return rc;
	rc = it_envelope_stamp(envelope, it_buf_span(&timestamp), &time, err);
	if (rc)
		return it_err_wrap(err, rc, "%s on %s", self->timestamp, self->file);
	if (!self->output && !it_streq(self->file, "-"))
		rc = it_path_in_place(&path, self->file, err);
	if (!rc)
		rc = intoto_envelope_save(envelope,
					  path		 ? path
					  : self->output ? self->output
							 : "-",
					  err);
	if (!rc)
		tell(self, time);
	return rc;
}

int it_sign_extract(const struct it_sign_options *self, struct intoto_error **err)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	int rc = intoto_envelope_load(&envelope, self->file, err);

	if (rc)
		return rc;
	if (envelope->signature_count != 1)
		return it_err_set(err, INTOTO_E_FORMAT,
				  "%s: has %zu signatures, want a document with one", self->file,
				  envelope->signature_count);
	return it_file_write(self->extract, it_buf_span(&envelope->signatures[0].bytes), FILE_MODE,
			     0, err);
}
