/*
 * /tmp of a guest. Helper. What scripts left in it is untrusted: a folder goes by removing the
 * mount point, and the kernel takes the tmpfs with it in whatever namespace it is mounted, so that
 * no name in it is ever looked at.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "tmp.h"

#include "cleanup.h"
#include "plan.h"

#include <dirent.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A name's escaped form is cut to this, and its hash added, so that it fits into NAME_MAX. */
#define ESCAPED_MAX 160

/* FNV-1a, 64 bits: tells names that share their first ESCAPED_MAX bytes apart. */
static uint64_t hash_name(const char *name)
{
    uint64_t hash = 14695981039346656037ULL;

    for (; *name; name++)
        hash = (hash ^ (unsigned char)*name) * 1099511628211ULL;
    return hash;
}

static bool is_plain(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* "driver-object-hash", no byte of it a slash, a dot or anything that a shell minds. */
static char *folder_prefix(const char *driver, const char *object)
{
    char escaped[ESCAPED_MAX + 4], *out = escaped, *prefix;

    for (const char *next = object; *next && out < escaped + ESCAPED_MAX; next++) {
        if (is_plain((unsigned char)*next))
            *out++ = *next;
        else
            out += sprintf(out, "=%02x", (unsigned char)*next);
    }
    *out = '\0';
    if (asprintf(&prefix, "%s-%s-%016llx", driver, escaped, (unsigned long long)hash_name(object)) <
        0)
        return NULL;
    return prefix;
}

int tmp_make_place(const char *place)
{
    auto_free char *copy = strdup(place);

    if (!copy)
        return -ENOMEM;
    if (mkdir(dirname(copy), 0755) == 0)
        chmod(copy, 0755);
    return mkdir(place, 0700) < 0 && errno != EEXIST ? -errno : 0;
}

int tmp_take(const char *place, const struct tmp_owner *owner, char **ret_name)
{
    auto_free char *prefix = folder_prefix(owner->driver, owner->object);
    auto_free char *path = NULL;

    if (!prefix || asprintf(&path, "%s/%s-%u", place, prefix, owner->uid) < 0)
        return -ENOMEM;
    if (mkdir(path, 0700) < 0 && errno != EEXIST)
        return -errno;
    *ret_name = strdup(path + strlen(place));
    return *ret_name ? 0 : -ENOMEM;
}

void tmp_options(uint64_t size, char *ret_options)
{
    snprintf(ret_options, TMP_OPTIONS_SIZE, "mode=1777,size=%llu,nr_inodes=%llu",
             (unsigned long long)size, (unsigned long long)plan_tmp_inodes(size));
}

void tmp_release(const char *place, const char *driver, const char *object)
{
    auto_free char *prefix = folder_prefix(driver, object);
    DIR *folder = prefix ? opendir(place) : NULL;
    struct dirent *entry;

    if (!folder)
        return;
    while ((entry = readdir(folder))) {
        if (strncmp(entry->d_name, prefix, strlen(prefix)) == 0 &&
            entry->d_name[strlen(prefix)] == '-')
            unlinkat(dirfd(folder), entry->d_name, AT_REMOVEDIR);
    }
    closedir(folder);
}

bool tmp_is_last(const char *driver, const char *operation)
{
    if (strcmp(driver, "network") == 0)
        return strcmp(operation, "stopped") == 0;
    if (strcmp(driver, "daemon") == 0)
        return strcmp(operation, "shutdown") == 0;
    return strcmp(operation, "release") == 0;
}
