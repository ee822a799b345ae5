/*
 * Which sockets of the host the scripts of a profile can reach. Helper, at
 * start and at reload. Names of sockets are anybody's choice: they are compared
 * and escaped, and followed no further than to their owners and modes.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "reach.h"

#include "cleanup.h"
#include "text.h"

#include <limits.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* Fields of a line of /proc/net/unix before the path: Num RefCount Protocol
 * Flags Type St Inode. */
#define FIELDS_BEFORE_PATH 7

enum look {
    LOOK_SEEN,
    LOOK_HIDDEN,
    LOOK_GRANTED,
};

/* What the deepest folder around a path says of it. */
struct verdict {
    size_t depth;
    enum look look;
};

static bool is_below(const char *path, const char *folder)
{
    size_t length = strlen(folder);

    return strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

static void consider(struct verdict *verdict, const char *path, const char *folder, enum look look)
{
    size_t depth = strlen(folder);

    /* What is hidden as well as kept is kept: lists that keep come later. */
    if (is_below(path, folder) && depth >= verdict->depth)
        *verdict = (struct verdict){depth, look};
}

static void consider_list(struct verdict *verdict, const char *path, const struct text_list *list,
                          enum look look)
{
    for (size_t i = 0; i < list->count; i++)
        consider(verdict, path, list->texts[i] + (*list->texts[i] == '-'), look);
}

/* How a script sees the path: the folders of its own cover the host's. */
static enum look look_at(const struct profile *profile, const char *path)
{
    struct verdict verdict = {0, LOOK_SEEN};

    consider(&verdict, path, "/run", LOOK_HIDDEN);
    if (!profile->host_dev)
        consider(&verdict, path, "/dev", LOOK_HIDDEN);
    if (!profile->host_tmp) {
        consider(&verdict, path, "/tmp", LOOK_HIDDEN);
        consider(&verdict, path, "/var/tmp", LOOK_HIDDEN);
    }
    consider_list(&verdict, path, &profile->hidden, LOOK_HIDDEN);
    consider_list(&verdict, path, &profile->readable, LOOK_SEEN);
    consider_list(&verdict, path, &profile->writable, LOOK_SEEN);
    consider_list(&verdict, path, &profile->sockets, LOOK_GRANTED);
    return verdict.look;
}

/* `wanted` is the permission's bit for others: write to a socket, or search a folder. */
static bool may(const struct profile *profile, const struct stat *st, mode_t wanted)
{
    uint64_t over = wanted == S_IXOTH ? (1ULL << CAP_DAC_OVERRIDE) | (1ULL << CAP_DAC_READ_SEARCH)
                                      : 1ULL << CAP_DAC_OVERRIDE;

    if (profile->capabilities & over)
        return true;
    if (st->st_uid == profile->uid)
        return st->st_mode & (wanted << 6);
    if (st->st_gid == profile->gid)
        return st->st_mode & (wanted << 3);
    return st->st_mode & wanted;
}

/* All folders that lead to it let the user through, and the socket lets it
 * write. */
static bool may_connect(const struct profile *profile, const char *path)
{
    char folder[PATH_MAX];
    struct stat st;

    if (stat(path, &st) < 0 || !S_ISSOCK(st.st_mode) || !may(profile, &st, S_IWOTH))
        return false;
    for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        snprintf(folder, sizeof(folder), "%.*s", (int)(slash - path), path);
        if (stat(folder, &st) < 0 || !may(profile, &st, S_IXOTH))
            return false;
    }
    return true;
}

/* The path at the line's end, resolved, or NULL: other sockets have none, or
 * have an abstract name. The caller frees. */
static char *find_path(char *line)
{
    char *next = line;

    line[strcspn(line, "\n")] = '\0';
    for (int i = 0; i < FIELDS_BEFORE_PATH; i++) {
        next += strspn(next, " ");
        next += strcspn(next, " ");
    }
    return *next == ' ' && next[1] == '/' ? realpath(next + 1, NULL) : NULL;
}

static bool is_told(const struct text_list *notes, const char *note)
{
    for (size_t i = 0; i < notes->count; i++) {
        if (strcmp(notes->texts[i], note) == 0)
            return true;
    }
    return false;
}

/* One line stands there for each connection too. Returns 1 where it is told
 * now, 0, or -ENOMEM. */
static int tell(const struct profile *profile, const char *path, struct text_list *notes)
{
    auto_free char *shown = text_escape(path, strlen(path), false), *note = NULL;

    if (!shown || asprintf(&note,
                           "profile %s lets scripts reach the socket %s, which its list of "
                           "sockets "
                           "does not have: add its folder to hidden where they must not",
                           profile->name, shown) < 0)
        return -ENOMEM;
    if (is_told(notes, note))
        return 0;
    return text_list_add(notes, note) < 0 ? -ENOMEM : 1;
}

int reach_tell_sockets(const struct profile *profile, struct text_list *notes)
{
    FILE *stream = fopen("/proc/net/unix", "re");
    auto_free char *line = NULL;
    size_t size = 0;
    int told = 0, r = 0;

    if (!stream)
        return 0;
    while (r >= 0 && told < REACH_TOLD_MAX && getline(&line, &size, stream) > 0) {
        auto_free char *path = find_path(line);

        if (!path || look_at(profile, path) != LOOK_SEEN || !may_connect(profile, path))
            continue;
        r = tell(profile, path, notes);
        told += r > 0;
    }
    fclose(stream);
    return r < 0 ? r : 0;
}
