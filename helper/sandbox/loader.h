/*
 * The program that loads this machine's programs. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

/* Its path; NULL where the helper itself has none. Lives as long as the helper. */
const char *loader_path(void);
