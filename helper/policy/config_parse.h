/*
 * The configuration's text to its structure, by libconfuse. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "config.h"
#include "config_problem.h"
#include "config_text.h"

enum config_kind {
    CONFIG_MAIN,     /* virthook.conf */
    CONFIG_PROFILES, /* a file of profiles.d: profile sections alone */
};

/*
 * Sets in `config`, which has the defaults, what `text` says, as config_text_prepare() left it.
 * Returns 0; CONFIG_E_REFUSED with the problem noted, or -ENOMEM, both with `config` half set.
 * libconfuse's scanner has global state: one thread at a time.
 */
int config_parse(enum config_kind kind, const char *text, const struct config_lines *lines,
                 struct config *config, struct config_problem *problem);
