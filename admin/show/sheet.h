/*
 * One call in full, for people. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "call.h"

/* Prints it on stdout, whatever of its records there is. */
void sheet_print(const struct call *call);
