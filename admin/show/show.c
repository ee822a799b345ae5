/*
 * `virt-hook show`: one call in full. Admin's process; what the records say is not trusted.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "call.h"
#include "cleanup.h"
#include "command.h"
#include "complain.h"
#include "place.h"
#include "sheet.h"
#include "show_options.h"
#include "text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define auto_call __attribute__((cleanup(call_clear)))

static void print_json(const struct call *call)
{
    for (size_t i = 0; i < call->count; i++) {
        const char *line = call->list[i].line;
        auto_free char *safe = text_escape_json(line, strlen(line));

        puts(safe ? safe : "{}");
    }
}

/* Returns 0, or an exit status. */
static int check_found(const struct show_options *options, const struct call *call)
{
    if (!call->id && strcmp(options->call, CALL_LAST) == 0)
        return complain(STATUS_USAGE, "show", "there is no call in the log");
    if (!call->id)
        return complain(STATUS_USAGE, "show",
                        "there is no call '%s' in the log; `virt-hook log` shows those there are",
                        options->call);
    if (call->other && strcmp(call->id, options->call) != 0)
        return complain(STATUS_USAGE, "show",
                        "more than one call begins with '%s', %s and %s; give more of the id",
                        options->call, call->id, call->other);
    return 0;
}

static int show(struct show_options *options)
{
    auto_records struct records *records = NULL;
    auto_call struct call call = {0};
    int status = place_open("show", &options->places, &records), r;

    if (status != 0)
        return status;
    if (strcmp(options->call, CALL_LAST) != 0)
        records_look_for(records, options->call);
    r = call_find(records, options->call, &call);
    if (r < 0)
        return complain(STATUS_USAGE, "show", "the log cannot be read: %s", strerror(-r));
    status = place_tell("show", records);
    r = check_found(options, &call);
    if (r != 0)
        return r;
    if (options->json)
        print_json(&call);
    else
        sheet_print(&call);
    if (fflush(stdout) != 0)
        return complain(STATUS_USAGE, "show", "stdout cannot be written: %s", strerror(errno));
    return status;
}

int show_command(int argc, char **argv)
{
    struct show_options options;
    int status;

    if (show_options_parse(argc, argv, &options, &status))
        status = show(&options);
    show_options_clear(&options);
    return status;
}
