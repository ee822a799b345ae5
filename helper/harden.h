/*
 * The helper's own process, made safe before anything else. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <sys/resource.h>

/*
 * No core and no tracing of this process, which holds names of guests and descriptors of their XML;
 * no signal from broken pipes; 0, 1 and 2 open; a private umask; / as working directory; as many
 * descriptors as the hard limit allows, since each open call holds some. `*ret_files` is the former
 * limit, which scripts get back.
 */
void harden_process(struct rlimit *ret_files);
