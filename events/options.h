/*
 * virteventd's command line.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "settings.h"

#include <stdbool.h>
#include <stddef.h>

enum options_mode {
    MODE_SERVE,  /* events reach scripts */
    MODE_PRINT,  /* events are shown */
    MODE_CHECK,  /* the configuration is read, and nothing else */
    MODE_STATUS, /* what another virteventd is at */
};

/* Strings are the process's own arguments. */
struct options {
    enum options_mode mode;
    const char *config;   /* NULL: where it is by default */
    char *uris[URIS_MAX]; /* instead of the configuration's, where there are any */
    size_t uri_count;
    bool json; /* of status */
};

/*
 * Reads the command line; prints help, version or what is wrong with it. Returns true to go on;
 * else `*ret_status` is the exit status.
 */
bool options_parse(int argc, char **argv, struct options *ret_options, int *ret_status);
