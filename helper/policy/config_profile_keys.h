/*
 * The keys of a profile section: what each takes. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "config_problem.h"
#include "profile.h"

/* How many there are. */
#define CONFIG_PROFILE_KEYS_MAX 26

/* One value, as libconfuse hands it on. */
struct config_setting {
    const char *key, *value;
    unsigned char bits; /* enum config_value_bit */
    unsigned int line;
};

/* Where each key was set, by its index; 0 for not set. */
struct config_profile_lines {
    unsigned int lines[CONFIG_PROFILE_KEYS_MAX];
    bool after_none; /* the last value of a list was "none" */
};

/* Of each index below CONFIG_PROFILE_KEYS_MAX. */
const char *config_profile_key(size_t index);

/* Whether the key takes several values. */
bool config_profile_key_is_list(size_t index);

/* Where a key of this name was set; 0 for not set. */
unsigned int config_profile_line(const struct config_profile_lines *lines, const char *key);

/*
 * Sets one key, which must be known, in the profile. `known` are the profiles that it may inherit
 * from. Returns 0, or as config_refuse().
 */
int config_profile_keys_set(struct profile *profile, struct config_profile_lines *lines,
                            const struct profile_list *known, const struct config_setting *setting,
                            struct config_problem *problem);

/*
 * The key of a setting that has no effect in an unconfined profile, and its line; NULL where none
 * was set.
 */
const char *config_profile_keys_confining(const struct config_profile_lines *lines,
                                          unsigned int *ret_line);
