/*
 * Is there anything to run? Runs in the caller's process, before anything else of a call: a host
 * without hooks must not depend on virthook, not even on its being installed in good order.
 *
 * Only certainty counts. "Nothing there" means that the kernel said ENOENT for the script, and
 * ENOENT or an empty listing for the directory, in the place where the helper will look. Whatever
 * else comes (no permission, an odd type, an error of the disk) makes the call go to the helper,
 * who vets properly and says what is wrong. Nothing is judged here: a file that the helper will
 * pass over is reported by the helper.
 *
 * A service says where its hooks are, in the copy of its hello; one that has left no copy that can
 * be believed is asked. For a private helper the configuration may name another place. The library
 * does not read configurations; it only makes sure that the file has no word of it, comments apart,
 * where the caller has not named the place.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "presence.h"

#include "cleanup.h"
#include "fd.h"
#include "names.h"
#include "policy.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* A configuration over this is not looked through; the shipped one, all comments, has some KiB. */
#define CONFIG_BYTES_MAX (1024 * 1024)

/* The configuration's name for the place of the hooks. */
#define HOOKS_WORD "hooks"

static bool is_absent(const char *path)
{
    struct stat st;

    return lstat(path, &st) < 0 && errno == ENOENT;
}

static bool is_dots(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static void close_directory(DIR **slot)
{
    if (*slot)
        closedir(*slot);
}

static bool is_absent_or_empty(const char *path)
{
    __attribute__((cleanup(close_directory))) DIR *directory = opendir(path);
    struct dirent *entry;

    if (!directory)
        return errno == ENOENT;
    do {
        errno = 0;
        entry = readdir(directory);
    } while (entry && is_dots(entry->d_name));
    return !entry && errno == 0;
}

/* Whether a line says more than a comment does, and has the word in it. */
static bool line_names_hooks(const char *line, size_t length)
{
    while (length > 0 && (*line == ' ' || *line == '\t')) {
        line++;
        length--;
    }
    if (length > 0 && *line == '#')
        return false;
    return memmem(line, length, HOOKS_WORD, strlen(HOOKS_WORD));
}

static bool text_names_hooks(const char *text, size_t size)
{
    while (size > 0) {
        const char *newline = memchr(text, '\n', size);
        size_t length = newline ? (size_t)(newline - text) + 1 : size;

        if (line_names_hooks(text, length))
            return true;
        text += length;
        size -= length;
    }
    return false;
}

/* A missing configuration moves nothing, unless it was asked for: then the helper complains. */
static bool may_move_hooks(const struct settings *settings)
{
    auto_close int fd = open(settings_config_path(settings),
                             O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    auto_free char *text = NULL;
    struct stat st;
    size_t room, size;

    if (fd < 0)
        return settings->config || errno != ENOENT;
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size > CONFIG_BYTES_MAX)
        return true;
    room = (size_t)st.st_size + 1;
    text = malloc(room);
    if (!text || fd_read_all(fd, text, room, &size) < 0 || size == room)
        return true;
    return text_names_hooks(text, size);
}

static bool has_service(const struct settings *settings)
{
    return settings->socket && !is_absent(settings->socket);
}

/* Where the helper will look, or NULL where that is not certain. */
static const char *find_hooks(const struct settings *settings, struct policy_copy *copy)
{
    if (settings->hooks)
        return settings->hooks;
    if (!has_service(settings))
        return may_move_hooks(settings) ? NULL : settings_hooks_dir(settings);
    if (!settings->policy[0] || policy_read_copy(settings->policy, copy) < 0)
        return NULL;
    return copy->hooks[0] ? copy->hooks : NULL;
}

bool presence_is_possible(const struct settings *settings, const char *driver)
{
    struct policy_copy copy;
    const char *hooks = find_hooks(settings, &copy);
    char path[PATH_MAX];
    int length;

    if (!hooks)
        return true;
    length = snprintf(path, sizeof(path), "%s/%s", hooks, driver);
    if (length < 0 || (size_t)length >= sizeof(path) - strlen(".d") || !is_absent(path))
        return true;
    strcat(path, ".d");
    return !is_absent_or_empty(path);
}
