/*
 * The keys of the configuration that stand in no section. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "config.h"
#include "config_problem.h"

/* How many there are; config_keys_name() of an index from here on is NULL. */
#define CONFIG_KEYS_MAX 24

const char *config_keys_name(size_t index);

/* Where each key was set, by its index; 0 for not set. */
struct config_key_lines {
    unsigned int lines[CONFIG_KEYS_MAX];
};

/*
 * Every key at its default; in a session, hooks and audit are the user's own, where the environment
 * tells where these are. Returns 0, or -ENOMEM with part of it set.
 */
int config_keys_defaults(struct config *config, bool session);

/* Sets one key, which must be known, from its text. Returns 0, or as config_refuse(). */
int config_keys_set(struct config *config, struct config_key_lines *lines, const char *name,
                    const char *value, unsigned int line, struct config_problem *problem);

/* Checks values against each other. Returns 0, or as config_refuse(). */
int config_keys_check(struct config *config, const struct config_key_lines *lines,
                      struct config_problem *problem);
