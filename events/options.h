/*
 * virteventd's command line.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* More daemons than that are watched by several virteventd. */
#define URIS_MAX 64

/* Strings are the process's own arguments. */
struct options {
    const char *uris[URIS_MAX]; /* one NULL where none was given: libvirt's default */
    size_t uri_count;
};

/*
 * Reads the command line; prints help, version or what is wrong with it. Returns true to go on;
 * else `*ret_status` is the exit status.
 */
bool options_parse(int argc, char **argv, struct options *ret_options, int *ret_status);
