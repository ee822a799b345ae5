/*
 * Paths of a list of grants, made fewer: one that a folder of the list holds is dropped, and of
 * many in one folder the folder is made. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "grants.h"

/* So many paths of one folder are listed; over that, it is the folder. */
#define FOLD_MAX 8

/*
 * What was only looked at is dropped where something below is granted, which gives it the name, and
 * else readable. Returns 0 or -ENOMEM.
 */
int grants_fold(struct grants *grants);
