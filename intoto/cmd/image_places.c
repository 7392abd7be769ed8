/* SPDX-License-Identifier: Apache-2.0 */
/* The places of the program intoto-image: what needs no libarchive (dispatch.c sends the others to
 * the program that has it). */
#include "image/place.h"

const struct it_place_kind *const it_place_kinds[] = { &it_place_registry, &it_place_layout, NULL };
