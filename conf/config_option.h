/*
 * What libconfuse says of a key that it does not know, made into advice. Helper and virteventd.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <confuse.h>

/*
 * The option of `section` that somebody may have meant who wrote the word in libconfuse's
 * `message`, which has it in quotes; NULL where none is near, or memory is short.
 */
const char *config_nearest_option(cfg_t *section, const char *message);
