/*
 * The files of a log place, in the order in which they were written. Admin's process; the names in
 * the directory are not trusted.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "files.h"

#include "cleanup.h"
#include "number.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* What the files of a place are named. */
struct pattern {
    const char *directory; /* ends in a slash */
    const char *stem;      /* "" for a whole directory: any */
    const char *suffix;
};

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

static size_t digits_at_end(const char *name, size_t size)
{
    size_t count = 0;

    while (count < size && name[size - count - 1] >= '0' && name[size - count - 1] <= '9')
        count++;
    return count;
}

/* The part of a file's name that is its own, without what rotation put behind it. */
static size_t own_size_of(const char *name)
{
    size_t size = strlen(name), own, digits;

    if (ends_with(name, size, ".gz"))
        size -= strlen(".gz");
    digits = digits_at_end(name, size);
    own = size - digits;
    /* "service-2" without a suffix is a helper's own name: a date has eight digits and more. */
    if (digits > 0 && own > 1 && (name[own - 1] == '.' || (name[own - 1] == '-' && digits >= 8)))
        return own - 1;
    return size;
}

/* Whether these bytes are <stem><suffix> or <stem>-<number><suffix>. */
static bool is_slot(const struct pattern *pattern, const char *name, size_t size)
{
    size_t stem = strlen(pattern->stem), digits;

    if (!ends_with(name, size, pattern->suffix))
        return false;
    size -= strlen(pattern->suffix);
    if (stem == 0)
        return size > 0;
    if (size < stem || memcmp(name, pattern->stem, stem) != 0)
        return false;
    digits = digits_at_end(name, size);
    return size == stem || (digits > 0 && name[stem] == '-' && size == stem + 1 + digits);
}

static int compare_texts(const char *a, size_t a_size, const char *b, size_t b_size)
{
    int order = memcmp(a, b, a_size < b_size ? a_size : b_size);

    return order != 0 ? order : (a_size > b_size) - (a_size < b_size);
}

/* The age by rotation's count: FILE.7 is 7, the file itself 0, and a dated one older than all. */
static uint64_t age_of(const struct log_file *file)
{
    const char *rotated = file->path + file->own_size;
    uint64_t number;

    if (*rotated == '-')
        return UINT64_MAX;
    if (*rotated != '.')
        return 0;
    rotated++;
    return number_take(&rotated, &number) ? number : 0;
}

static int compare_files(const void *left, const void *right)
{
    const struct log_file *a = left, *b = right;
    int order = compare_texts(a->path, a->own_size, b->path, b->own_size);
    uint64_t a_age = age_of(a), b_age = age_of(b);

    if (order != 0)
        return order;
    if (a_age != b_age)
        return a_age > b_age ? -1 : 1;
    return strcmp(a->path, b->path);
}

static int add_file(struct log_files *files, const char *directory, const char *name)
{
    struct log_file *list;
    auto_free char *path = NULL;
    struct stat status;

    if (asprintf(&path, "%s%s", directory, name) < 0)
        return -ENOMEM;
    if (stat(path, &status) < 0 || !S_ISREG(status.st_mode))
        return 0;
    if (files->count == FILES_MAX)
        return -E2BIG;
    list = reallocarray(files->list, files->count + 1, sizeof(*list));
    if (!list)
        return -ENOMEM;
    files->list = list;
    list[files->count++] = (struct log_file){
        .path = take_pointer(&path),
        .own_size = strlen(directory) + own_size_of(name),
    };
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
        if (is_slot(pattern, entry->d_name, own_size_of(entry->d_name)))
            r = add_file(files, pattern->directory, entry->d_name);
    }
    if (r == 0 && files->count > 0)
        qsort(files->list, files->count, sizeof(*files->list), compare_files);
    return r == 0 && files->count == 0 ? -ENOENT : r;
}

static int scan_directory(const char *place, struct log_files *files)
{
    auto_free char *directory = NULL;
    struct pattern pattern = {.stem = "", .suffix = ".log"};

    if (asprintf(&directory, "%s%s", place, ends_with(place, strlen(place), "/") ? "" : "/") < 0)
        return -ENOMEM;
    pattern.directory = directory;
    return scan(&pattern, files);
}

/* The files beside this one. */
static int scan_beside(const char *place, struct log_files *files)
{
    const char *slash = strrchr(place, '/');
    const char *name = slash ? slash + 1 : place, *dot = strrchr(name, '.');
    size_t stem_size = dot && dot > name ? (size_t)(dot - name) : strlen(name);
    auto_free char *directory = slash ? strndup(place, (size_t)(name - place)) : strdup("./");
    auto_free char *stem = strndup(name, stem_size);
    struct pattern pattern = {.directory = directory, .stem = stem, .suffix = name + stem_size};

    return directory && stem ? scan(&pattern, files) : -ENOMEM;
}

int files_find(const char *place, struct log_files *ret_files)
{
    struct stat status;
    bool is_directory = stat(place, &status) == 0 && S_ISDIR(status.st_mode);

    *ret_files = (struct log_files){0};
    if (is_directory || ends_with(place, strlen(place), "/"))
        return scan_directory(place, ret_files);
    return scan_beside(place, ret_files);
}

void files_clear(struct log_files *files)
{
    for (size_t i = 0; i < files->count; i++)
        free(files->list[i].path);
    free(files->list);
    *files = (struct log_files){0};
}
