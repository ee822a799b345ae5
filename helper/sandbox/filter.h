/*
 * A profile's system calls as a program for the kernel. Helper, at start and at reload.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a script may do. Calls are names, or names of sets; "@default" and "@runner" are always
 * among them. */
struct filter_wish {
    const char *const *calls; /* NULL-terminated */
    const int *families;      /* of socket(2) and socketpair(2) */
    size_t family_count;
    bool notify;        /* denied calls ask a listener; else they just fail */
    bool sealed_memfds; /* memfd_create(2) makes nothing that can be executed */
    bool permissive;    /* with notify: so do those that are listed and watched, see watch.h */
};

/* Whether the wish lists a call of this name, by itself or in a set. */
bool filter_lists(const struct filter_wish *wish, const char *name);

/* The other architecture whose programs this machine's kernel runs; the native one where none. */
uint32_t filter_second_architecture(void);

/*
 * Builds the program: an allow-list, the same for every architecture that this machine's kernel
 * runs; a call under another architecture, x32 included, is denied. Whatever the list says, these
 * are denied: new namespaces by clone(2) flags and new user namespaces by unshare(2), clone3(2)
 * (ENOSYS: its flags cannot be seen, and programs fall back), socket families that are not listed,
 * sockets by the 32-bit socketcall(2), the TIOCSTI and TIOCLINUX ioctls, and prlimit64(2) of
 * another process unless prlimit64 is named by itself. Calls that are newer than libseccomp get
 * ENOSYS, in a permissive filter too.
 *
 * Returns 0 with the program, which the caller frees, or a negative errno (-E2BIG over
 * PLAN_FILTER_MAX instructions, -EINVAL for the name of a set that there is not).
 */
int filter_build(const struct filter_wish *wish, struct sock_filter **ret_program,
                 size_t *ret_count);
