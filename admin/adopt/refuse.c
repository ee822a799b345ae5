/*
 * Why nothing is adopted or released, said once, where the cause is known. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "refuse.h"

#include "command.h"
#include "complain.h"
#include "text.h"

#include <stdarg.h>
#include <stdlib.h>

int adopt_refuse(const struct adopt_request *request, const char *format, ...)
{
    va_list arguments;
    char *text;

    va_start(arguments, format);
    text = text_compose(format, arguments);
    va_end(arguments);
    free(*request->refusal);
    *request->refusal = text;
    return complain(STATUS_USAGE, request->command, "%s", text ? text : "memory is short");
}
