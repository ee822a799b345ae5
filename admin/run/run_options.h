/*
 * The command line of `virt-hook run`. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "places.h"

#include <stdbool.h>
#include <stdint.h>

/* Names are the process's arguments. */
struct run_options {
    struct places places;
    const char *profile; /* NULL: as configured */
    uint64_t timeout_ms; /* 0: as configured */
    bool json;
    const char *uri; /* of the daemon that told of the event, or NULL */
    bool event;      /* of class event: driver is the kind, and so on as in virthook.h */
    const char *driver, *object, *operation, *sub_operation, *extra;
};

/*
 * Reads the command line; prints help, or what is wrong. Returns true to go on; else `*ret_status`
 * is the exit status. run_options_clear() in both cases.
 */
bool run_options_parse(int argc, char **argv, struct run_options *ret_options, int *ret_status);

void run_options_clear(struct run_options *options);
