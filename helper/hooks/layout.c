/*
 * Which calls a file below the directory of hooks, or of events' scripts, is for, by its path
 * alone. Helper. Names are whatever stands in the directory; what is said of them here decides
 * nothing.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "layout.h"

#include "cleanup.h"
#include "event_names.h"
#include "names.h"

#include <string.h>

/* <driver>.d/<object>/<operation>/<sub-operation>/<file>; what is deeper is one part. */
#define PARTS_MAX 5

bool layout_is_sub_operation(const char *name)
{
    return strcmp(name, "begin") == 0 || strcmp(name, "end") == 0 || strcmp(name, "-") == 0;
}

static size_t split(char *text, char *parts[PARTS_MAX])
{
    size_t count = 0;

    while (text && count + 1 < PARTS_MAX)
        parts[count++] = strsep(&text, "/");
    if (text)
        parts[count++] = text;
    return count;
}

/* The driver's script or folder; NULL where it is of none. */
static const char *read_driver(char *name, bool is_folder)
{
    size_t length = strlen(name);

    if (length > 2 && strcmp(name + length - 2, ".d") == 0)
        name[length - 2] = '\0';
    else if (is_folder)
        return NULL;
    return name_is_driver(name) ? name : NULL;
}

/* `layout` owns the text of the parts, those below `root`. */
static int read_parts(const char *root, const char *path, char *parts[PARTS_MAX], size_t *ret_count,
                      struct layout *layout)
{
    const char *below = path + strlen(root);

    layout->text = strdup(below + strspn(below, "/"));
    if (!layout->text)
        return -ENOMEM;
    *ret_count = split(layout->text, parts);
    return 0;
}

/* What stands in folders of the driver's own; `has_detail`: the fourth part is a sub-operation. */
static void take_names(struct layout *layout, char *parts[PARTS_MAX], size_t count, bool has_detail)
{
    if (count > 2) {
        layout->object = parts[1];
        layout->operation = parts[2];
    }
    if (count == PARTS_MAX || has_detail)
        layout->sub_operation = parts[3];
}

int layout_read(const char *hooks, const char *path, struct layout *ret_layout)
{
    struct layout layout = {0};
    char *parts[PARTS_MAX];
    size_t count;

    if (read_parts(hooks, path, parts, &count, &layout) < 0)
        return -ENOMEM;
    layout.driver = read_driver(parts[0], count > 1);
    if (layout.driver)
        take_names(&layout, parts, count, count > 3 && layout_is_sub_operation(parts[3]));
    *ret_layout = layout;
    return 0;
}

int layout_read_event(const char *events, const char *path, struct layout *ret_layout)
{
    struct layout layout = {0};
    char *parts[PARTS_MAX];
    size_t count;

    if (read_parts(events, path, parts, &count, &layout) < 0)
        return -ENOMEM;
    layout.driver = name_is_kind(parts[0]) ? parts[0] : NULL;
    if (layout.driver)
        take_names(&layout, parts, count,
                   count > 3 && event_has_detail(parts[0], parts[2], parts[3]));
    *ret_layout = layout;
    return 0;
}

void layout_clear(struct layout *layout)
{
    free(layout->text);
    *layout = (struct layout){0};
}
