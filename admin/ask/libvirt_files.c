/*
 * What libvirt runs past virthook, as a part of an answer. Admin's process; names of files may be
 * anything.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "libvirt_files.h"

#include "answer.h"
#include "cleanup.h"
#include "object.h"
#include "past.h"

#include <stdio.h>
#include <string.h>

static bool add_file(struct json_object *files, const struct past_file *file)
{
    struct json_object *item = json_object_new_object();
    auto_free char *why = past_say(file);

    return why && object_append(files, item) && object_add_text(item, "path", file->path) &&
           object_add_text(item, "driver", file->driver) &&
           object_add_boolean(item, "error", past_is_error(file)) &&
           object_add_text(item, "why", why);
}

static bool add_files(struct json_object *libvirt, const struct past *past)
{
    struct json_object *files = json_object_new_array();

    if (!object_add(libvirt, "files", files))
        return false;
    for (size_t i = 0; i < past->count; i++) {
        if (!add_file(files, &past->list[i]))
            return false;
    }
    return true;
}

static bool add_how_to_begin(struct json_object *libvirt, const char *directory,
                             const struct past *past)
{
    auto_free char *how = NULL;

    if (past->adopted || past->count == 0)
        return object_add_null(libvirt, "how_to_begin");
    how = past_say_how_to_begin(past, directory);
    return how && object_add_text(libvirt, "how_to_begin", how);
}

static bool add_problem(struct json_object *answer, const char *directory, int error)
{
    struct json_object *problems;
    auto_free char *text = NULL;

    answer_list(answer, "problems", &problems);
    return problems &&
           asprintf(&text, "libvirt's own hooks in %s cannot be looked at: %s", directory,
                    strerror(-error)) >= 0 &&
           object_append_text(problems, text);
}

static bool has_script_of(const struct json_object *answer, int driver)
{
    size_t hooks = strlen(answer_text(answer, "hooks")) + 1, count;
    struct json_object *scripts;

    count = answer_list(answer, "scripts", &scripts);
    for (size_t i = 0; i < count; i++) {
        const char *path = answer_text(json_object_array_get_idx(scripts, i), "path");

        if (strlen(path) > hooks &&
            libvirt_driver_of(path + hooks, strcspn(path + hooks, "/")) == driver)
            return true;
    }
    return false;
}

/* Where other drivers have the shim, scripts of one that has none wait for calls in vain. */
static bool add_unasked(struct json_object *answer, const char *directory, const char *shim,
                        const struct past *past)
{
    struct json_object *notes;

    answer_list(answer, "notes", &notes);
    for (int i = 0; i < LIBVIRT_DRIVERS && past->adopted; i++) {
        const char *driver = libvirt_drivers[i];
        auto_free char *text = NULL;

        if (!past->unasked[i] || !has_script_of(answer, i))
            continue;
        if (asprintf(&text,
                     "scripts of %s are never run: libvirt has no shim for it, as for other "
                     "drivers: run ln -s %s %s/%s, then send libvirt's daemon SIGHUP",
                     driver, shim, directory, driver) < 0 ||
            !object_append_text(notes, text))
            return false;
    }
    return true;
}

static bool add_found(struct json_object *answer, const char *directory, const struct past *past)
{
    struct json_object *libvirt = json_object_new_object();

    return object_add(answer, "libvirt", libvirt) && object_add_text(libvirt, "hooks", directory) &&
           object_add_boolean(libvirt, "adopted", past->adopted) &&
           add_how_to_begin(libvirt, directory, past) && add_files(libvirt, past);
}

int libvirt_files_add(struct json_object *answer, const char *directory, const char *shim)
{
    auto_past struct past past = {0};
    int r = directory ? past_find(directory, shim, &past) : 0;
    bool ok;

    if (r == -ENOMEM)
        return r;
    if (r < 0)
        ok = add_problem(answer, directory, r);
    else if (directory)
        ok = add_found(answer, directory, &past) && add_unasked(answer, directory, shim, &past);
    else
        ok = object_add_null(answer, "libvirt");
    return ok ? 0 : -ENOMEM;
}
