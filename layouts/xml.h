/* SPDX-License-Identifier: Apache-2.0 */
/* Text for XML documents (JUnit, SVG). */
#ifndef IT_LAYOUTS_XML_H
#define IT_LAYOUTS_XML_H

#include "base/buf.h"

/* Whether text begins with U+FFFE or U+FFFF, which are UTF-8 and no characters of XML 1.0. */
bool it_xml_is_no_character(struct it_span text);

/*
 * Appends text so that it stays text in an element and in an attribute in either quotes.  What
 * it_text_quote() makes visible (controls, line breaks, bidirectional controls) is visible here
 * too; characters that XML 1.0 does not have become U+FFFD.
 */
void it_xml_add(struct it_buf *out, const char *text);

/* Appends ` name="text"`. */
void it_xml_attribute(struct it_buf *out, const char *name, const char *text);

#endif
