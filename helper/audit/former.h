/*
 * The file that was rotated away last. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "place.h"

/*
 * The name of the file in the place's directory that was rotated away from this one and written
 * last; of several of the same time the one of the lowest number. The caller frees; NULL where
 * there is none, or memory is short.
 */
char *former_find(const struct place *place, const char *name);
