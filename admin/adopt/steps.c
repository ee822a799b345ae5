/*
 * The changes of an adoption, one system call that counts each, and each with an inverse. Admin's
 * process; the directories are root's, so that nobody else moves what the plan has seen.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "steps.h"

#include "cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int error_of(int result)
{
    return result < 0 ? -errno : 0;
}

/* "/a/.virthook-b" for "/a/b"; libvirt runs nothing of such a name. */
static int name_beside(const char *path, char **ret_path)
{
    const char *slash = strrchr(path, '/');

    if (!slash)
        return -EINVAL;
    return asprintf(ret_path, "%.*s/.virthook-%s", (int)(slash - path), path, slash + 1) < 0
               ? -ENOMEM
               : 0;
}

/* Renames over what is there, in one instant. */
static int put_in_place(const char *beside, const char *path)
{
    int r = error_of(rename(beside, path));

    if (r < 0)
        unlink(beside);
    return r;
}

static int cover(const char *kept, const char *path, const char *shim)
{
    auto_free char *beside = NULL;
    int r;

    if (!kept[0])
        return error_of(symlink(shim, path));
    r = name_beside(path, &beside);
    if (r == 0)
        r = error_of(symlink(shim, beside));
    return r < 0 ? r : put_in_place(beside, path);
}

static int give_name(const char *from, const char *to)
{
    return error_of(linkat(AT_FDCWD, from, AT_FDCWD, to, 0));
}

static int uncover(const char *kept, const char *path)
{
    auto_free char *beside = NULL;
    int r;

    if (!kept[0])
        return error_of(unlink(path));
    r = name_beside(path, &beside);
    if (r == 0)
        r = give_name(kept, beside);
    return r < 0 ? r : put_in_place(beside, path);
}

static int take_step(const struct step *step, const char *shim)
{
    switch (step->kind) {
    case STEP_KEEP:
        return give_name(step->from, step->to);
    case STEP_DROP:
    case STEP_UNPOINT:
        return error_of(unlink(step->to));
    case STEP_COVER:
        return cover(step->from, step->to, shim);
    case STEP_UNCOVER:
        return uncover(step->from, step->to);
    case STEP_MOVE:
        return error_of(renameat2(AT_FDCWD, step->from, AT_FDCWD, step->to, RENAME_NOREPLACE));
    case STEP_POINT:
        return error_of(symlink(step->from, step->to));
    }
    return -EINVAL;
}

static struct step inverse_of(const struct step *step)
{
    static const enum step_kind inverses[] = {
        [STEP_KEEP] = STEP_DROP,     [STEP_DROP] = STEP_KEEP, [STEP_COVER] = STEP_UNCOVER,
        [STEP_UNCOVER] = STEP_COVER, [STEP_MOVE] = STEP_MOVE, [STEP_POINT] = STEP_UNPOINT,
        [STEP_UNPOINT] = STEP_POINT,
    };
    struct step inverse = {inverses[step->kind], step->from, step->to};

    if (step->kind == STEP_MOVE) {
        inverse.from = step->to;
        inverse.to = step->from;
    }
    return inverse;
}

void steps_invert(struct steps *steps)
{
    for (size_t i = 0; i < (steps->count + 1) / 2; i++) {
        struct step *first = &steps->list[i], *last = &steps->list[steps->count - 1 - i];
        struct step inverse = inverse_of(first);

        *first = inverse_of(last);
        *last = inverse;
    }
}

static int take_back(const struct steps *steps, size_t count, const char *shim)
{
    int result = 0;

    while (count-- > 0) {
        struct step inverse = inverse_of(&steps->list[count]);
        int r = take_step(&inverse, shim);

        if (r < 0 && result == 0)
            result = r;
    }
    return result;
}

int steps_take(const struct steps *steps, const char *shim, size_t *ret_failed, int *ret_undone)
{
    for (size_t i = 0; i < steps->count; i++) {
        int r = take_step(&steps->list[i], shim);

        if (r < 0) {
            *ret_failed = i;
            *ret_undone = take_back(steps, i, shim);
            return r;
        }
    }
    return 0;
}

int steps_add(struct steps *steps, enum step_kind kind, const char *from, const char *to)
{
    struct step *list = reallocarray(steps->list, steps->count + 1, sizeof(*list));
    auto_free char *own_from = strdup(from), *own_to = strdup(to);

    if (list)
        steps->list = list;
    if (!list || !own_from || !own_to)
        return -ENOMEM;
    list[steps->count++] = (struct step){kind, take_pointer(&own_from), take_pointer(&own_to)};
    return 0;
}

void steps_clear(struct steps *steps)
{
    for (size_t i = 0; i < steps->count; i++) {
        free(steps->list[i].from);
        free(steps->list[i].to);
    }
    free(steps->list);
    *steps = (struct steps){0};
}
