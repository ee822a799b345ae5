/*
 * Paths of a list of grants, made fewer. Admin's process; the paths come from the log.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "fold.h"

#include "cleanup.h"

#include <stdbool.h>
#include <string.h>

static const char many[] = "the folder, since it was more than 8 of its files";

static bool is_path(const struct grant *grant)
{
    return grant->key >= GRANT_WRITABLE && grant->key <= GRANT_SEEN;
}

/* Whether what `wide` grants is, or holds, what `narrow` grants. */
static bool covers(const struct grant *wide, const struct grant *narrow)
{
    size_t length = strlen(wide->value);
    bool same = wide->key == narrow->key;

    if (!is_path(wide) || !is_path(narrow))
        return false;
    /* Programs are another list; what is writable can be read, and what can be read be connected
     * to. */
    if (!same && (wide->key > narrow->key || narrow->key == GRANT_EXECUTABLE))
        return false;
    if (length == 1)
        return true;
    return strncmp(narrow->value, wide->value, length) == 0 &&
           (narrow->value[length] == '/' || narrow->value[length] == '\0');
}

/* What is granted below a path that was only looked at; the count where there is nothing. */
static size_t find_below(const struct grants *grants, const char *path)
{
    size_t length = strlen(path), i = 0;

    for (; i < grants->count; i++) {
        const struct grant *grant = &grants->list[i];

        if (is_path(grant) && grant->key != GRANT_SEEN && grant->key != GRANT_EXECUTABLE &&
            strncmp(grant->value, path, length) == 0 && grant->value[length] == '/')
            break;
    }
    return i;
}

/* What is granted below a folder is mounted there, so that the folder is there too. */
static int settle_seen(struct grants *grants)
{
    for (size_t i = 0; i < grants->count;) {
        size_t below = find_below(grants, grants->list[i].value);

        if (grants->list[i].key != GRANT_SEEN || below == grants->count) {
            i++;
            continue;
        }
        if (grants_merge(grants, i, below) < 0)
            return -ENOMEM;
    }
    for (size_t i = 0; i < grants->count; i++) {
        if (grants->list[i].key == GRANT_SEEN)
            grants->list[i].key = GRANT_READABLE;
    }
    return 0;
}

static size_t folder_length(const struct grant *grant)
{
    return (size_t)(strrchr(grant->value, '/') - grant->value);
}

static bool is_in_folder(const struct grant *grant, const struct grant *other)
{
    size_t length = folder_length(other);

    return grant->key == other->key && folder_length(grant) == length &&
           strncmp(grant->value, other->value, length) == 0;
}

/* A folder right below / holds too much for its files to stand for it. */
static bool may_stand_for(const char *folder)
{
    return strchr(folder + 1, '/') != NULL;
}

/* Where more than so many share this one's folder, it becomes the folder. */
static int widen(struct grants *grants, size_t index)
{
    struct grant *grant = &grants->list[index];
    auto_free char *folder = strndup(grant->value, folder_length(grant));
    size_t count = 0;

    if (!folder)
        return -ENOMEM;
    for (size_t i = 0; i < grants->count; i++)
        count += is_path(&grants->list[i]) && is_in_folder(&grants->list[i], grant);
    if (count <= FOLD_MAX || !folder[0] || !may_stand_for(folder))
        return 0;
    free(grant->value);
    grant->value = take_pointer(&folder);
    grant->why = many;
    return 0;
}

/* Drops what another grant holds as well. */
static int drop_covered(struct grants *grants)
{
    for (size_t i = 0; i < grants->count; i++) {
        for (size_t j = 0; j < grants->count;) {
            size_t into = i;

            if (i == j || !covers(&grants->list[i], &grants->list[j])) {
                j++;
                continue;
            }
            /* The last of the list comes to the place of the dropped one. */
            if (grants_merge(grants, j, into) < 0)
                return -ENOMEM;
            if (i == grants->count)
                i = j;
        }
    }
    return 0;
}

int grants_fold(struct grants *grants)
{
    int r = drop_covered(grants);

    if (r == 0)
        r = settle_seen(grants);
    for (size_t i = 0; r == 0 && i < grants->count; i++) {
        if (is_path(&grants->list[i]))
            r = widen(grants, i);
    }
    return r == 0 ? drop_covered(grants) : r;
}
