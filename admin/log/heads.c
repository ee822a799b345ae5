/*
 * `virt-hook log --head`: the last record of each log, to be kept where who changes the log cannot
 * change it. Admin's process; what stands in the logs is not trusted.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "heads.h"

#include "cleanup.h"
#include "command.h"
#include "complain.h"
#include "place.h"
#include "text.h"
#include "verify_log.h"

#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

int heads_find_files(struct log_options *options, struct log_files *ret_files)
{
    int r = place_find("log", &options->places);

    if (r != 0)
        return r;
    r = files_find(options->places.audit, ret_files);
    if (r == -ENOENT)
        return complain(STATUS_USAGE, "log", "there is no log at %s: say with --audit where it is",
                        options->places.audit);
    if (r < 0)
        return complain(STATUS_USAGE, "log", "the log at %s cannot be read: %s",
                        options->places.audit, strerror(-r));
    return 0;
}

static int complain_log(const struct log_file *newest, const struct sighting *last, int error)
{
    if (error == -ENOENT)
        return complain(STATUS_DENY, "log", "%s has no record of a chain", newest->path);
    if (error < 0)
        return complain(STATUS_USAGE, "log", "%s cannot be read: %s", newest->path,
                        strerror(-error));
    return complain(STATUS_DENY, "log",
                    "%s has a last record that was changed, and no head: virt-hook log --verify "
                    "says more",
                    last->file);
}

/* The path as a JSON string, with its quotes. NULL where memory is short; the caller frees. */
static char *quote(const char *path)
{
    struct json_object *text = json_object_new_string(path);
    char *quoted =
        text ? strdup(json_object_to_json_string_ext(text, JSON_C_TO_STRING_NOSLASHESCAPE)) : NULL;

    json_object_put(text);
    return quoted;
}

static int print_head(const struct sighting *last, bool json, bool is_first)
{
    auto_free char *path = text_escape(last->file, strlen(last->file), false), *quoted = NULL;
    const struct seal *seal = &last->seal;

    quoted = json && path ? quote(path) : NULL;
    if (!path || (json && !quoted))
        return complain(STATUS_USAGE, "log", "memory is short");
    if (json)
        printf("%s{\"head\":\"%s:%" PRIu64 ":%s\",\"file\":%s}", is_first ? "" : ",", seal->chain,
               seal->seq, seal->hash, quoted);
    else
        printf("%s:%" PRIu64 ":%s  %s\n", seal->chain, seal->seq, seal->hash, path);
    return 0;
}

/* The worst status that a log had; the others are shown all the same. */
static int show_all(const struct log_files *files, bool json)
{
    int status = STATUS_ALLOW;
    bool is_first = true;

    for (size_t i = 0, count; i < files->count; i += count) {
        struct sighting last;
        int r, shown;

        count = files_of_one(&files->list[i], files->count - i);
        r = verify_last(&files->list[i], count, &last);
        if (r < 0 || last.changed) {
            shown = complain_log(&files->list[i + count - 1], &last, r);
        } else {
            shown = print_head(&last, json, is_first);
            is_first = false;
        }
        status = shown > status ? shown : status;
    }
    return status;
}

int heads_show(struct log_options *options)
{
    struct log_files files = {0};
    int r = heads_find_files(options, &files);

    if (r == 0) {
        fputs(options->json ? "{\"heads\":[" : "", stdout);
        r = show_all(&files, options->json);
        fputs(options->json ? "]}\n" : "", stdout);
        if (fflush(stdout) != 0 || ferror(stdout))
            r = complain(STATUS_USAGE, "log", "stdout cannot be written: %s", strerror(errno));
    }
    if (fflush(stdout) != 0)
        r = complain(STATUS_USAGE, "log", "stdout cannot be written: %s", strerror(errno));
    files_clear(&files);
    return r;
}
