/*
 * Which sockets of the host the scripts of a profile can reach though it does not grant them: no
 * mount and no Landlock of this kernel keeps a process from connecting to a socket that it sees and
 * whose mode lets it. Helper, at start and at reload.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "profile.h"
#include "text_list.h"

/* Sockets that are told of one profile at the most. */
#define REACH_TOLD_MAX 16

/*
 * Adds a sentence for each socket with a path that somebody has open now, that the profile neither
 * hides nor grants, and that its user may connect to, as far as modes and owners tell: access lists
 * are not looked at. Returns 0 or -ENOMEM; where the kernel does not tell of sockets nothing is
 * added.
 */
int reach_tell_sockets(const struct profile *profile, struct text_list *notes);
