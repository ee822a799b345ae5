/*
 * Where the log is that is to be read: the options, the session, the configuration or, at last, the
 * build knows. Admin's process; what the helper answers is checked by answer_ask().
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "place.h"

#include "answer.h"
#include "chain.h"
#include "command.h"
#include "complain.h"
#include "virthook-config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#define BUILT_IN VIRTHOOK_LOG_DIR "/"

/* The helper alone reads the configuration. Returns 0, or an exit status. */
static int ask_place(const char *command, struct places *places)
{
    const struct answer_question question = {.word = "places"};
    auto_answer struct json_object *answer = NULL;
    int r = answer_ask(command, places, &question, &answer);

    if (r == 0 && answer_text(answer, "audit")[0] != '/')
        r = complain(STATUS_NO_HELPER, command,
                     "the helper does not tell where the log is; install helper and virt-hook of "
                     "one release");
    if (r != 0)
        return r;
    places->audit = strdup(answer_text(answer, "audit"));
    return places->audit ? 0 : complain(STATUS_USAGE, command, "memory is short");
}

/* A log is never needed more than where the configuration is broken. */
static int take_built_in(const char *command, struct places *places)
{
    places->audit = strdup(BUILT_IN);
    if (!places->audit)
        return complain(STATUS_USAGE, command, "memory is short");
    return complain(0, command,
                    "so the log at " BUILT_IN " is read, whatever the configuration says; "
                    "--audit names another");
}

int place_find(const char *command, struct places *places)
{
    bool told = places->config || places->helper;
    int r;

    if (places->audit)
        return 0;
    r = ask_place(command, places);
    return r == 0 || told ? r : take_built_in(command, places);
}

static int complain_unopened(const char *command, const char *place, int error)
{
    if (error == -ENOENT)
        return complain(STATUS_USAGE, command,
                        "there is no log at %s: say with --audit where it is", place);
    return complain(STATUS_USAGE, command, "the log at %s cannot be read: %s", place,
                    strerror(-error));
}

int place_open(const char *command, struct places *places, struct records **ret_records)
{
    int found = place_find(command, places);
    int r = found == 0 ? records_open(places->audit, ret_records) : 0;

    return r < 0 ? complain_unopened(command, places->audit, r) : found;
}

int place_open_live(const char *command, struct places *places, struct records **ret_records)
{
    int found = place_find(command, places);
    int r = found == 0 ? records_open_live(places->audit, ret_records) : 0;

    return r < 0 ? complain_unopened(command, places->audit, r) : found;
}

int place_tell(const char *command, const struct records *records)
{
    struct records_notes notes = records_notes(records);

    if (notes.passed_over > 0)
        complain(0, command, "%" PRIu64 " %s passed over", notes.passed_over,
                 notes.passed_over == 1 ? "line that is no record was"
                                        : "lines that are no record were");
    if (notes.damaged)
        return complain(STATUS_USAGE, command, "%s cannot be read to its end: %s", notes.damaged,
                        chain_error_text(notes.error));
    if (notes.passed_over > 0 && notes.objects == 0)
        return complain(STATUS_USAGE, command,
                        "there is no record in it: is it a log of virthook's?");
    return 0;
}
