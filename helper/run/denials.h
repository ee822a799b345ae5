/*
 * System calls that a script's filter asks about: each is refused, and remembered by name. Helper.
 *
 * The answer is always an error and never "go on": what the arguments point to could change after
 * it was looked at.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "loop.h"

#include <stddef.h>
#include <stdint.h>

/* Different calls remembered for one script; what is over is counted together. Their text fits into
 * the protocol's PROTOCOL_DENIED_MAX. */
#define DENIALS_MAX 64

/*
 * A script may ask this often before it is answered only once a millisecond: enough for any program
 * that probes what it may do, while a million calls cost the loop no more than a timer.
 */
#define DENIALS_FAST    1000
#define DENIALS_PACE_MS 1

/* One system call, of one architecture; `family` is that of socket(2) and socketpair(2), else -1.
 */
struct denial {
    uint32_t arch;
    int number, family;
    uint64_t count;
};

/* Zero-initialise, with a negative source.fd. */
struct denials {
    struct loop *loop;
    struct source source;
    struct timer timer;
    size_t kinds;
    uint64_t total;
    struct denial list[DENIALS_MAX];
};

/* Takes the listener over and answers what comes. Returns 0 or a negative errno. */
int denials_watch(struct loop *loop, struct denials *denials, int listener);

/* Closes the listener. What was remembered stays. */
void denials_stop(struct denials *denials);

/*
 * The denied calls as text, one a line, in the order in which each came first: "mount",
 * "socket(AF_NETLINK)", with " ×3" after those that came more than once; the last line may be
 * "others ×12". NULL where there are none, or no memory; the caller frees.
 */
char *denials_text(const struct denials *denials);
