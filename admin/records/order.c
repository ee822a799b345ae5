/*
 * The order in which the files of a log were written. Admin's process; names and times of files are
 * not trusted: the order may be wrong then, and nothing else.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "order.h"

#include "cleanup.h"
#include "rotation.h"

#include <stdbool.h>
#include <string.h>

static const char *put_behind(const struct log_file *file)
{
    return file->path + file->own_size;
}

static int compare_owners(const struct log_file *a, const struct log_file *b)
{
    size_t common = a->own_size < b->own_size ? a->own_size : b->own_size;
    int order = memcmp(a->path, b->path, common);

    return order != 0 ? order : (a->own_size > b->own_size) - (a->own_size < b->own_size);
}

static int compare_files(const void *left, const void *right)
{
    const struct log_file *a = left, *b = right;
    int order = compare_owners(a, b);

    return order != 0 ? order : rotation_compare(put_behind(a), put_behind(b));
}

static bool is_older(const struct log_file *a, const struct log_file *b)
{
    if (a->written.tv_sec != b->written.tv_sec)
        return a->written.tv_sec < b->written.tv_sec;
    return a->written.tv_nsec < b->written.tv_nsec;
}

/* Merges the dated files of one helper, which come first, with its others, by their times. */
static void merge_dated(struct log_file *list, size_t dated, size_t count, struct log_file *spare)
{
    size_t d = 0, n = dated;

    memcpy(spare, list, count * sizeof(*list));
    for (size_t i = 0; i < count; i++) {
        bool number = d == dated || (n < count && put_behind(&spare[n])[0] != '\0' &&
                                     is_older(&spare[n], &spare[d]));

        list[i] = spare[number ? n++ : d++];
    }
}

/* Of names with dates and names with numbers beside each other only the times tell the order. */
static int merge_all(struct log_files *files)
{
    auto_free struct log_file *spare = reallocarray(NULL, files->count, sizeof(*spare));

    if (!spare)
        return -ENOMEM;
    for (size_t first = 0, end; first < files->count; first = end) {
        size_t dated = 0;

        for (end = first;
             end < files->count && compare_owners(&files->list[first], &files->list[end]) == 0;
             end++)
            dated += rotation_is_dated(put_behind(&files->list[end]));
        merge_dated(files->list + first, dated, end - first, spare);
    }
    return 0;
}

/* While FILE.1 is being compressed FILE.1.gz stands there too, and is not whole. */
static void drop_copies(struct log_files *files)
{
    size_t kept = 0;

    for (size_t i = 0; i < files->count; i++) {
        struct log_file *file = &files->list[i], *before = kept > 0 ? &files->list[kept - 1] : NULL;
        size_t size = before ? strlen(before->path) : 0;

        if (before && strncmp(file->path, before->path, size) == 0 &&
            strcmp(file->path + size, ".gz") == 0)
            files_clear_one(file);
        else
            files->list[kept++] = *file;
    }
    files->count = kept;
}

int order_files(struct log_files *files)
{
    qsort(files->list, files->count, sizeof(*files->list), compare_files);
    drop_copies(files);
    return merge_all(files);
}
