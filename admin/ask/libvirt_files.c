/*
 * What libvirt runs past virthook, as a part of an answer. Admin's process; names of files may be
 * anything.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "libvirt_files.h"

#include "answer.h"
#include "cleanup.h"
#include "past.h"
#include "text.h"

#include <stdio.h>
#include <string.h>

/* JSON is UTF-8, and names of files may be none. */
static struct json_object *new_text(const char *text)
{
    auto_free char *safe = NULL;

    if (text_is_utf8(text, strlen(text)))
        return json_object_new_string(text);
    safe = text_escape(text, strlen(text), false);
    return safe ? json_object_new_string(safe) : NULL;
}

static int add_text(struct json_object *object, const char *key, const char *text)
{
    struct json_object *value = text ? new_text(text) : NULL;

    return value && json_object_object_add(object, key, value) == 0 ? 0 : -ENOMEM;
}

static int add_file(struct json_object *files, const struct past_file *file)
{
    struct json_object *item = json_object_new_object();
    auto_free char *why = past_say(file);
    int r;

    if (!item || json_object_array_add(files, item) < 0)
        return -ENOMEM;
    r = add_text(item, "path", file->path);
    if (r == 0)
        r = add_text(item, "driver", file->driver);
    if (r == 0)
        r = json_object_object_add(item, "error", json_object_new_boolean(past_is_error(file)));
    return r == 0 ? add_text(item, "why", why) : -ENOMEM;
}

static int add_files(struct json_object *libvirt, const struct past *past)
{
    struct json_object *files = json_object_new_array();
    int r = files ? json_object_object_add(libvirt, "files", files) : -ENOMEM;

    for (size_t i = 0; i < past->count && r == 0; i++)
        r = add_file(files, &past->list[i]);
    return r;
}

static int fill(struct json_object *libvirt, const char *directory, const struct past *past)
{
    auto_free char *how = NULL;
    int r = add_text(libvirt, "hooks", directory);

    if (r == 0)
        r = json_object_object_add(libvirt, "adopted", json_object_new_boolean(past->adopted));
    if (r == 0 && !past->adopted && past->count > 0) {
        how = past_say_how_to_begin(past, directory);
        r = add_text(libvirt, "how_to_begin", how);
    }
    return r == 0 ? add_files(libvirt, past) : -ENOMEM;
}

static int add_problem(struct json_object *answer, const char *directory, int error)
{
    struct json_object *problems, *value;
    auto_free char *text = NULL;

    answer_list(answer, "problems", &problems);
    if (!problems || asprintf(&text, "libvirt's own hooks in %s cannot be looked at: %s", directory,
                              strerror(-error)) < 0)
        return -ENOMEM;
    value = new_text(text);
    return value && json_object_array_add(problems, value) == 0 ? 0 : -ENOMEM;
}

int libvirt_files_add(struct json_object *answer, const char *directory, const char *shim)
{
    auto_past struct past past = {0};
    struct json_object *libvirt = NULL;
    int r = directory ? past_find(directory, shim, &past) : 0;

    if (r == -ENOMEM)
        return r;
    if (r < 0)
        return add_problem(answer, directory, r);
    if (directory)
        libvirt = json_object_new_object();
    if (json_object_object_add(answer, "libvirt", libvirt) < 0 || (directory && !libvirt))
        return -ENOMEM;
    return directory ? fill(libvirt, directory, &past) : 0;
}
