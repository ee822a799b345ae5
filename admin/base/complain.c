/*
 * What goes wrong, said on stderr in the form that all subcommands share. Admin's process; what
 * the sentences quote may come from a file or from the command line.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "complain.h"

#include "cleanup.h"
#include "command.h"
#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void __attribute__((format(printf, 2, 0)))
say(const char *command, const char *format, va_list arguments)
{
    auto_free char *made = text_compose(format, arguments), *safe = NULL;

    if (made)
        safe = text_escape(made, strlen(made), false);
    fprintf(stderr, "virt-hook %s: %s\n", command, safe ? safe : "memory is short");
}

int complain(int status, const char *command, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    say(command, format, arguments);
    va_end(arguments);
    return status;
}

int complain_usage(const char *command, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    say(command, format, arguments);
    va_end(arguments);
    fprintf(stderr, "Try 'virt-hook %s --help'.\n", command);
    return STATUS_USAGE;
}

int complain_option(const char *command, int key, const char *given)
{
    if (key == ':')
        return complain_usage(command, "a value is missing after %s", given);
    return complain_usage(command, "there is no option %s", given);
}
