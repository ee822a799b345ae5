/*
 * The changes of an adoption, one system call that counts each, and each with an inverse. Admin's
 * process.
 *
 * The order in which the plan has them leaves, between any two, a tree in which every hook is run
 * once: a process that is killed on the way loses none. The exception are links in a folder to
 * another driver's script: until the folder has moved too, they lead to the shim, which refuses.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stddef.h>

enum step_kind {
    STEP_KEEP,    /* the file or link `from` gets a second name, `to` */
    STEP_DROP,    /* and loses it */
    STEP_COVER,   /* the shim stands as `to`, in place of what is kept as `from` ("": nothing) */
    STEP_UNCOVER, /* and what was kept stands there again */
    STEP_MOVE,    /* from, to; nothing is replaced */
    STEP_POINT,   /* `to` is made a link to `from` */
    STEP_UNPOINT, /* and is removed */
};

struct step {
    enum step_kind kind;
    char *from;
    char *to;
};

struct steps {
    struct step *list;
    size_t count;
};

/* Adds a step; the paths are copied. Returns 0 or -ENOMEM. */
int steps_add(struct steps *steps, enum step_kind kind, const char *from, const char *to);

/* Puts the steps into the reverse order, each as its inverse. */
void steps_invert(struct steps *steps);

/*
 * Takes all steps, or none: where one fails, those before are taken back. Returns 0, or negative
 * errno with the step that failed in `*ret_failed`; `*ret_undone` is then 0, or negative errno
 * where taking back failed as well.
 */
int steps_take(const struct steps *steps, const char *shim, size_t *ret_failed, int *ret_undone);

void steps_clear(struct steps *steps);
