/*
 * Where things are, as options say. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

/* Paths are absolute and owned; NULL where nothing was said: then it is as built or configured. */
struct places {
    char *config; /* file */
    char *hooks;  /* directory */
    char *audit;  /* log: a file, or a directory ending in a slash */
    char *helper; /* the helper's binary */
};

/* Options that many subcommands have: their keys, and entries of a table for getopt_long(3). */
enum places_key {
    PLACES_CONFIG = 1024,
    PLACES_HOOKS,
    PLACES_AUDIT,
    PLACES_HELPER,
};

#define PLACES_OPTION_CONFIG                             \
    {                                                    \
        "config", required_argument, NULL, PLACES_CONFIG \
    }
#define PLACES_OPTION_HOOKS                            \
    {                                                  \
        "hooks", required_argument, NULL, PLACES_HOOKS \
    }
#define PLACES_OPTION_AUDIT                            \
    {                                                  \
        "audit", required_argument, NULL, PLACES_AUDIT \
    }
#define PLACES_OPTION_HELPER                             \
    {                                                    \
        "helper", required_argument, NULL, PLACES_HELPER \
    }

/* Takes what was given to the option of this key; else as places_take(). */
int places_take_option(const char *command, int key, const char *value, struct places *places);

/*
 * Takes the path that was given to an option ("--config") of this subcommand, made absolute; what
 * the slot held before is freed. Returns 0, or an exit status where a complaint was made.
 */
int places_take(const char *command, const char *option, const char *value, char **slot);

void places_clear(struct places *places);
