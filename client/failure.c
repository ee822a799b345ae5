/*
 * Why a call has no verdict. Runs in the caller's process; causes may quote what a helper sent, so
 * they are made safe to print where they enter (receive.c).
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "failure.h"

#include "text.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void failure_set(struct failure *failure, const char *reason, const char *format, ...)
{
    va_list arguments;
    char *cause;

    va_start(arguments, format);
    cause = text_compose(format, arguments);
    va_end(arguments);
    free(failure->cause);
    failure->reason = reason;
    failure->cause = cause;
}

void failure_copy(struct failure *failure, const struct failure *from)
{
    char *cause = from->cause ? strdup(from->cause) : NULL;

    free(failure->cause);
    failure->reason = from->reason;
    failure->cause = cause;
}

void failure_clear(struct failure *failure)
{
    free(failure->cause);
    *failure = (struct failure){0};
}

const char *failure_cause(const struct failure *failure)
{
    return failure->cause ? failure->cause : "there is no memory to say why";
}
