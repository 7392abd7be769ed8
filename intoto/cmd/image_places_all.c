/* SPDX-License-Identifier: Apache-2.0 */
/* All places where images can be. */
#include "image/place.h"

const struct it_place_kind *const it_place_kinds[] = { &it_place_registry, &it_place_layout,
						       &it_place_archive, &it_place_docker_archive,
						       NULL };
