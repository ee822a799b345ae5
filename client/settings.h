/*
 * The options of virthook_open(), checked and copied. Caller's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "virthook.h"

#include <stdbool.h>
#include <stdint.h>

/* The longest deadline that a helper's configuration may name. */
#define SETTINGS_DEADLINE_MAX_MS (60 * 60 * 1000ULL)

/* A deadline is believed up to this where the caller names no other. */
#define SETTINGS_MAX_WAIT_MS SETTINGS_DEADLINE_MAX_MS

/* What the private helper gets of the environment: PATH, LC_ALL, and the places of a session. */
#define SETTINGS_ENVIRONMENT_MAX 6

/* Strings that were not given are NULL, but for name, helper (see virthook.h) and policy. */
struct settings {
    char *name;
    char *socket;
    char *helper; /* NULL where a socket alone was given */
    char *hooks;
    char *config;
    char *audit;
    char *profile;
    char *policy;         /* "" for none */
    char *default_hooks;  /* where these are for who names no other */
    char *default_config; /* the same */
    uint64_t deadline_ms;
    uint64_t max_wait_ms;
    char *environment[SETTINGS_ENVIRONMENT_MAX + 1]; /* NULL-terminated; read at virthook_open() */
};

/*
 * Returns 0; -EINVAL where a path is not absolute, a socket's path is longer than the kernel takes,
 * the name is none, the deadline is too long; -ENOMEM. Ended by settings_clear().
 */
int settings_read(const struct virthook_options *options, struct settings *ret_settings);

void settings_clear(struct settings *settings);

/* Where scripts are looked for, as far as the caller or the build say. */
const char *settings_hooks_dir(const struct settings *settings);

/* The private helper's configuration file. */
const char *settings_config_path(const struct settings *settings);
