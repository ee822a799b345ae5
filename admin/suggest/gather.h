/*
 * From the records of a log to what they tell of one script. Admin's process; records may say
 * anything.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "evidence.h"
#include "records.h"

/* The name fits scripts of several paths: say which. */
#define GATHER_E_AMBIGUOUS 1

/*
 * Reads all records, and notes what those of `script` tell: its path, or the last component of
 * that. Returns 0, -ENOMEM, or GATHER_E_AMBIGUOUS with the second path in `*ret_other`, which the
 * caller frees.
 */
int gather(struct records *records, const char *script, struct evidence *evidence,
           char **ret_other);
