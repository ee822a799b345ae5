/*
 * Where the helper's own cgroup is. Helper; the kernel alone speaks here.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "cgroup_place.h"

#include "cleanup.h"

#include <stdbool.h>
#include <string.h>

/* The path behind "0::", which is the line of version 2. */
static char *read_path(FILE *cgroup)
{
    auto_free char *line = NULL;
    size_t room = 0;

    while (getline(&line, &room, cgroup) > 0) {
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, "0::/", 4) == 0)
            return strdup(line + 3);
    }
    return NULL;
}

/* Of proc(5): "\040" becomes a space, in place. */
static void unescape(char *text)
{
    char *out = text;

    for (const char *in = text; *in; in++, out++) {
        if (*in == '\\' && strspn(in + 1, "01234567") >= 3) {
            *out = (char)((in[1] - '0') << 6 | (in[2] - '0') << 3 | (in[3] - '0'));
            in += 3;
        } else {
            *out = *in;
        }
    }
    *out = '\0';
}

/* The mount's root and place, where the line is of a mount of version 2. */
static bool read_mount(char *line, char **ret_root, char **ret_place)
{
    char *next = line, *kind = strstr(line, " - cgroup2 ");

    if (!kind)
        return false;
    *kind = '\0';
    for (int field = 0; field < 3; field++)
        (void)strsep(&next, " ");
    *ret_root = strsep(&next, " ");
    *ret_place = strsep(&next, " ");
    if (!*ret_root || !*ret_place)
        return false;
    unescape(*ret_root);
    unescape(*ret_place);
    return true;
}

/* What of the path lies below the mount's root; NULL where it does not. */
static const char *path_below(const char *path, const char *root)
{
    size_t length = strcmp(root, "/") == 0 ? 0 : strlen(root);

    if (strncmp(path, root, length) != 0 || (path[length] != '/' && path[length] != '\0'))
        return NULL;
    return path + length;
}

char *cgroup_find_place(FILE *cgroup, FILE *mountinfo)
{
    auto_free char *path = read_path(cgroup);
    auto_free char *line = NULL;
    size_t room = 0;

    while (path && getline(&line, &room, mountinfo) > 0) {
        char *root, *place, *found;
        const char *below;

        if (!read_mount(line, &root, &place))
            continue;
        below = path_below(path, root);
        if (below && asprintf(&found, "%s%s", place, below) >= 0)
            return found;
    }
    return NULL;
}
