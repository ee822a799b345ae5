/*
 * A suggestion as configuration to paste. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "suggestion.h"

#include <stdio.h>

/* A profile section, the rule that gives it to the script, and what else is to be known, as
 * comments. */
void block_write(FILE *stream, const struct suggestion *suggestion);

/*
 * A permissive profile and its rule, by which `path`, of an event's script or a hook, comes to be
 * observed. Returns 0 or -ENOMEM.
 */
int block_write_learning(FILE *stream, const char *path, bool of_event);

/* "call write /etc/motd: qemu prepare/begin, qemu release/end; call 12-3" of one reason. */
void block_write_reason(FILE *stream, const struct evidence *evidence,
                        const struct sighting *reason);
