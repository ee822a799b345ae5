/*
 * Where the log is that is to be read. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "place.h"

#include "cleanup.h"
#include "command.h"
#include "complain.h"
#include "places.h"
#include "virthook-config.h"

#include <inttypes.h>
#include <string.h>

static int open_at(const char *command, const char *where, struct records **ret_records)
{
    int r = records_open(where, ret_records);

    if (r == -ENOENT)
        return complain(STATUS_USAGE, command,
                        "there is no log at %s: say with --audit where it is", where);
    if (r < 0)
        return complain(STATUS_USAGE, command, "the log at %s cannot be read: %s", where,
                        strerror(-r));
    return 0;
}

int place_open(const char *command, const char *audit, struct records **ret_records)
{
    struct places places = {0};
    int r;

    if (audit)
        return open_at(command, audit, ret_records);
    r = places_complete(command, &places);
    if (r == 0)
        r = open_at(command, places.audit ? places.audit : VIRTHOOK_LOG_DIR "/", ret_records);
    places_clear(&places);
    return r;
}

int place_tell(const char *command, const struct records *records)
{
    struct records_notes notes = records_notes(records);

    if (notes.passed_over > 0)
        complain(0, command, "%" PRIu64 " lines that are no record were passed over",
                 notes.passed_over);
    if (notes.damaged)
        return complain(STATUS_USAGE, command, "%s cannot be read to its end: %s", notes.damaged,
                        strerror(notes.error));
    return 0;
}
