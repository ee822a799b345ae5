/*
 * What libvirt runs of its own directory of hooks, past virthook. Admin's process; what stands in
 * the directory is anybody's who can write there, and none of it is opened.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "past.h"

#include "cleanup.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

struct search {
    const char *directory;
    const char *shim;
    bool has_shim; /* installed: this file */
    dev_t shim_device;
    ino_t shim_inode;
    struct past *past;
};

/* What stands at a driver's name. */
enum standing { STANDS_NOTHING, STANDS_SCRIPT, STANDS_SHIM, STANDS_BROKEN };

static int add(struct search *search, const char *driver, enum past_kind kind, char *path)
{
    struct past *past = search->past;
    auto_free char *own_path = path;
    struct past_file *list = reallocarray(past->list, past->count + 1, sizeof(*list));

    if (list)
        past->list = list;
    if (!list || !own_path)
        return -ENOMEM;
    list[past->count++] = (struct past_file){take_pointer(&own_path), driver, kind};
    return 0;
}

/* As root, who may run what anybody may. */
static bool is_run(const struct stat *st)
{
    return S_ISREG(st->st_mode) && (st->st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)) != 0;
}

static bool is_shim(const struct search *search, const struct stat *st)
{
    return search->has_shim && st->st_dev == search->shim_device &&
           st->st_ino == search->shim_inode;
}

static enum standing look_at(const struct search *search, const char *path)
{
    bool linked = libvirt_is_link_to(path, search->shim);
    struct stat st;

    if (stat(path, &st) < 0 || !is_run(&st))
        return linked ? STANDS_BROKEN : STANDS_NOTHING;
    return linked || is_shim(search, &st) ? STANDS_SHIM : STANDS_SCRIPT;
}

static int look_at_main(struct search *search, const char *driver, enum standing *ret_standing)
{
    auto_free char *path = NULL;

    if (asprintf(&path, "%s/%s", search->directory, driver) < 0)
        return -ENOMEM;
    *ret_standing = look_at(search, path);
    if (*ret_standing == STANDS_SCRIPT)
        return add(search, driver, PAST_ALONE, take_pointer(&path));
    if (*ret_standing == STANDS_BROKEN)
        return add(search, driver, PAST_BROKEN, take_pointer(&path));
    return 0;
}

static int look_at_entry(struct search *search, const char *driver, enum past_kind kind, int folder,
                         const char *name)
{
    char *path;
    struct stat st;

    if (fstatat(folder, name, &st, 0) < 0 || !is_run(&st) || is_shim(search, &st))
        return 0;
    if (asprintf(&path, "%s/%s.d/%s", search->directory, driver, name) < 0)
        return -ENOMEM;
    return add(search, driver, kind, path);
}

static int look_in_folder(struct search *search, const char *driver, enum past_kind kind)
{
    auto_free char *path = NULL;
    struct dirent *entry;
    DIR *folder;
    int r = 0;

    if (asprintf(&path, "%s/%s.d", search->directory, driver) < 0)
        return -ENOMEM;
    folder = opendir(path);
    if (!folder)
        return errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
    while (r == 0 && (entry = readdir(folder)))
        r = look_at_entry(search, driver, kind, dirfd(folder), entry->d_name);
    closedir(folder);
    return r;
}

static int look_at_driver(struct search *search, int number)
{
    const char *driver = libvirt_drivers[number];
    enum standing standing;
    bool adopted;
    int r = look_at_main(search, driver, &standing);

    if (r < 0)
        return r;
    search->past->unasked[number] = standing == STANDS_NOTHING;
    adopted = standing == STANDS_SHIM || standing == STANDS_BROKEN;
    search->past->adopted |= adopted;
    return look_in_folder(search, driver, adopted ? PAST_BESIDE : PAST_ALONE);
}

static int compare(const void *a, const void *b)
{
    return strcmp(((const struct past_file *)a)->path, ((const struct past_file *)b)->path);
}

int past_find(const char *directory, const char *shim, struct past *ret_past)
{
    struct search search = {.directory = directory, .shim = shim, .past = ret_past};
    struct stat st;
    int r = 0;

    *ret_past = (struct past){0};
    search.has_shim = stat(shim, &st) == 0;
    search.shim_device = search.has_shim ? st.st_dev : 0;
    search.shim_inode = search.has_shim ? st.st_ino : 0;
    for (int i = 0; i < LIBVIRT_DRIVERS && r == 0; i++)
        r = look_at_driver(&search, i);
    if (ret_past->count > 0)
        qsort(ret_past->list, ret_past->count, sizeof(*ret_past->list), compare);
    return r;
}

bool past_is_error(const struct past_file *file)
{
    return file->kind != PAST_ALONE;
}

char *past_say(const struct past_file *file)
{
    const char *driver = file->driver;
    char *text = NULL;
    int length = -1;

    switch (file->kind) {
    case PAST_BESIDE:
        length = asprintf(&text,
                          "libvirt runs it itself beside the shim, past virthook: move it into "
                          "virthook's own %s.d; where there is none, 'virt-hook adopt %s' does so",
                          driver, driver);
        break;
    case PAST_ALONE:
        length = asprintf(&text,
                          "libvirt runs it itself, without virthook: 'virt-hook adopt %s' moves it "
                          "under virthook",
                          driver);
        break;
    case PAST_BROKEN:
        length = asprintf(&text,
                          "it is the link to virthook's shim, which is not there, so that libvirt "
                          "runs no script of %s: install virthook again, or 'virt-hook release %s'",
                          driver, driver);
        break;
    }
    return length < 0 ? NULL : text;
}

char *past_say_how_to_begin(const struct past *past, const char *directory)
{
    char *text;

    if (asprintf(&text,
                 "libvirt runs %zu file%s in %s itself, without virthook: 'virt-hook adopt "
                 "--dry-run' shows how they would be moved under it",
                 past->count, past->count == 1 ? "" : "s", directory) < 0)
        return NULL;
    return text;
}

void past_clear(struct past *past)
{
    for (size_t i = 0; i < past->count; i++)
        free(past->list[i].path);
    free(past->list);
    *past = (struct past){0};
}
