/*
 * The command line of `virt-hook adopt` and `virt-hook release`. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "adopt.h"

/*
 * Fills `*ret_request`, whose command and release are set by the caller. False where the command
 * ends here, with `*ret_status`: all is said then. Clear the request in either case.
 */
bool adopt_options_parse(int argc, char **argv, struct adopt_request *ret_request, int *ret_status);

void adopt_options_clear(struct adopt_request *request);
