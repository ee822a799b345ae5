/*
 * The helper's command line. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What was asked for; all strings are the process's own arguments. */
struct options {
    int channel; /* a connected socket inherited from the client that started us, or negative */
    const char *listen;       /* path of a socket to make, or NULL */
    int activated;            /* how many sockets come by LISTEN_FDS */
    const char *name;         /* of this helper: names the audit log; default "service" */
    const char *config;       /* path */
    bool config_given;        /* by the command line: then it must exist */
    const char *hooks;        /* overrides the configuration; or NULL */
    const char *audit;        /* the same */
    const char *profile;      /* that calls will ask for, beside those in use; or NULL */
    const char *answer;       /* the question to answer in place of serving; or NULL */
    const char *const *names; /* what the question is about, `name_count` of them */
    size_t name_count;
    uint64_t deadline_ms; /* overrides the configuration; 0: not given */
};

/*
 * Reads the command line; prints help, version or what is wrong with it. Returns true to go on;
 * else `*ret_status` is the exit status.
 */
bool options_parse(int argc, char **argv, struct options *ret_options, int *ret_status);
