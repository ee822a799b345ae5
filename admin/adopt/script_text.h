/*
 * What a hook's text says of the folders of hooks. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdbool.h>

/* Whether a line that is no comment has the words; the first MiB of the file is looked at. */
bool script_text_has(const char *path, const char *words);

/* Whether it seems to run what is in its driver's folder by itself. */
bool script_text_is_dispatcher(const char *path, const char *driver);
