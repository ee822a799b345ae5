/*
 * One script of a call, for people. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "page.h"

/* Prints what an end record has in `scripts`. */
void script_print(const struct page *page, struct json_object *script);

/* Prints what a linger record says of a script that went on when the verdict was there. */
void script_print_linger(const struct page *page, struct json_object *linger);
