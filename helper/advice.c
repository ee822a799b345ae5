/*
 * What a script's own words tell of what its profile kept from it. Helper. They are a script's, so
 * nothing hangs on them but what the admin is told.
 *
 * A refused system call is seen as it happens. A path that is hidden or read-only is not: the
 * kernel answers the script alone, which tells its user in the C library's words. Scripts run in
 * the locale C, so these are always the same.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "advice.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* As strerror(3) has it for EROFS, EACCES, EPERM and, of what is hidden, ENOENT. */
static const char *const file_errors[] = {
    "Read-only file system",
    "Permission denied",
    "Operation not permitted",
    "No such file or directory",
};

/* How libvirt's client library begins when it finds no daemon (src/rpc/virnetsocket.c), and how it
 * ends where the socket itself is not there, which hiding makes of it. */
static const char libvirt_failed[] = "Failed to connect socket to '";
static const char libvirt_hidden[] = "-sock': No such file or directory";

/* A word of `enforced` that all confined plans have, and no other. */
bool advice_is_confined(const struct run_result *result)
{
    return result->enforced && strstr(result->enforced, "no-new-privs");
}

static bool line_is_libvirts(const char *line, size_t length)
{
    const char *end = memmem(line, length, libvirt_hidden, strlen(libvirt_hidden));

    return end && memmem(line, (size_t)(end - line), "/libvirt/", strlen("/libvirt/"));
}

static bool names_libvirt(const char *text)
{
    for (const char *at = text; at && (at = strstr(at, libvirt_failed)); at++) {
        if (line_is_libvirts(at, strcspn(at, "\n")))
            return true;
    }
    return false;
}

int advice_add_libvirt(struct run_result *result, bool event)
{
    char *denied;

    if (!advice_is_confined(result) ||
        !(names_libvirt(result->stderr_tail) || names_libvirt(result->stdout_tail)))
        return 0;
    if (asprintf(&denied, "%s%s%s", result->denied ? result->denied : "",
                 result->denied ? "\n" : "", event ? ADVICE_LIBVIRT_OF_EVENT : ADVICE_LIBVIRT) < 0)
        return -ENOMEM;
    free(result->denied);
    result->denied = denied;
    return 0;
}

static bool names_file_error(const char *text)
{
    for (size_t i = 0; text && i < sizeof(file_errors) / sizeof(file_errors[0]); i++) {
        if (strstr(text, file_errors[i]))
            return true;
    }
    return false;
}

bool advice_is_about_files(const struct run_result *result)
{
    return advice_is_confined(result) && names_file_error(result->stderr_tail);
}
