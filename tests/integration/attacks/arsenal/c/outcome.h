/*
 * How a program of an attack tells what came of it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum outcome { SUCCEEDED = 0, REFUSED = 3, CANNOT = 4 };

/* Ends the program by what a call returned; wrong arguments mean that the kernel looked at them. */
static void __attribute__((noreturn, unused)) end_by(const char *what, long result)
{
    if (result >= 0) {
        printf("%s: %ld\n", what, result);
        exit(SUCCEEDED);
    }
    printf("%s: %s\n", what, strerror(errno));
    switch (errno) {
    case EPERM:
    case EACCES:
    case ENOENT:
        exit(REFUSED);
    case ENOSYS:
    case EAFNOSUPPORT:
        exit(CANNOT);
    default:
        exit(SUCCEEDED);
    }
}
