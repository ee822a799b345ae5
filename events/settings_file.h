/*
 * Between the reading of virteventd.conf and the table of its keys. virteventd.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "config_problem.h"
#include "config_text.h"
#include "settings.h"

#define SETTINGS_KEYS 13

/* Where each key was set first; 0: nowhere. */
struct settings_lines {
    unsigned int set[SETTINGS_KEYS];
};

const char *settings_key(size_t index); /* NULL behind the last */
bool settings_key_is_list(size_t index);

/* 0 or -ENOMEM. */
int settings_set_defaults(struct settings *settings);

/*
 * A value of the key `name`, which there is, with its CONFIG_VALUE_ bits. Returns 0, or as
 * config_refuse().
 */
int settings_take(struct settings *settings, struct settings_lines *lines, const char *name,
                  const char *value, unsigned char bits, unsigned int line,
                  struct config_problem *problem);

/* Whether the values go together; returns as settings_take(). */
int settings_check(const struct settings *settings, const struct settings_lines *lines,
                   struct config_problem *problem);
