/*
 * The files of a log place, in the order in which they were written, each open. Admin's process;
 * the names in the directory are not trusted, nor what stands behind them.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "files.h"

#include "cleanup.h"
#include "order.h"
#include "rotation.h"
#include "watch.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

/* So often a directory is looked through while names change in it. */
#define SCANS_MAX 100

/* What the files of a place are named. */
struct pattern {
    char *directory; /* owned, like the rest; ends in a slash */
    char *stem;      /* "" for a whole directory: any */
    char *suffix;
};

static void clear_pattern(struct pattern *pattern)
{
    free(pattern->directory);
    free(pattern->stem);
    free(pattern->suffix);
}

#define auto_pattern __attribute__((cleanup(clear_pattern)))

static void close_directory(DIR **slot)
{
    if (*slot)
        closedir(*slot);
}

static bool ends_with(const char *text, size_t size, const char *end)
{
    size_t end_size = strlen(end);

    return size >= end_size && memcmp(text + size - end_size, end, end_size) == 0;
}

/* Whether these bytes are <stem><suffix> or <stem>-<number><suffix>. */
static bool is_slot(const struct pattern *pattern, const char *name, size_t size)
{
    size_t stem = strlen(pattern->stem);

    if (!ends_with(name, size, pattern->suffix))
        return false;
    size -= strlen(pattern->suffix);
    if (stem == 0)
        return size > 0;
    if (size < stem || memcmp(name, pattern->stem, stem) != 0)
        return false;
    return size == stem ||
           (name[stem] == '-' && strspn(name + stem + 1, "0123456789") >= size - stem - 1 &&
            size > stem + 1);
}

/* All files of a log are open at a time, which may be more than are allowed as a rule. */
static bool allow_more_files(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur == limit.rlim_max)
        return false;
    limit.rlim_cur = limit.rlim_max;
    return setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

/* A FIFO that took the place of a file would not be waited for. */
static int open_file(const char *path)
{
    const int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
    int fd = open(path, flags);

    return fd < 0 && errno == EMFILE && allow_more_files() ? open(path, flags) : fd;
}

/* Opens what stands there, if that is a file. Returns 1, 0 where it is none, or -EMFILE. */
static int take_file(struct log_file *file)
{
    struct stat status;

    file->fd = -EBADF;
    if (stat(file->path, &status) < 0 || !S_ISREG(status.st_mode))
        return 0;
    file->fd = open_file(file->path);
    file->error = file->fd < 0 ? errno : 0;
    if (file->error == EMFILE || file->error == ENFILE)
        return -file->error;
    if (file->error == ENOENT)
        return 0;
    if (file->fd >= 0 && (fstat(file->fd, &status) < 0 || !S_ISREG(status.st_mode))) {
        close_fd(&file->fd);
        return 0;
    }
    file->device = status.st_dev;
    file->inode = status.st_ino;
    file->written = status.st_mtim;
    return 1;
}

static int add_file(struct log_files *files, const char *directory, const char *name)
{
    auto_free char *path = NULL;
    struct log_file file = {.own_size = strlen(directory) + rotation_own_size(name)};
    struct log_file *list;
    int r;

    if (asprintf(&path, "%s%s", directory, name) < 0)
        return -ENOMEM;
    if (files->count == FILES_MAX)
        return -E2BIG;
    list = reallocarray(files->list, files->count + 1, sizeof(*list));
    if (!list)
        return -ENOMEM;
    files->list = list;
    file.path = path;
    r = take_file(&file);
    if (r <= 0)
        return r;
    list[files->count++] = file;
    take_pointer(&path);
    return 0;
}

static int scan(const struct pattern *pattern, struct log_files *files)
{
    __attribute__((cleanup(close_directory))) DIR *directory = opendir(pattern->directory);
    struct dirent *entry;
    int r = 0;

    if (!directory)
        return -errno;
    while (r == 0 && (entry = readdir(directory))) {
        if (is_slot(pattern, entry->d_name, rotation_own_size(entry->d_name)))
            r = add_file(files, pattern->directory, entry->d_name);
    }
    return r;
}

/* Where names change meanwhile a file may have been met twice, or not at all. */
static int scan_in_peace(const struct pattern *pattern, struct log_files *files)
{
    auto_close int watch = -EBADF;
    bool watches = watch_open(pattern->directory, &watch) == 0;
    int r = scan(pattern, files);

    for (int i = 1; r == 0 && watches && i < SCANS_MAX; i++) {
        int news = watch_take(watch);

        if (news <= 0 || !(news & WATCH_NAMES))
            break;
        files_clear(files);
        r = scan(pattern, files);
    }
    return r;
}

static bool is_directory(const char *place)
{
    struct stat status;

    return ends_with(place, strlen(place), "/") ||
           (stat(place, &status) == 0 && S_ISDIR(status.st_mode));
}

char *files_directory(const char *place)
{
    const char *slash = strrchr(place, '/');
    char *directory;

    if (!is_directory(place))
        return slash ? strndup(place, (size_t)(slash + 1 - place)) : strdup("./");
    return asprintf(&directory, "%s%s", place, slash && !slash[1] ? "" : "/") < 0 ? NULL
                                                                                  : directory;
}

static int find_pattern(const char *place, struct pattern *ret_pattern)
{
    const char *slash = strrchr(place, '/');
    const char *name = slash ? slash + 1 : place, *dot = strrchr(name, '.');
    size_t stem_size = dot && dot > name ? (size_t)(dot - name) : strlen(name);
    bool all = is_directory(place);

    *ret_pattern = (struct pattern){
        .directory = files_directory(place),
        .stem = all ? strdup("") : strndup(name, stem_size),
        .suffix = strdup(all ? ".log" : name + stem_size),
    };
    return ret_pattern->directory && ret_pattern->stem && ret_pattern->suffix ? 0 : -ENOMEM;
}

int files_find(const char *place, struct log_files *ret_files)
{
    auto_pattern struct pattern pattern = {0};
    int r = find_pattern(place, &pattern);

    *ret_files = (struct log_files){0};
    if (r == 0)
        r = scan_in_peace(&pattern, ret_files);
    if (r < 0)
        return r;
    return ret_files->count > 0 ? order_files(ret_files) : -ENOENT;
}

size_t files_of_one(const struct log_file *list, size_t count)
{
    size_t same = 0;

    while (same < count && list[same].own_size == list->own_size &&
           memcmp(list[same].path, list->path, list->own_size) == 0)
        same++;
    return same;
}

void files_clear_one(struct log_file *file)
{
    free(file->path);
    close_fd(&file->fd);
}

void files_clear(struct log_files *files)
{
    for (size_t i = 0; i < files->count; i++)
        files_clear_one(&files->list[i]);
    free(files->list);
    *files = (struct log_files){0};
}
