/*
 * Why nothing is adopted or released, said once, where the cause is known. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "adopt.h"

/* Complains, and keeps the sentence for --json. Returns STATUS_USAGE. */
__attribute__((format(printf, 2, 3))) int adopt_refuse(const struct adopt_request *request,
                                                       const char *format, ...);
