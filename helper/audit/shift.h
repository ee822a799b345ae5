/*
 * Moving a full log away: FILE becomes FILE.1, FILE.1 becomes FILE.2, and so on. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "place.h"

/*
 * Moves the file of this name in the place's directory away, and those before it on to the first
 * number up to `kept` (1 or more) that is free; where none is, the oldest is removed. A number is
 * taken by FILE.<number> and by FILE.<number>.gz, as logrotate names them. Files of higher numbers
 * are left alone.
 *
 * No file is ever put in the place of another, and each step leaves a log that readers find in its
 * order: a helper that is killed in the midst leaves at most a number free, which the next one
 * fills. Returns 0, or a negative errno: then the file of this name is where it was.
 */
int shift_files(const struct place *place, const char *name, size_t kept);
